"""The forms of a review's pages. Two forms of one page never share a field's name, so that each error finds its own."""

from typing import Annotated

from pydantic import Field

from catalog.curation.models import Answer
from catalog.curation.schemas import FieldPath, ItemKey
from catalog.texts import Phrase, Prose
from marketplace.web.schemas import Input, Sentence

Version = Annotated[int, Field(ge=0, le=1_000_000)]


class TakeForm(Input):
    version: Version


class AcceptForm(Input):
    """`fields`: those that are ticked. Each changed field's box stands beside its difference."""

    version: Version
    fields: Annotated[list[FieldPath], Field(max_length=400)] = []
    motive: Sentence | None = None


class ChangesForm(Input):
    version: Version
    reason: Sentence
    of: Annotated[list[FieldPath], Field(max_length=400)] = []


class SheetForm(Input):
    """A decision on the sheet itself: `version` is the sheet's."""

    version: Version
    cause: Sentence


class TickRow(Input):
    item: ItemKey
    answer: Answer | None = None
    note: Phrase | None = None
    version: Version = 0


class TicksForm(Input):
    """`version` is that of the revision that was read."""

    version: int | None = None
    answers: list[TickRow] = Field(max_length=100)


class CommentForm(Input):
    """`path` says which field; `to` where to come back."""

    path: FieldPath
    text: Prose


class ResolutionForm(Input):
    path: FieldPath
    resolved: bool = False
