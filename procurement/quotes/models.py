"""Consultations, invitations, quotes, evaluations and awards."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.db import Base, Json, Row, choice
from marketplace.ids import ConsultationId, OrganisationId, PersonId, PoolId, QuoteId, new_id
from marketplace.money import Cents
from procurement.quotes.lifecycle import ConsultationState, QuoteState


class Channel(StrEnum):
    """Where offers are asked for. The compass decides, on the pooled total."""

    QUOTES = "quotes"
    BUYER_PROFILE = "buyer_profile"


class Consultation(Row, Base):
    """One call for quotes. `published` is the snapshot that startups read: they never see the pool itself."""

    __tablename__ = "consultation"

    id: Mapped[ConsultationId] = mapped_column(primary_key=True, default=new_id)
    pool_id: Mapped[PoolId] = mapped_column(ForeignKey("pool.id"), index=True)
    coordinator_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"))
    channel: Mapped[Channel] = mapped_column(choice(Channel))
    state: Mapped[ConsultationState] = mapped_column(choice(ConsultationState))
    state_since: Mapped[datetime]
    published: Mapped[Json]
    criteria: Mapped[list[Json]]
    deadline_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    profile_reference: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (Index(None, "state", "deadline_at"),)
    __mapper_args__ = {"version_id_col": version}


class Invitation(Row, Base):
    """A startup asked to quote."""

    __tablename__ = "invitation"

    consultation_id: Mapped[ConsultationId] = mapped_column(ForeignKey("consultation.id"))
    startup_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"), index=True)
    declined_at: Mapped[datetime | None]
    reason: Mapped[str | None]

    startup: Mapped[Organisation] = relationship(lazy="raise")

    __table_args__ = (UniqueConstraint("consultation_id", "startup_id"),)


class Quote(Row, Base):
    """One offer. Sealed, only `ciphertext` holds it; `content` is filled when the timer opens it, or by an import.

    `startup_id` is empty for an imported offer of a firm that has no account here.
    """

    __tablename__ = "quote"

    id: Mapped[QuoteId] = mapped_column(primary_key=True, default=new_id)
    consultation_id: Mapped[ConsultationId] = mapped_column(ForeignKey("consultation.id"))
    pool_id: Mapped[PoolId] = mapped_column(ForeignKey("pool.id"))
    startup_id: Mapped[OrganisationId | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    supplier_name: Mapped[str]
    supplier_siren: Mapped[str | None]
    person_id: Mapped[PersonId | None]
    state: Mapped[QuoteState] = mapped_column(choice(QuoteState))
    state_since: Mapped[datetime]
    deposited_at: Mapped[datetime]
    ciphertext: Mapped[bytes | None] = mapped_column(LargeBinary)
    sha256: Mapped[str]
    content: Mapped[Json | None]

    __table_args__ = (
        Index(None, "consultation_id", "state"),
        Index(
            "uq_quote_one_live",
            "consultation_id",
            "startup_id",
            unique=True,
            postgresql_where=text("state in ('sealed', 'opened', 'retained')"),
        ),
    )


class Evaluation(Row, Base):
    """The coordinator's scores for one consultation: quote id → criterion → points out of 100 (`price` is computed)."""

    __tablename__ = "evaluation"

    consultation_id: Mapped[ConsultationId] = mapped_column(ForeignKey("consultation.id"), unique=True)
    scores: Mapped[Json]
    by_person_id: Mapped[PersonId | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Award(Row, Base):
    """The decision: whom, for how much in all. Unit prices stay in the quote. `notified_at` makes it effective."""

    __tablename__ = "award"

    pool_id: Mapped[PoolId] = mapped_column(ForeignKey("pool.id"))
    quote_id: Mapped[QuoteId] = mapped_column(ForeignKey("quote.id"))
    startup_id: Mapped[OrganisationId | None] = mapped_column(ForeignKey("organisation.id"))
    supplier_name: Mapped[str]
    ht_cents: Mapped[Cents]
    vat_cents: Mapped[Cents]
    ttc_cents: Mapped[Cents]
    reasons: Mapped[str]
    proposed_at: Mapped[datetime]
    notified_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_award_one_live", "pool_id", unique=True, postgresql_where=text("withdrawn_at is null")),
    )
