"""A whole index made beside the one that serves, then put in its place.

    fresh index → settings → documents by batches → what changed meanwhile → swap → the former one is deleted

Whatever fails, the former index goes on serving and the fresh one is deleted; what a killed process left behind goes at the next
rebuild. One rebuild at a time: the lock is of the session's transaction.
"""

import contextlib
import secrets
from collections.abc import Sequence

from sqlalchemy import func, select

from marketplace import logs
from marketplace.db import Session
from search.engines.documents import Documents, SearchDocument, in_batches
from search.engines.failures import EngineDown, EngineRefused
from search.engines.meilisearch.client import NAME, Client, named_failures
from search.engines.meilisearch.index_settings import index_settings
from search.engines.meilisearch.writing import BATCH, put, stamp, take_out
from search.engines.protocol import Meanwhile

LISTED = 100
log = logs.logger(__name__)


class Build:
    """One rebuild."""

    def __init__(self, client: Client, index: str, *, seconds: float) -> None:
        self.client, self.index, self.seconds = client, index, seconds
        self.begins = f"{index}_build_"
        self.fresh = f"{self.begins}{secrets.token_hex(6)}"

    async def run(self, session: Session, documents: Documents, meanwhile: Meanwhile | None) -> int:
        """Returns how many documents the new index holds. Raises `EngineDown`."""
        alone = select(func.pg_try_advisory_xact_lock(func.hashtextextended(f"search.build:{self.index}", 0)))
        if not await session.scalar(alone):
            raise EngineRefused(engine=NAME, why="another rebuild is under way")
        await self._sweep()
        try:
            await self._make()
            async for batch in in_batches(documents, BATCH):
                await self._put(session, batch)
            if meanwhile:
                changes = await meanwhile()
                await self._put(session, changes.put)
                await take_out(self.client, self.fresh, changes.gone, seconds=self.seconds)
            with named_failures():
                count = (await self.client.index(self.fresh).get_stats()).number_of_documents
            await self._serve()
        finally:
            # after the swap this name is the former index's; before, it is what failed
            with contextlib.suppress(EngineDown):
                await self._drop(self.fresh)
        return count

    async def _make(self) -> None:
        with named_failures():
            await self._create(self.fresh)
            task = await self.client.index(self.fresh).update_settings(index_settings())
            await self.client.seen_through(task, seconds=self.seconds)

    async def _create(self, index: str) -> None:
        await self.client.create_index(index, "id", timeout_in_ms=int(self.seconds * 1000))

    async def _put(self, session: Session, documents: Sequence[SearchDocument]) -> None:
        await put(self.client, self.fresh, documents, at=await stamp(session), seconds=self.seconds)

    async def _serve(self) -> None:
        with named_failures():
            if await self.client.get_raw_index(self.index) is None:
                await self._create(self.index)  # bare, so that no search succeeds on it before the swap
            task = await self.client.swap_indexes([(self.index, self.fresh)])
            await self.client.seen_through(task, seconds=self.seconds)

    async def _drop(self, index: str) -> None:
        with named_failures():
            task = await self.client.index(index).delete()
            await self.client.seen_through(task, seconds=self.seconds)

    async def _sweep(self) -> None:
        """Delete what a killed rebuild left."""
        with named_failures():
            offset, left = 0, []
            while found := await self.client.get_raw_indexes(offset=offset, limit=LISTED):
                left += [index.uid for index in found if index.uid.startswith(self.begins)]
                offset += len(found)
        for index in left:
            log.warning("search_build_left_behind", index=index)
            await self._drop(index)
