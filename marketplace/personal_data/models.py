"""One request about a person's data, and what became of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Row, choice
from marketplace.ids import PersonId
from marketplace.words import N_


class RequestKind(StrEnum):
    EXPORT = "export"
    ERASURE = "erasure"


class RequestState(StrEnum):
    """asked → confirmed → done; asked or confirmed → refused. A person's own request is confirmed when it is asked."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    DONE = "done"
    REFUSED = "refused"


STATE_NAMES = {
    RequestState.ASKED: N_("à confirmer"),
    RequestState.CONFIRMED: N_("en cours"),
    RequestState.DONE: N_("faite"),
    RequestState.REFUSED: N_("écartée"),
}


class PersonalRequest(Row, Base):
    """`content`: the copy, a ZIP, until it is forgotten. Only its person reads it."""

    __tablename__ = "personal_request"

    kind: Mapped[RequestKind] = mapped_column(choice(RequestKind))
    state: Mapped[RequestState] = mapped_column(choice(RequestState))
    person_id: Mapped[PersonId] = mapped_column(index=True)
    asked_by: Mapped[PersonId]
    confirmed_by: Mapped[PersonId | None]
    reason: Mapped[str | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    done_at: Mapped[datetime | None]
