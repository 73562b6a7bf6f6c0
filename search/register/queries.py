"""Reads of the register: a town's own records, and nobody else's."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import Solution
from marketplace.accounts.models import Person
from marketplace.actor import Actor, OrganisationKind
from marketplace.db import ReadSession, Session, owned
from marketplace.errors import NotFound
from marketplace.ids import PersonId
from search.log.models import AnswerKind
from search.register.models import SourcingRecord


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list shows: words of the title or of what was asked, and a kind."""

    text: str = ""
    kind: AnswerKind | None = None

    @property
    def all(self) -> bool:
        return not self.text and self.kind is None


async def records(
    reads: ReadSession | Session, wanted: Wanted, by: Actor, *, limit: int | None = None, offset: int = 0
) -> tuple[list[SourcingRecord], int]:
    """Records of the acting town, the latest first, and how many there are. Raises `RoleNeeded` for other kinds of people."""
    by.require(OrganisationKind.TOWN)
    where = _where(reads, wanted)
    found = await reads.scalars(
        select(SourcingRecord).where(*where).order_by(SourcingRecord.frozen_at.desc(), SourcingRecord.id.desc()).limit(limit).offset(offset)
    )  # fmt: skip
    total = await reads.scalar(select(func.count()).select_from(SourcingRecord).where(*where))
    return list(found), total or 0


async def one(reads: ReadSession | Session, record_id: UUID, by: Actor) -> SourcingRecord:
    """One record of the acting town. Raises `NotFound`, for another's as for none."""
    found = None
    if by.has(OrganisationKind.TOWN):
        found = await reads.scalar(
            select(SourcingRecord).where(SourcingRecord.id == record_id, owned(reads, SourcingRecord.town_id))
        )
    if found is None:
        raise NotFound
    return found


async def people(reads: ReadSession | Session, ids: Sequence[PersonId]) -> dict[PersonId, str]:
    """The names of those who froze, as far as they are still known to the town."""
    rows = await reads.execute(select(Person.id, Person.name).where(Person.id.in_(set(ids))))
    return {row.id: row.name for row in rows}


async def published_names(reads: ReadSession | Session, slugs: Sequence[str]) -> dict[str, str]:
    """The names of the sheets among `slugs` that are in the directory."""
    rows = await reads.execute(
        select(Solution.slug, Solution.name).where(
            Solution.slug.in_(slugs), Solution.state == SolutionState.PUBLISHED
        )
    )
    return {row.slug: row.name for row in rows}


def _where(reads: ReadSession | Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    where = [owned(reads, SourcingRecord.town_id)]
    if wanted.kind is not None:
        where.append(SourcingRecord.kind == wanted.kind)
    if wanted.text:
        words = func.folded(wanted.text.replace("\0", ""))
        where.append(
            or_(
                func.strpos(func.folded(SourcingRecord.title), words) > 0,
                func.strpos(func.folded(SourcingRecord.text), words) > 0,
            )
        )
    return where
