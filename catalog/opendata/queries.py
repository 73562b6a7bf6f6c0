"""Reads for the exports and the feed: published sheets in batches, and what happened to them, the last first."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import selectinload

from catalog.opendata import records
from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import Change, Solution
from marketplace.accounts.models import Organisation
from marketplace.actor import ANONYMOUS
from marketplace.db import Database, ReadSession
from marketplace.errors import NotFound

BATCH = 200
ENTRIES = 50


@dataclass(frozen=True, slots=True)
class Stamp:
    """When the directory last changed, how often it has, and how many sheets it shows: different whenever the directory is.

    Changes are counted, since one that began earlier may come in later.
    """

    changes: int
    at: datetime | None
    sheets: int

    @property
    def text(self) -> str:
        return f"{self.changes}-{self.at.timestamp() if self.at else 0:.6f}-{self.sheets}"


async def stamp(reads: ReadSession) -> Stamp:
    """The directory's present stamp."""
    changes, at = (await reads.execute(select(func.count(), func.max(Change.at)).select_from(Change))).one()
    shown = select(func.count()).where(Solution.state == SolutionState.PUBLISHED)
    return Stamp(changes, at, await reads.scalar(shown) or 0)


async def directory(database: Database, *, base_url: str) -> AsyncIterator[list[dict[str, Any]]]:
    """Every published sheet as an open record, in batches, each in a transaction of its own and as a visitor reads it."""
    after: UUID | None = None
    while True:
        async with database.reading(ANONYMOUS) as reads:
            query = (
                select(Solution, Organisation.siren)
                .outerjoin(Organisation, Organisation.id == Solution.startup_id)
                .where(Solution.state == SolutionState.PUBLISHED)
                .options(selectinload(Solution.prices), selectinload(Solution.references))
                .order_by(Solution.id)
                .limit(BATCH)
            )
            rows = (await reads.execute(query if after is None else query.where(Solution.id > after))).all()
            batch = [records.record(row[0], row[1], base_url=base_url) for row in rows]
        if not rows:
            return
        after = rows[-1][0].id
        yield batch


async def shown(reads: ReadSession, told: Sequence[Change]) -> set[UUID]:
    """The sheets that the directory shows at present, among those that changed."""
    wanted = [change.solution_id for change in told]
    found = await reads.scalars(
        select(Solution.id).where(Solution.id.in_(wanted), Solution.state == SolutionState.PUBLISHED)
    )
    return set(found)


async def changes(reads: ReadSession, before: UUID | None) -> tuple[list[Change], bool]:
    """A page of what happened to published sheets, from the last or from `before`, and whether there is more.

    Raises `NotFound` for a change that does not exist.
    """
    query = select(Change).order_by(Change.at.desc(), Change.id.desc()).limit(ENTRIES + 1)
    if before is not None:
        at = await reads.scalar(select(Change.at).where(Change.id == before))
        if at is None:
            raise NotFound
        query = query.where(tuple_(Change.at, Change.id) < (at, before))
    found = list(await reads.scalars(query))
    return found[:ENTRIES], len(found) > ENTRIES
