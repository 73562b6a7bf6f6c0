"""Reads of facts."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Text, cast, select

from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import Solution
from marketplace.db import ReadSession, Session
from search.facts.models import SheetFacts
from search.facts.shape import Facts


async def facts_by_id(reads: ReadSession | Session, solution_ids: Iterable[UUID]) -> dict[UUID, Facts]:
    """The facts of those of these sheets that are published and projected: one statement, read as text and checked once.

    Facts are found before sheets are looked at: on a database that was not analysed yet, the planner would read every sheet.
    """
    found = (
        select(SheetFacts.solution_id, cast(SheetFacts.facts, Text).label("facts"))
        .where(SheetFacts.solution_id.in_(list(solution_ids)))
        .cte("found")
        .prefix_with("materialized")
    )
    rows = await reads.execute(
        select(found.c.solution_id, found.c.facts)
        .join(Solution, Solution.id == found.c.solution_id)
        .where(Solution.state == SolutionState.PUBLISHED)
    )
    return {solution_id: Facts.model_validate_json(text) for solution_id, text in rows}
