"""Two engines as one: the first answers, the second when the first is down, and the page says so.

    closed ──failure──▶ open ──pause over──▶ half open ──answer──▶ closed
                         ▲                       └──failure──┐
                         └───────────────────────────────────┘ (a pause twice as long, up to a minute)

While it is open the second engine answers at once; half open, one search tries the first, and the others do not wait for it. A
request that the first one refuses says nothing of the others: it is answered by the second, and the circuit stays closed.
The state is each process's own.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from marketplace import logs
from marketplace.db import ReadSession, Session
from search.engines.failures import EngineDown, EngineRefused
from search.engines.protocol import Searcher, SearchPage, SearchQuery

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0

log = logs.logger(__name__)


class Circuit(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """See the module. `first` must bound its own answers; `seconds` is a clock that only goes forward."""

    def __init__(
        self, first: Searcher, second: Searcher, *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self.first, self.second = first, second
        self.name = first.name
        self._seconds = seconds
        self.told: Callable[[str, bool], None] = lambda _engine, _degraded: None
        """Called with the engine of each answer, and whether it stood in for the other."""
        self._pause = FIRST_PAUSE
        self._closed_again_at: float | None = None
        self._trying = False

    @property
    def circuit(self) -> Circuit:
        if self._closed_again_at is None:
            return Circuit.CLOSED
        over = self._seconds() >= self._closed_again_at and not self._trying
        return Circuit.HALF_OPEN if over else Circuit.OPEN

    def degraded(self) -> bool:
        """Whether the second engine answers."""
        return self.circuit is not Circuit.CLOSED

    async def search(self, session: Session | ReadSession, query: SearchQuery) -> SearchPage:
        """The page of the first engine; of the second, `degraded`, when the first does not answer in its time."""
        found = await self._tried(session, query)
        if found is None:
            found = replace(await self.second.search(session, query), degraded=True)
        self.told(found.engine, found.degraded)
        return found

    async def _tried(self, session: Session | ReadSession, query: SearchQuery) -> SearchPage | None:
        circuit = self.circuit
        if circuit is Circuit.OPEN:
            return None
        trial = circuit is Circuit.HALF_OPEN
        self._trying = self._trying or trial
        try:
            found = await self.first.search(session, query)
        except EngineRefused as error:
            log.warning("search_refused", engine=self.first.name, error=str(error))
            self._answered()
            return None
        except EngineDown as error:
            self._failed(error)
            return None
        finally:
            self._trying = self._trying and not trial
        self._answered()
        return found

    def _answered(self) -> None:
        if self._closed_again_at is not None:
            log.info("search_engine_back", engine=self.first.name)
        self._closed_again_at, self._pause = None, FIRST_PAUSE

    def _failed(self, error: EngineDown) -> None:
        if self._closed_again_at is not None and self._seconds() < self._closed_again_at:
            return  # one of several that were under way when the circuit opened
        log.warning("search_engine_down", engine=self.first.name, error=str(error), pause=self._pause)
        self._closed_again_at = self._seconds() + self._pause
        self._pause = min(LONGEST_PAUSE, self._pause * 2)
