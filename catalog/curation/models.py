"""What a review leaves: the answers to the checklist, and the decisions."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, Row, choice
from marketplace.ids import PersonId, SolutionId
from marketplace.words import N_


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"


ANSWER_NAMES = {
    Answer.YES: N_("oui"),
    Answer.NO: N_("non"),
    Answer.NOT_APPLICABLE: N_("sans objet"),
}


class Tick(Row, Base):
    """The answer to one item of the checklist, for one revision. `seen`: a digest of what the item looks at, as it was read."""

    __tablename__ = "review_tick"

    revision_id: Mapped[UUID] = mapped_column(ForeignKey("solution_revision.id"))
    item: Mapped[str]
    answer: Mapped[Answer] = mapped_column(choice(Answer))
    note: Mapped[str | None]
    seen: Mapped[str]
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (UniqueConstraint("revision_id", "item"),)
    __mapper_args__ = {"version_id_col": version}


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    ACCEPTED_IN_PART = "accepted_in_part"
    CHANGES_REQUESTED = "changes_requested"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    ARCHIVED = "archived"


VERDICT_NAMES = {
    Verdict.ACCEPTED: N_("acceptée"),
    Verdict.ACCEPTED_IN_PART: N_("acceptée en partie"),
    Verdict.CHANGES_REQUESTED: N_("changements demandés"),
    Verdict.SUSPENDED: N_("suspendue"),
    Verdict.REINSTATED: N_("remise en ligne"),
    Verdict.ARCHIVED: N_("archivée"),
}
ANSWERS = frozenset({Verdict.ACCEPTED, Verdict.ACCEPTED_IN_PART, Verdict.CHANGES_REQUESTED})
"""What answers a submission: these are measured."""


class Decided(Row, Base):
    """One decision on a sheet, or on a revision of it; never rewritten.

    `fields`: those that were published. `returned`: those that go back to the startup. `remarks`: the checklist's « no » with
    their notes. `submitted_at`: when what was decided on had been submitted.
    """

    __tablename__ = "review_decision"

    solution_id: Mapped[SolutionId] = mapped_column(ForeignKey("solution.id"), index=True)
    revision_id: Mapped[UUID | None] = mapped_column(ForeignKey("solution_revision.id"))
    number: Mapped[int | None]
    verdict: Mapped[Verdict] = mapped_column(choice(Verdict))
    reason: Mapped[str | None]
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text))
    returned: Mapped[list[str]] = mapped_column(ARRAY(Text))
    remarks: Mapped[list[Json]]
    person_id: Mapped[PersonId | None] = mapped_column(ForeignKey("person.id"))
    by_startup: Mapped[bool]
    submitted_at: Mapped[datetime | None]
    at: Mapped[datetime] = mapped_column(index=True)
