"""Reads of the directory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import set_committed_value

from catalog.solutions.lifecycle import RevisionState, SolutionState
from catalog.solutions.models import Basis, Maturity, PriceLine, Revision, Solution
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import ReadSession, Session, acting, owned
from marketplace.errors import NotFound
from marketplace.ids import OrganisationId, SolutionId
from marketplace.money import Cents
from marketplace.pricing import Step, Tiers

PUBLIC_PARTS = (
    selectinload(Solution.prices),
    selectinload(Solution.references),
    selectinload(Solution.attachments),
)
"""What visitors read of a sheet."""
PARTS = (*PUBLIC_PARTS, selectinload(Solution.open_revision))
"""What a whole sheet is read with."""


def theirs(session: ReadSession | Session) -> ColumnElement[bool]:
    """The acting startup's sheets, or every sheet for a curator."""
    return true() if Role.CURATOR in acting(session).roles else owned(session, Solution.startup_id)


async def by_slug(reads: ReadSession | Session, slug: str, parts: Sequence[Any] = PARTS) -> Solution:
    """One sheet that the asker may see, with its parts: published, its startup's, or any for a curator. Raises `NotFound`."""
    reviews = _may_have_revisions(reads)
    found = await reads.scalar(
        select(Solution)
        .where(Solution.slug == slug, or_(Solution.state == SolutionState.PUBLISHED, theirs(reads)))
        .options(*(parts if reviews else PUBLIC_PARTS))
    )
    if found is None:
        raise NotFound
    if not reviews:
        set_committed_value(found, "open_revision", None)
    return found


def _may_have_revisions(session: ReadSession | Session) -> bool:
    """Whether the asker is of those who are shown revisions: a startup its own, curators all."""
    by = acting(session)
    return by.channel == "system" or by.kind is OrganisationKind.STARTUP or Role.CURATOR in by.roles


async def by_id(reads: ReadSession | Session, solution_id: SolutionId, by: Actor) -> Solution:
    """One sheet of the acting startup, or any for a curator, with its parts. Raises `NotFound`."""
    found = await reads.scalar(
        select(Solution)
        .where(Solution.id == solution_id)
        .options(*PARTS)
        .execution_options(populate_existing=True)
    )
    if found is None or not (by.acts_for(found.startup_id) or "curator" in by.roles):
        raise NotFound
    return found


async def published(session: Session | ReadSession, ids: Iterable[UUID]) -> dict[UUID, Solution]:
    """The published sheets among `ids`, by id."""
    found = await session.scalars(
        select(Solution)
        .where(Solution.id.in_(list(ids)), Solution.state == SolutionState.PUBLISHED)
        .options(selectinload(Solution.prices))
    )
    return {sheet.id: sheet for sheet in found}


async def of_startup(reads: ReadSession | Session, startup_id: OrganisationId) -> list[Solution]:
    """A startup's own sheets, the last changed first."""
    return list(
        await reads.scalars(
            select(Solution)
            .where(Solution.startup_id == startup_id)
            .options(selectinload(Solution.open_revision))
            .order_by(Solution.state_since.desc())
        )
    )


async def latest(reads: ReadSession | Session, sheet: Solution) -> Revision | None:
    """The open revision of a sheet, else the one that the directory shows. For its startup and curators."""
    return sheet.open_revision or await last_accepted(reads, sheet.id)


async def last_accepted(reads: ReadSession | Session, solution_id: SolutionId) -> Revision | None:
    """The revision that the directory shows, if any ever was accepted. For its startup and curators."""
    return await reads.scalar(
        select(Revision)
        .where(Revision.solution_id == solution_id, Revision.state == RevisionState.ACCEPTED)
        .order_by(Revision.number.desc())
        .limit(1)
    )


async def sellers(session: Session | ReadSession, domain: str) -> list[OrganisationId]:
    """The startups with an account here that have an available published sheet in `domain`."""
    return list(
        await session.scalars(
            select(Solution.startup_id)
            .where(
                Solution.state == SolutionState.PUBLISHED,
                Solution.maturity != Maturity.STOPPED,
                Solution.startup_id.is_not(None),
                Solution.domains.contains([domain]),
            )
            .distinct()
            .order_by(Solution.startup_id)
        )
    )


@dataclass(frozen=True, slots=True)
class PublishedGrid:
    """What one solution asks for one unit over a duration: its one-off and yearly prices put together."""

    solution_id: SolutionId
    unit: str
    tiers: Tiers


async def grids(
    session: Session | ReadSession, *, domain: str, units: Sequence[str], years: int
) -> list[PublishedGrid]:
    """Every published grid of available solutions in `domain` for each of `units`, over `years`."""
    rows = await session.execute(
        select(PriceLine, Solution.id)
        .join(Solution, Solution.id == PriceLine.solution_id)
        .where(
            Solution.state == SolutionState.PUBLISHED,
            Solution.maturity != Maturity.STOPPED,
            Solution.domains[1] == domain,
            PriceLine.unit.in_(units),
        )
        .order_by(Solution.id, PriceLine.position)
    )
    found: dict[tuple[UUID, str], list[PriceLine]] = {}
    for line, solution_id in rows:
        found.setdefault((solution_id, line.unit), []).append(line)
    return [PublishedGrid(SolutionId(sid), unit, over(lines, years)) for (sid, unit), lines in found.items()]


def over(lines: Sequence[PriceLine], years: int) -> Tiers:
    """One tier table for lines of one unit and mode over `years`: a yearly price counts once a year.

    Its steps start wherever one of the lines' does; there the unit prices add up.
    """
    tables = [(line.tiers, years if line.basis is Basis.YEARLY else 1) for line in lines]
    starts = sorted({step.start for tiers, _ in tables for step in tiers.steps})
    steps = [
        Step(
            start, Cents(sum(tiers.steps[tiers.reached(start)].unit_price * times for tiers, times in tables))
        )
        for start in starts
    ]
    return Tiers(tables[0][0].mode, tuple(steps))


async def count_published(session: Session | ReadSession) -> int:
    """How many sheets the directory shows."""
    return int(
        await session.scalar(select(func.count()).where(Solution.state == SolutionState.PUBLISHED)) or 0
    )
