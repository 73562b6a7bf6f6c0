"""What the API takes and answers of the register."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from catalog.texts import Line, Phrase, Prose
from marketplace.web.schemas import Input, Output, Truth
from search.log.models import AnswerKind

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,120}$")]
Words = Annotated[list[Slug], Field(max_length=60)]


class Chosen(Input):
    """One sheet that the town keeps, and why."""

    slug: Slug
    reason: Phrase


class SearchAsked(Input):
    """A search of the directory, as `GET /solutions` takes it."""

    q: Annotated[str, StringConstraints(max_length=5000)] | Prose = ""
    domain: Words = []
    maturity: Words = []
    feature: Words = []
    available: Truth = False
    sort: Slug = "relevance"


class NewRecord(Input):
    """`POST /sourcing-records`: an answer that was logged (`log_id`, from `POST /matches`), or a search to be asked now.

    With `choices`, the record is a short list: the sheets that the town keeps of that answer, with its reasons.
    """

    title: Line
    log_id: UUID | None = None
    search: SearchAsked | None = None
    note: Prose | None = None
    need_id: UUID | None = None
    pool_id: UUID | None = None
    choices: Annotated[list[Chosen], Field(max_length=40)] = []


class RecordOut(Output):
    """A record in a list. `sha256` covers `content` (`GET /sourcing-records/{id}`) byte for byte."""

    id: UUID
    kind: AnswerKind
    title: str
    text: str
    total: int
    frozen_at: datetime
    person_id: UUID
    need_id: UUID | None
    pool_id: UUID | None
    sha256: str


class RecordDetail(RecordOut):
    """A record. `content` is the canonical text: parse it as JSON, or hash it."""

    content: str


class MovedOut(Output):
    """One sheet then and now. `move`: same, up, down, new, gone. `cause`: why it is gone, when that is known, with `why` in words.

    `place_weighed`: today with the weights of then, when those of today are others.
    """

    slug: str
    move: str
    cause: str | None
    why: str | None
    place_weighed: int | None
    place_then: int | None
    place_now: int | None
    score_then: float | None
    score_now: float | None


class ReplayOut(Output):
    """The same question today. `causes`: what differs between then and now that may explain the rest."""

    identical: bool
    replayed_at: datetime
    same_index: bool
    same_engine: bool
    same_weights: bool
    index_now: str
    engine_now: str
    weights_now: dict[str, Any] | None
    total_then: int
    total_now: int
    moved: int
    causes: list[str]
    sheets: list[MovedOut]
