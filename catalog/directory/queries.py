"""Reads of the visitors' pages: what a sheet tells whom, what happened to it, and several sheets side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import Change, ChangeKind, Confidential, Solution
from catalog.solutions.queries import PUBLIC_PARTS
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import ReadSession
from marketplace.ids import SolutionId

TOLD = frozenset({OrganisationKind.TOWN, OrganisationKind.SUPERVISOR, OrganisationKind.ASSOCIATION})
"""Who reads the confidential part of a published sheet: buyers and staff, never a competitor nor a visitor."""


def is_told(sheet: Solution, by: Actor) -> bool:
    """Whether `by` may know what `sheet` keeps from visitors. The policies of `solution_confidential` say the same."""
    return by.acts_for(sheet.startup_id) or Role.CURATOR in by.roles or by.kind in TOLD


async def confidential(reads: ReadSession, sheets: Iterable[Solution], by: Actor) -> dict[UUID, Confidential]:
    """The confidential part of each of `sheets` that `by` may know, by the sheet's id."""
    asked = [sheet.id for sheet in sheets if is_told(sheet, by)]
    if not asked:
        return {}
    rows = await reads.scalars(select(Confidential).where(Confidential.solution_id.in_(asked)))
    return {row.solution_id: row for row in rows}


async def published(reads: ReadSession, slugs: Sequence[str]) -> list[Solution]:
    """The published sheets among `slugs`, with their parts, in the order asked; the others are left out."""
    found = await reads.scalars(
        select(Solution)
        .where(Solution.slug.in_(slugs), Solution.state == SolutionState.PUBLISHED)
        .options(*PUBLIC_PARTS)
    )
    by_slug = {sheet.slug: sheet for sheet in found}
    return [by_slug[slug] for slug in slugs if slug in by_slug]


async def names(reads: ReadSession, slugs: Sequence[str]) -> dict[str, str]:
    """The names of the published sheets among `slugs`, in the order asked."""
    rows = await reads.execute(
        select(Solution.slug, Solution.name).where(
            Solution.slug.in_(slugs), Solution.state == SolutionState.PUBLISHED
        )
    )
    found = {row.slug: row.name for row in rows}
    return {slug: found[slug] for slug in slugs if slug in found}


async def changes(reads: ReadSession, solution_id: SolutionId) -> list[Change]:
    """What happened to a sheet, the last first. A sheet changes a few times a year: all of it is read."""
    rows = await reads.scalars(
        select(Change).where(Change.solution_id == solution_id).order_by(Change.at.desc(), Change.id.desc())
    )
    return list(rows)


@dataclass(frozen=True, slots=True)
class Edition:
    """Which published version of a sheet: the first is 1. `at`: when it was published; None for one that never was."""

    number: int
    at: datetime | None


def edition(changed: Sequence[Change]) -> Edition:
    """The version that the directory shows, from everything that happened to a sheet, the last first."""
    published = [one.at for one in changed if one.kind in {ChangeKind.PUBLISHED, ChangeKind.REVISED}]
    return Edition(len(published), published[0] if published else None)
