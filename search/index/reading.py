"""The documents that the directory stands for on a day: what every index must hold."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from catalog.evidence.queries import references_levels
from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import Solution
from marketplace.db import ReadSession, Session
from search.engines.documents import SearchDocument

BATCH = 500
_PUBLISHED = (
    select(Solution)
    .where(Solution.state == SolutionState.PUBLISHED)
    .options(selectinload(Solution.prices), selectinload(Solution.references))
    .execution_options(populate_existing=True)
)


async def documents_of(
    session: Session | ReadSession, solution_ids: Iterable[UUID], on: date
) -> dict[UUID, SearchDocument]:
    """The documents of the published sheets among `solution_ids`."""
    sheets = await session.scalars(_PUBLISHED.where(Solution.id.in_(list(solution_ids))))
    return {document.id: document for document in await _made(session, sheets.all(), on)}


async def every_document(session: Session | ReadSession, on: date) -> AsyncIterator[SearchDocument]:
    """The documents of all published sheets, by id, read as they are asked for."""
    last: UUID | None = None
    while True:
        page = _PUBLISHED if last is None else _PUBLISHED.where(Solution.id > last)
        sheets = (await session.scalars(page.order_by(Solution.id).limit(BATCH))).all()
        for document in await _made(session, sheets, on):
            yield document
        if len(sheets) < BATCH:
            return
        last = sheets[-1].id


async def _made(session: Session | ReadSession, sheets: Sequence[Solution], on: date) -> list[SearchDocument]:
    proofs = await references_levels(session, [sheet.id for sheet in sheets], on)
    return [SearchDocument.of(sheet, proofs.get(sheet.id, {}).values(), on) for sheet in sheets]
