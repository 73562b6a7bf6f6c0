"""Comments on a sheet's fields, by curators and by its startup: the rows, and how they are read.

A thread is all that was said of one field of one revision. It stays when the sheet is revised again. The verbs are in
`catalog.curation.commenting`; what is here may be read by the pages on which a startup writes its sheet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from catalog.solutions.lifecycle import Who
from catalog.solutions.models import Revision, Solution
from catalog.solutions.queries import theirs
from marketplace.db import Base, ReadSession, Row, Session, acting, choice
from marketplace.ids import PersonId, SolutionId

WITHDRAWABLE = timedelta(minutes=10)
"""How long one's own comment can be taken back: the time to read it once more, before somebody has answered it."""


class RemarkKind(StrEnum):
    """A comment; or that the thread is resolved, or open again. A comment opens a resolved thread."""

    COMMENT = "comment"
    RESOLVED = "resolved"
    REOPENED = "reopened"


class Remark(Row, Base):
    """One entry of a thread, never rewritten. `side`: on whose behalf. `withdrawn_at`: its author took it back."""

    __tablename__ = "review_remark"

    solution_id: Mapped[SolutionId] = mapped_column(ForeignKey("solution.id"))
    revision_id: Mapped[UUID] = mapped_column(ForeignKey("solution_revision.id"), index=True)
    path: Mapped[str]
    kind: Mapped[RemarkKind] = mapped_column(choice(RemarkKind))
    side: Mapped[Who] = mapped_column(choice(Who))
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str]
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "solution_id", "path"),)


@dataclass(frozen=True, slots=True)
class Said:
    """A comment as it is shown. `text` is empty once withdrawn. `mine`: the asker wrote it."""

    id: UUID
    side: Who
    person_id: PersonId
    at: datetime
    text: str
    withdrawn: bool
    mine: bool

    def withdrawable(self, now: datetime) -> bool:
        """Whether the asker may still take it back."""
        return self.mine and not self.withdrawn and now - self.at <= WITHDRAWABLE


@dataclass(frozen=True, slots=True)
class Thread:
    """What was said of the field `path` of revision `number`."""

    revision_id: UUID
    number: int
    path: str
    resolved: bool
    said: tuple[Said, ...]


async def comments_by_field(reads: ReadSession | Session, solution_id: SolutionId) -> dict[str, list[Thread]]:
    """Every thread of a sheet by its field's path, the last revision's first. For its startup and curators."""
    mine = acting(reads).person_id
    rows = await reads.execute(
        select(Remark, Revision.number)
        .join(Revision, Revision.id == Remark.revision_id)
        .join(Solution, Solution.id == Remark.solution_id)
        .where(Remark.solution_id == solution_id, theirs(reads))
        .order_by(Remark.path, Revision.number.desc(), Remark.at, Remark.id)
    )
    found: dict[str, list[Thread]] = {}
    for (path, number), entries in groupby(rows.all(), key=lambda row: (row.Remark.path, row.number)):
        thread = _thread(number, [row.Remark for row in entries], mine)
        if thread.said:
            found.setdefault(path, []).append(thread)
    return found


def unresolved(threads: dict[str, list[Thread]]) -> int:
    """How many threads still ask for something."""
    return sum(not thread.resolved for of_field in threads.values() for thread in of_field)


def _thread(number: int, entries: Sequence[Remark], mine: PersonId | None) -> Thread:
    said = tuple(
        Said(
            id=entry.id, side=entry.side, person_id=entry.person_id, at=entry.at, text="" if entry.withdrawn_at else entry.text,
            withdrawn=entry.withdrawn_at is not None, mine=entry.person_id == mine,
        )
        for entry in entries
        if entry.kind is RemarkKind.COMMENT
    )  # fmt: skip
    living = [entry for entry in entries if entry.withdrawn_at is None]
    resolved = not living or living[-1].kind is RemarkKind.RESOLVED
    return Thread(entries[0].revision_id, number, entries[0].path, resolved, said)
