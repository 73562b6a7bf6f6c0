"""Pages kept while the index is what it was: what is asked again costs one short read.

A page depends on what is asked and on the index, whose state is named by all that it holds. So a kept page is given only after the
index was asked, in the asker's own transaction, for the name of its state; nothing has to be forgotten when a sheet changes.

The others are computed a few at a time: all at once, each would slow the rest, and who asked the most would make everybody wait.
"""

from asyncio import Semaphore
from collections import OrderedDict
from typing import Protocol

from marketplace.db import ReadSession, Session
from search.engines.protocol import Searcher, SearchPage, SearchQuery

PAGES, HITS = 400, 50
"""How many pages a process keeps, and how many hits a page may have to be kept: some fifteen megabytes."""
AT_ONCE = 3
"""How many pages a process has computed at a time: as many as it can prepare and write in that time."""


class Stated(Searcher, Protocol):
    """A search whose index can name its state for less than a search costs."""

    async def state(self, session: Session | ReadSession) -> str:
        """What `SearchPage.index` would be now."""


class Remembering:
    """See the module. The pages of one process."""

    def __init__(self, engine: Stated) -> None:
        self._engine = engine
        self._kept: OrderedDict[SearchQuery, SearchPage] = OrderedDict()
        self._turns = Semaphore(AT_ONCE)
        self.name = engine.name

    async def search(self, session: Session | ReadSession, query: SearchQuery) -> SearchPage:
        """The engine's page of `query`, kept or asked again."""
        kept = self._kept.pop(query, None)
        if kept is None or kept.index != await self._engine.state(session):
            async with self._turns:
                kept = await self._engine.search(session, query)
        if len(kept.hits) <= HITS:
            self._kept[query] = kept
        while len(self._kept) > PAGES:
            self._kept.popitem(last=False)
        return kept
