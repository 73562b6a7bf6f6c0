"""What the interests API and pages read and answer."""

from datetime import date
from uuid import UUID

from marketplace.interests.models import DeclaredInterest, InterestKind
from marketplace.web.schemas import Day, Input, Output, Sentence, Short
from marketplace.web.typed import TypedDate


class NewInterest(Input):
    """`POST /me/interests`. `firm`: a SIREN, or the firm's exact name."""

    firm: Short
    kind: InterestKind
    detail: Sentence
    since: Day


class InterestForm(Input):
    """The same, as typed."""

    firm: Short
    kind: InterestKind
    detail: Sentence
    since: TypedDate


class InterestOut(Output):
    """A declaration. `ended_on`: the recusal stopped that day."""

    id: UUID
    startup_id: UUID
    startup: str
    kind: InterestKind
    detail: str
    since: date
    ended_on: date | None

    @classmethod
    def of(cls, interest: DeclaredInterest) -> "InterestOut":
        return cls(
            id=interest.id, startup_id=interest.startup_id, startup=interest.startup.name, kind=interest.kind,
            detail=interest.detail, since=interest.since, ended_on=interest.ended_on,
        )  # fmt: skip
