"""Keeping the index true: after each change of a sheet, and all at once (`marketplace reindex`)."""

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from catalog.solutions import queries
from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import Solution
from marketplace.db import Session
from marketplace.ids import SolutionId
from search.documents import SearchDocument, documents
from search.engines import SearchEngine


async def refresh(session: Session, engine: SearchEngine, solution_id: SolutionId) -> None:
    """Make the index say of one sheet what is true now. Running it twice changes nothing."""
    found = await queries.published(session, [solution_id])
    if solution_id in found:
        await engine.upsert(session, [SearchDocument.of(found[solution_id])])
    else:
        await engine.delete(session, [solution_id])


async def reindex(session: Session, engine: SearchEngine) -> int:
    """Rebuild the whole index from the directory. Returns how many sheets it holds."""
    sheets = await session.scalars(
        select(Solution)
        .where(Solution.state == SolutionState.PUBLISHED)
        .options(selectinload(Solution.prices))
        .order_by(Solution.id)
    )
    return await engine.rebuild(session, documents(sheets))
