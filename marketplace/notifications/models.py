"""One mail to one address, and one notice to one person. `key` is the business key: the same news is never told twice."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Row, choice
from marketplace.ids import OrganisationId, PersonId


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


class Notice(Row, Base):
    """News that waits for its person's next digest. `sent_at`: when a digest took it in; `link`: a path of this site.

    `told_at` and `sent_at` are instants of the market's clock.
    """

    __tablename__ = "notice"

    organisation_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    link: Mapped[str]
    told_at: Mapped[datetime] = mapped_column(server_default=text("market_now()"))
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("key", "person_id"),
        Index(None, "person_id", "organisation_id", "told_at"),
        Index("ix_notice_pending", "person_id", "told_at", postgresql_where=text("sent_at is null")),
    )
