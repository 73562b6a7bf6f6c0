"""Meilisearch behind the protocol of every engine.

The index that serves is `<prefix>_sheets`. It is made by `rebuild` alone: before, there is nothing to keep up to date, and searching
raises `IndexNotBuilt`. Writes are seen through before they return.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, cast
from uuid import UUID

import httpx2
from meilisearch_python_sdk.models.search import SearchResultsWithUID

from marketplace.db import ReadSession, Session
from search.engines.documents import Documents, SearchDocument
from search.engines.failures import EngineDown, IndexNotBuilt
from search.engines.meilisearch.asking import page_of, searches
from search.engines.meilisearch.client import NAME, Client, named_failures
from search.engines.meilisearch.index_settings import MARKER, index_settings
from search.engines.meilisearch.rebuilding import Build
from search.engines.meilisearch.stored import OF_DOCUMENT, document_of
from search.engines.meilisearch.writing import BATCH, put, stamp, take_out
from search.engines.protocol import Meanwhile, SearchPage, SearchQuery

PING_SECONDS = 1.0
REST_SECONDS = 30.0


class MeilisearchEngine:
    """See the module. `search_seconds` is all that an answer may take, `write_seconds` what one write may."""

    name = NAME
    transactional = False

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        prefix: str = "lotcommun",
        search_seconds: float = 0.15,
        write_seconds: float = 20,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.index = f"{prefix}_sheets"
        self.search_seconds, self.write_seconds = search_seconds, write_seconds
        self._down_until = 0.0
        self._client = Client(url, key, seconds=write_seconds, transport=transport)

    async def close(self) -> None:
        await self._client.aclose()

    async def ping(self, seconds: float = PING_SECONDS) -> None:
        """Raise `EngineDown` unless the server says that it is well."""
        with named_failures():
            async with asyncio.timeout(seconds):
                if (await self._client.health()).status != "available":
                    raise EngineDown(engine=NAME, why="not available")

    async def ready(self) -> None:
        """As `ping`, and at once for a while after it failed: what waits for the server must not hold others up."""
        now = asyncio.get_running_loop().time()
        if now < self._down_until:
            raise EngineDown(engine=NAME, why="did not answer a moment ago")
        try:
            await self.ping()
        except EngineDown:
            self._down_until = now + REST_SECONDS
            raise

    async def search(self, session: Session | ReadSession, query: SearchQuery) -> SearchPage:
        del session
        asked = searches(self.index, query)
        with named_failures():
            async with asyncio.timeout(self.search_seconds):
                found = await self._client.multi_search(asked)
            return page_of(query, cast("list[SearchResultsWithUID[dict[str, Any]]]", found))

    async def upsert(self, session: Session, documents: Sequence[SearchDocument]) -> None:
        if documents and await self._exists():
            await put(
                self._client, self.index, documents, at=await stamp(session), seconds=self.write_seconds
            )

    async def delete(self, session: Session, ids: Sequence[UUID]) -> None:
        del session
        if ids and await self._exists():
            await take_out(self._client, self.index, ids, seconds=self.write_seconds)

    async def rebuild(
        self, session: Session, documents: Documents, *, meanwhile: Meanwhile | None = None
    ) -> int:
        build = Build(self._client, self.index, seconds=self.write_seconds)
        return await build.run(session, documents, meanwhile)

    async def held(self, session: Session | ReadSession) -> AsyncIterator[SearchDocument]:
        del session
        with named_failures():
            marks = (await self._client.index(self.index).get_settings()).dictionary or []
        if [mark for mark in marks if mark.startswith(MARKER)] != index_settings().dictionary:
            raise IndexNotBuilt(engine=NAME, why="another version's settings")
        offset = 0
        while True:
            with named_failures():
                page = await self._client.index(self.index).get_documents(
                    offset=offset, limit=BATCH, fields=list(OF_DOCUMENT)
                )
                read = [document_of(row) for row in page.results]
            for document in read:
                yield document
            offset += len(read)
            if not read or offset >= page.total:
                return

    async def drop(self) -> None:
        """Delete the index that serves."""
        with named_failures():
            await self._client.delete_index_if_exists(self.index)

    async def _exists(self) -> bool:
        with named_failures():
            return await self._client.get_raw_index(self.index) is not None
