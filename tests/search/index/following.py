"""A world whose site and worker know a Meilisearch server: the stand-in."""

from typing import Any
from uuid import UUID

from marketplace.actor import SYSTEM
from search.engines import SearchEngine
from search.engines.breaker import Breaker
from search.engines.documents import SearchDocument
from search.engines.meilisearch import MeilisearchEngine
from search.engines.postgres import PostgresEngine
from search.index.engines import Engines
from search.index.refreshing import reindex
from tests.catalog.solutions.sheets import content
from tests.support.curating import publish
from tests.support.meilisearch.server import Fake
from tests.support.meilisearch.transport import wired
from tests.support.world import Caller, World


class Followed:
    """See the module. Both indexes are built, and empty."""

    def __init__(self, world: World, fake: Fake, **given: Any) -> None:
        self.world, self.fake = world, fake
        server = MeilisearchEngine(
            "http://meilisearch.test", transport=wired(fake), **{"search_seconds": 5.0} | given
        )
        embedded = PostgresEngine()
        self.engines = Engines(embedded, server, Breaker(server, embedded))
        object.__setattr__(world.tools, "engines", self.engines)
        world.app.state["engines"], world.app.state["search"] = self.engines, self.engines.reader

    async def build(self) -> "Followed":
        for engine in self.engines.written:
            async with self.world.as_worker.transaction(SYSTEM) as session:
                await reindex(session, engine)
        return self

    @property
    def server(self) -> MeilisearchEngine:
        assert self.engines.server is not None
        return self.engines.server

    async def held(self, engine: SearchEngine | None = None) -> dict[UUID, SearchDocument]:
        """What one engine holds, the server unless said."""
        async with self.world.as_worker.reading(SYSTEM) as reads:
            return {document.id: document async for document in (engine or self.server).held(reads)}

    async def names(self, engine: SearchEngine | None = None) -> list[str]:
        return sorted(document.name for document in (await self.held(engine)).values())


async def published(seller: Caller, curator: Caller, **changes: Any) -> str:
    drafted = await seller.did("/my/solutions", content(**changes))
    await seller.did(f"/my/solutions/{drafted['id']}/submission")
    await publish(curator, drafted["id"])
    return str(drafted["id"])
