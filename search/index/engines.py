"""The engines of an installation: PostgreSQL always, a Meilisearch server beside it when the settings name one.

Both are written to. A search asks Meilisearch and, when it is down, PostgreSQL, which therefore always knows every published sheet.
"""

from dataclasses import dataclass
from typing import Self

from marketplace.errors import Invalid, wrong
from marketplace.settings import Settings
from marketplace.words import N_
from search.engines import SearchEngine, Searcher
from search.engines.breaker import Breaker
from search.engines.failures import EngineDown
from search.engines.meilisearch import MeilisearchEngine
from search.engines.postgres import PostgresEngine
from search.engines.remembering import Remembering

PING_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Engines:
    """Made once a process; `reader` answers searches."""

    embedded: PostgresEngine
    server: MeilisearchEngine | None
    reader: Searcher

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The engines that `settings` name."""
        embedded, given = PostgresEngine(), settings.meilisearch
        if given.url is None:
            return cls(embedded, None, Remembering(embedded))
        server = MeilisearchEngine(
            given.url, given.key.get_secret_value() if given.key else None, prefix=given.index,
            search_seconds=given.search_ms / 1000, write_seconds=given.write_seconds,
        )  # fmt: skip
        return cls(embedded, server, Breaker(server, Remembering(embedded)))

    @property
    def written(self) -> tuple[SearchEngine, ...]:
        """Every engine that keeps an index."""
        return (self.embedded,) if self.server is None else (self.embedded, self.server)

    @property
    def breaker(self) -> Breaker | None:
        """What stands between searches and the server."""
        return self.reader if isinstance(self.reader, Breaker) else None

    def named(self, name: str) -> SearchEngine:
        """The engine of this name. Raises `Invalid` with those that there are."""
        found = {engine.name: engine for engine in self.written}
        if name not in found:
            raise Invalid(
                [wrong("engine", N_("Moteurs de cette installation : {engines}."), engines=", ".join(found))]
            )
        return found[name]

    async def well(self) -> bool:
        """Whether searches are answered by who should. Asks the server, which has a fifth of a second to say so."""
        if self.server is None or self.breaker is None:
            return True
        if self.breaker.degraded():
            return False
        try:
            await self.server.ping(PING_SECONDS)
        except EngineDown:
            return False
        return True

    async def close(self) -> None:
        if self.server is not None:
            await self.server.close()
