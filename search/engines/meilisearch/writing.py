"""Writes to one index, by batches, each seen through."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from marketplace.db import Session
from search.engines.documents import SearchDocument
from search.engines.meilisearch.client import Client, named_failures
from search.engines.meilisearch.stored import stored

BATCH = 1000


async def stamp(session: Session) -> int:
    """The database's present microsecond: writers take turns (`search.index.turns`), so that it grows from one to the next."""
    return int(
        await session.scalar(text("select (extract(epoch from clock_timestamp()) * 1000000)::bigint")) or 0
    )


async def put(
    client: Client, index: str, documents: Sequence[SearchDocument], *, at: int, seconds: float
) -> None:
    """Write `documents`, stamped `at`. Each batch may take `seconds`."""
    for start in range(0, len(documents), BATCH):
        rows = [stored(document, at) for document in documents[start : start + BATCH]]
        with named_failures():
            task = await client.index(index).add_documents(rows, primary_key="id")
            await client.seen_through(task, seconds=seconds)


async def take_out(client: Client, index: str, ids: Sequence[UUID], *, seconds: float) -> None:
    """Take documents out; those that are not there are ignored."""
    for start in range(0, len(ids), BATCH):
        gone = [str(id_) for id_ in ids[start : start + BATCH]]
        with named_failures():
            task = await client.index(index).delete_documents(gone)
            await client.seen_through(task, seconds=seconds)
