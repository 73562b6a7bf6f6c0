"""Reads of reviews: the queue, how long answers take, and one sheet under review."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import Any

from sqlalchemy import Uuid, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import selectinload

from catalog.curation.models import ANSWERS, Decided
from catalog.curation.reviewing import SOMEBODY
from catalog.curation.working_days import TARGET, age, due_on, is_late
from catalog.solutions.lifecycle import WAITING, RevisionState
from catalog.solutions.models import Revision, Solution
from catalog.solutions.queries import theirs
from catalog.solutions.remarks import Thread, comments_by_field
from marketplace.actor import Actor
from marketplace.db import ReadSession, Session
from marketplace.ids import PersonId, SolutionId
from marketplace.interests.declaring import firms_of
from marketplace.territories.queries import UnknownTown, find_town
from marketplace.web import i18n
from marketplace.words import N_

__all__ = ["Thread", "comments_by_field"]

MEASURED_OVER = timedelta(days=90)


class Which(StrEnum):
    """A filter of the queue."""

    NEW = "new"
    REVISION = "revision"


WHICH_NAMES = {Which.NEW: N_("nouvelle fiche"), Which.REVISION: N_("révision")}


@dataclass(frozen=True, slots=True)
class Waiting:
    """One submission that waits. `reader`: who reads it, empty for nobody. `age`: in working days."""

    sheet: Solution
    revision: Revision
    which: Which
    reader: str
    mine: bool
    recused: bool
    age: int
    due_on: date
    late: bool


@dataclass(frozen=True, slots=True)
class Filters:
    """What the queue is narrowed to."""

    which: Which | None = None
    mine: bool = False
    late: bool = False
    domain: str | None = None

    def keep(self, one: Waiting) -> bool:
        return (
            (self.which is None or one.which is self.which)
            and (one.mine or not self.mine)
            and (one.late or not self.late)
            and (self.domain is None or self.domain in one.revision.content.get("domains", []))
        )


async def queue(
    reads: ReadSession | Session, by: Actor, now: datetime, filters: Filters | None = None
) -> list[Waiting]:
    """What waits for a curator, the longest waiting first: so the late ones come before all others."""
    found = (
        await reads.execute(
            select(Solution, Revision)
            .join(Revision, Revision.solution_id == Solution.id)
            .where(Revision.state.in_(WAITING), Revision.submitted_at.is_not(None), theirs(reads))
            .options(selectinload(Solution.open_revision))
            .order_by(Revision.submitted_at, Revision.id)
        )
    ).all()
    names = await names_of(reads, {row.Revision.reviewer_id for row in found})
    tied = await firms_of(reads, by)
    rows = [
        waiting(sheet, revision, by, now, names, recused=sheet.startup_id in tied)
        for sheet, revision in found
    ]
    return [row for row in rows if filters is None or filters.keep(row)]


def waiting(
    sheet: Solution,
    revision: Revision,
    by: Actor,
    now: datetime,
    names: Mapping[PersonId, str],
    *,
    recused: bool,
) -> Waiting:
    """What is told of a submission that waits; `names` are the curators'."""
    sent = revision.submitted_at
    assert sent is not None
    reading = revision.state is RevisionState.IN_REVIEW and revision.reviewer_id is not None
    return Waiting(
        sheet=sheet, revision=revision, which=Which.NEW if sheet.published_at is None else Which.REVISION,
        reader=names.get(revision.reviewer_id, i18n.translate(SOMEBODY)) if reading and revision.reviewer_id else "",
        mine=reading and revision.reviewer_id == by.person_id, recused=recused, age=age(sent, now), due_on=due_on(sent),
        late=is_late(sent, now),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """How long answers took, in working days, over the last 90 days. None when nothing was answered."""

    decisions: int
    median: float | None
    ninetieth: int | None
    within_target: float | None
    """The share answered within `TARGET`, from 0 to 1."""


async def measured(reads: ReadSession | Session, now: datetime) -> Measured:
    """Every answer to a submission counts: a sheet sent back and submitted again counts twice. For curators."""
    rows = await reads.execute(
        select(Decided.submitted_at, Decided.at).where(
            Decided.verdict.in_(ANSWERS), Decided.submitted_at.is_not(None), Decided.at > now - MEASURED_OVER
        )
    )
    taken = sorted(age(sent, at) for sent, at in rows if sent is not None)
    if not taken:
        return Measured(0, None, None, None)
    return Measured(
        decisions=len(taken),
        median=float(median(taken)),
        ninetieth=taken[math.ceil(0.9 * len(taken)) - 1],  # nearest rank
        within_target=sum(days <= TARGET for days in taken) / len(taken),
    )


async def history(reads: ReadSession | Session, solution_id: SolutionId) -> list[Decided]:
    """The decisions on a sheet, the last first. For its startup and curators."""
    return list(
        await reads.scalars(
            select(Decided)
            .join(Solution, Solution.id == Decided.solution_id)
            .where(Decided.solution_id == solution_id, theirs(reads))
            .order_by(Decided.at.desc(), Decided.id.desc())
        )
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a sheet's open revision stands, for its startup. `due_on`: until when an answer is within the target."""

    state: RevisionState
    since: datetime
    submitted_at: datetime | None
    due_on: date | None
    late: bool
    reason: str | None


def progress(sheet: Solution, now: datetime) -> Progress | None:
    """What a startup is told of its sheet's open revision; None when there is none."""
    revision = sheet.open_revision
    if revision is None:
        return None
    sent = revision.submitted_at if revision.state in WAITING else None
    return Progress(
        revision.state, revision.state_since, sent, due_on(sent) if sent else None, bool(sent and is_late(sent, now)),
        revision.reason,
    )  # fmt: skip


async def names_of(reads: ReadSession | Session, people: Collection[PersonId | None]) -> dict[PersonId, str]:
    """The names of curators by id, for curators."""
    wanted = sorted({person for person in people if person is not None})
    if not wanted:
        return {}
    asked = func.unnest(cast(wanted, ARRAY(Uuid()))).column_valued("person")
    rows = await reads.execute(select(asked, func.fellow_curator(asked)))
    return {PersonId(person): name or i18n.translate(SOMEBODY) for person, name in rows}


async def town_names(reads: ReadSession | Session, contents: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The names of the towns that references cite, by the code that they cite. A code of no town has none."""
    codes = {said["town"] for content in contents for said in content.get("references", [])}
    found = {}
    for code in sorted(codes):
        try:
            found[code] = (await find_town(reads, code)).name
        except UnknownTown:
            continue
    return found
