"""One mail to one address. `key` is the business key: the same news is never sent twice."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Row, choice
from marketplace.ids import OrganisationId


class MailState(StrEnum):
    """`unknown`: the process died between sending and noting it; a person decides."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"


class Mail(Row, Base):
    """`confidential`: its body holds a secret link, and is forgotten once sent."""

    __tablename__ = "mail"

    organisation_id: Mapped[OrganisationId | None] = mapped_column(index=True)
    key: Mapped[str] = mapped_column(unique=True)
    recipient: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    state: Mapped[MailState] = mapped_column(choice(MailState), default=MailState.QUEUED)
    sent_at: Mapped[datetime | None]
    confidential: Mapped[bool] = mapped_column(default=False, server_default="false")
