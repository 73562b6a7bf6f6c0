"""Keeping the index true: after each change of a sheet, and all at once (`marketplace reindex`)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from catalog.solutions import queries
from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import Solution
from marketplace.db import Session
from marketplace.ids import SolutionId
from search.engines import SearchEngine
from search.engines.documents import SearchDocument, documents
from search.facts.projecting import project, project_all


async def refresh(session: Session, engine: SearchEngine, solution_ids: Sequence[SolutionId]) -> None:
    """Make the index say of these sheets what is true now. Running it twice changes nothing."""
    await project(session, solution_ids)
    found = await queries.published(session, solution_ids)
    await engine.upsert(session, [SearchDocument.of(found[id_]) for id_ in solution_ids if id_ in found])
    await engine.delete(session, [id_ for id_ in solution_ids if id_ not in found])


async def reindex(session: Session, engine: SearchEngine) -> int:
    """Rebuild the whole index from the directory. Returns how many sheets it holds."""
    await project_all(session)
    sheets = await session.scalars(
        select(Solution)
        .where(Solution.state == SolutionState.PUBLISHED)
        .options(selectinload(Solution.prices))
        .order_by(Solution.id)
    )
    return await engine.rebuild(session, documents(sheets))
