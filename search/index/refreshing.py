"""Keeping an index true: after each change of a sheet, and all at once (`marketplace reindex`)."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import fields
from hashlib import sha256
from uuid import UUID

from marketplace import clock
from marketplace.db import Session
from marketplace.ids import SolutionId
from search.engines import Changes, SearchEngine
from search.engines.documents import SearchDocument
from search.facts.projecting import project, project_all
from search.index.reading import BATCH, documents_of, every_document
from search.index.turns import take_turn


async def refresh(session: Session, engine: SearchEngine, solution_ids: Sequence[SolutionId]) -> None:
    """Make the index say of these sheets what is true now. Running it twice changes nothing."""
    await take_turn(session, engine)
    if engine.transactional:
        await project(session, solution_ids)
    on = clock.paris_day(await clock.now(session))
    for start in range(0, len(solution_ids), BATCH):
        asked = solution_ids[start : start + BATCH]
        found = await documents_of(session, asked, on)
        await engine.upsert(session, list(found.values()))
        await engine.delete(session, [id_ for id_ in asked if id_ not in found])


async def reindex(session: Session, engine: SearchEngine) -> int:
    """Rebuild the whole index from the directory. Returns how many sheets it holds.

    Others go on writing meanwhile; what they changed is read again before the new index serves.
    """
    on = clock.paris_day(await clock.now(session))
    if engine.transactional:
        await take_turn(session, engine)  # nobody sees this index before the commit: nothing to read again
        await project_all(session)
        return await engine.rebuild(session, every_document(session, on))
    read: dict[UUID, bytes] = {}

    async def once() -> AsyncIterator[SearchDocument]:
        async for document in every_document(session, on):
            read[document.id] = fingerprint(document)
            yield document

    async def meanwhile() -> Changes:
        await take_turn(session, engine)
        changed, left = [], set(read)
        async for document in every_document(session, on):
            left.discard(document.id)
            if read.get(document.id) != fingerprint(document):
                changed.append(document)
        return Changes(changed, list(left))

    return await engine.rebuild(session, once(), meanwhile=meanwhile)


def fingerprint(document: SearchDocument) -> bytes:
    """Sixteen bytes that change with any field."""
    said = [str(getattr(document, field.name)) for field in fields(SearchDocument)]
    return sha256("\0".join(said).encode()).digest()[:16]
