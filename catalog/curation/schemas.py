"""What the API says of reviews."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from catalog.curation import checklist
from catalog.curation.models import Answer, Decided, Verdict
from catalog.curation.queries import Measured, Waiting
from catalog.curation.ticking import Asked, Given
from catalog.curation.working_days import TARGET
from catalog.solutions import wording
from catalog.solutions.fields import Difference
from catalog.solutions.remarks import Thread
from catalog.solutions.schemas import RevisionOut
from catalog.solutions.wording import Names
from catalog.texts import Phrase, Prose
from marketplace.db import Json
from marketplace.web.i18n import language, translate
from marketplace.web.schemas import Input, Output, Page, Sentence, clean

FieldPath = Annotated[str, StringConstraints(min_length=1, max_length=80), AfterValidator(clean)]
ItemKey = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class TickIn(Input):
    """One answer to the checklist. `version`: of the answer that was read, 0 when there was none."""

    item: ItemKey
    answer: Answer
    note: Phrase | None = None
    version: Annotated[int, Field(ge=0, le=1_000_000)] = 0

    def given(self) -> Given:
        return Given(self.item, self.answer, self.note, self.version)


class TicksIn(Input):
    """Answers to the checklist: all are written, or none."""

    answers: list[TickIn] = Field(min_length=1, max_length=100)


class Publication(Input):
    """Accept a revision: `fields` are those to publish (all when left out). `checklist` may be answered at the same time."""

    fields: Annotated[list[FieldPath], Field(max_length=400)] | None = None
    reason: Sentence | None = None
    checklist: list[TickIn] = Field(default=[], max_length=100)


class ChangesIn(Input):
    """Why a revision goes back to its startup, and for which fields (none named: the whole)."""

    reason: Sentence
    fields: list[FieldPath] = Field(default=[], max_length=400)


class CommentIn(Input):
    path: FieldPath
    text: Prose


class ResolutionIn(Input):
    path: FieldPath
    resolved: bool = True


class MeasuredOut(Output):
    """How long answers took over the last 90 days, in working days. `within_target`: a share, from 0 to 1."""

    target: int = TARGET
    decisions: int
    median: float | None
    ninetieth: int | None
    within_target: float | None

    @classmethod
    def of(cls, found: Measured) -> "MeasuredOut":
        return cls(
            decisions=found.decisions, median=found.median, ninetieth=found.ninetieth,
            within_target=None if found.within_target is None else round(found.within_target, 4),
        )  # fmt: skip


class WaitingOut(Output):
    """One submission that waits. `version`: of the revision, what `If-Match` wants. `age`: in working days."""

    id: UUID
    slug: str
    name: str
    supplier: str
    domains: list[str]
    which: str
    state: str
    number: int
    version: int
    submitted_at: datetime
    age: int
    due_on: date
    late: bool
    reader: str | None
    mine: bool
    recused: bool

    @classmethod
    def of(cls, row: Waiting) -> "WaitingOut":
        revision = row.revision
        assert revision.submitted_at is not None
        return cls(
            id=row.sheet.id, slug=row.sheet.slug, name=revision.content["name"], supplier=row.sheet.supplier_name,
            domains=revision.content.get("domains", []), which=row.which, state=revision.state, number=revision.number,
            version=revision.version, submitted_at=revision.submitted_at, age=row.age, due_on=row.due_on, late=row.late,
            reader=row.reader or None, mine=row.mine, recused=row.recused,
        )  # fmt: skip


class QueueOut(Page[WaitingOut]):
    """The queue, late ones first, and how long answers take."""

    measured: MeasuredOut


class DifferenceOut(Output):
    """One field that the revision changes: values as a sheet's content has them (null: left out), and in words."""

    path: str
    label: str
    step: str
    confidential: bool
    before: Any
    after: Any
    before_words: list[str]
    after_words: list[str]

    @classmethod
    def of(cls, found: Difference, names: Names) -> "DifferenceOut":
        said = language.get()
        return cls(
            path=found.path, label=wording.label(found.path, said, found.after or found.before, names), step=found.field.step,
            confidential=found.field.confidential, before=found.before, after=found.after,
            before_words=wording.words(found.path, found.before, said, names),
            after_words=wording.words(found.path, found.after, said, names),
        )  # fmt: skip


class TickOut(Output):
    """One item of the checklist and its answer. `outdated`: what it looks at changed since, so it is to be answered again."""

    item: str
    sentence: str
    why: str
    answer: Answer | None
    note: str | None
    by: str | None
    at: datetime | None
    version: int
    outdated: bool

    @classmethod
    def of(cls, asked: Asked, names: dict[Any, str]) -> "TickOut":
        tick = asked.tick
        return cls(
            item=asked.item.key, sentence=translate(asked.item.sentence), why=translate(asked.item.why),
            answer=tick.answer if tick else None, note=tick.note if tick else None,
            by=names.get(tick.person_id) if tick else None, at=tick.at if tick else None, version=tick.version if tick else 0,
            outdated=asked.outdated,
        )  # fmt: skip


class CommentOut(Output):
    """`text` is empty once withdrawn. `side`: `curator` or `startup`."""

    id: UUID
    side: str
    at: datetime
    text: str
    withdrawn: bool
    mine: bool


class ThreadOut(Output):
    path: str
    revision: int
    resolved: bool
    comments: list[CommentOut]

    @classmethod
    def all_of(cls, found: dict[str, list[Thread]]) -> "list[ThreadOut]":
        return [
            cls(
                path=thread.path, revision=thread.number, resolved=thread.resolved,
                comments=[CommentOut.model_validate(said) for said in thread.said],
            )
            for threads in found.values()
            for thread in threads
        ]  # fmt: skip


class DecisionOut(Output):
    """One decision. `fields`: those published; `returned`: those that went back; `remarks`: what the checklist said « no » to."""

    id: UUID
    verdict: Verdict
    number: int | None
    reason: str | None
    fields: list[str]
    returned: list[str]
    remarks: list[Json]
    by_startup: bool
    submitted_at: datetime | None
    at: datetime

    @classmethod
    def of(cls, made: Decided) -> "DecisionOut":
        remarks = [
            {"item": said["item"], "sentence": translate(sentence), "note": note}
            for said, (sentence, note) in zip(made.remarks, checklist.sentences(made.remarks), strict=True)
        ]
        kept = {name: getattr(made, name) for name in cls.model_fields if name != "remarks"}
        return cls(**kept, remarks=remarks)


class ReviewOut(Output):
    """One sheet under review, for curators. `sheet_version`: what a suspension, reinstatement or archive may name."""

    id: UUID
    slug: str
    name: str
    state: str
    version: int
    sheet_version: int
    revision: RevisionOut | None
    age: int | None
    due_on: date | None
    late: bool
    reader: str | None
    recused: bool
    allowed: list[str]
    differences: list[DifferenceOut]
    checklist: list[TickOut]
    comments: list[ThreadOut]
    decisions: list[DecisionOut]


class ProgressOut(Output):
    """Where a sheet's open revision stands, for its startup: all but `comments` and `decisions` is null without one."""

    state: str | None
    since: datetime | None
    submitted_at: datetime | None
    due_on: date | None
    late: bool
    reason: str | None
    comments: list[ThreadOut]
    decisions: list[DecisionOut]
