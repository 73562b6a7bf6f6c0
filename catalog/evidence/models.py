"""Evidence for what a sheet says, questions put to reference towns, and public contract data."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.evidence.levels import EvidenceState, Kind, Piece
from catalog.evidence.lifecycle import RequestState
from catalog.solutions.models import Solution
from marketplace.db import Base, Json, Row, choice
from marketplace.ids import OrganisationId, PersonId, SolutionId
from marketplace.money import Cents
from marketplace.words import N_


class Evidence(Row, Base):
    """One piece of evidence for the claim at `path` of a sheet. `digest` is the fingerprint of what it proves.

    `source` is what everybody reads. `order_id` and `facts` are a delivery's: the town, what and how much, never an amount.
    `warned` is the last warning of its end that was given, in days before it.
    """

    __tablename__ = "evidence"

    solution_id: Mapped[SolutionId] = mapped_column(ForeignKey("solution.id"), index=True)
    path: Mapped[str]
    kind: Mapped[Kind] = mapped_column(choice(Kind))
    digest: Mapped[str]
    source: Mapped[str]
    dated_on: Mapped[date]
    expires_on: Mapped[date | None]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    contract_id: Mapped[UUID | None] = mapped_column(ForeignKey("public_contract.id"), index=True)
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("evidence_request.id"), unique=True)
    order_id: Mapped[UUID | None]
    facts: Mapped[Json | None]
    state: Mapped[EvidenceState] = mapped_column(choice(EvidenceState))
    state_since: Mapped[datetime]
    offered_by: Mapped[PersonId | None] = mapped_column(ForeignKey("person.id"))
    decided_by: Mapped[PersonId | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None]
    warned: Mapped[int | None]

    solution: Mapped[Solution] = relationship(lazy="raise")
    contract: Mapped["PublicContract | None"] = relationship(lazy="raise")
    request: Mapped["EvidenceRequest | None"] = relationship(lazy="raise")

    __table_args__ = (
        UniqueConstraint("solution_id", "order_id"),
        Index(
            "uq_evidence_contract", "solution_id", "path", "contract_id", "digest", unique=True,
            postgresql_where=text("contract_id is not null and state in ('offered', 'accepted')"),
        ),
        Index("ix_evidence_waiting", "state_since", postgresql_where=text("state = 'offered'")),
        Index("ix_evidence_ending", "expires_on", postgresql_where=text("state = 'accepted'")),
    )  # fmt: skip

    @property
    def piece(self) -> Piece:
        """What levels are computed from."""
        return Piece(self.id, self.kind, self.state, self.digest, self.dated_on, self.expires_on, self.source)


class Answer(StrEnum):
    """What the person asked at the town says of the reference."""

    EXACT = "exact"
    CORRECTED = "corrected"
    WRONG = "wrong"
    OTHER_PERSON = "other_person"


ANSWER_NAMES = {
    Answer.EXACT: N_("Oui, c’est exact"),
    Answer.CORRECTED: N_("Oui, avec ces corrections"),
    Answer.WRONG: N_("Non, ce n’est pas exact"),
    Answer.OTHER_PERSON: N_("Je ne suis pas la bonne personne"),
}


class EvidenceRequest(Row, Base):
    """A startup asks somebody at a town, by mail, to confirm a reference. `digest`: of the reference as it was shown.

    The answer is written by the link's holder (`answer_evidence_request`), then settled by the worker.
    """

    __tablename__ = "evidence_request"

    solution_id: Mapped[SolutionId] = mapped_column(ForeignKey("solution.id"), index=True)
    startup_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"), index=True)
    reference_id: Mapped[UUID]
    digest: Mapped[str]
    recipient: Mapped[str]
    token_id: Mapped[UUID] = mapped_column(unique=True)
    asked_by: Mapped[PersonId | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[RequestState] = mapped_column(choice(RequestState), default=RequestState.SENT)
    state_since: Mapped[datetime]
    answer: Mapped[Answer | None] = mapped_column(choice(Answer))
    said: Mapped[str | None]
    contact_name: Mapped[str | None]
    contact_role: Mapped[str | None]
    answered_at: Mapped[datetime | None]

    solution: Mapped[Solution] = relationship(lazy="raise")

    __table_args__ = (
        Index(
            "uq_evidence_request_open", "solution_id", "reference_id", unique=True,
            postgresql_where=text("state = 'sent'"),
        ),
        Index(None, "solution_id", "reference_id", "asked_at"),
    )  # fmt: skip


class PublicContract(Row, Base):
    """A contract of the public contract data (DECP 2.0.3), which is open data. `uid`: the buyer's SIRET, then the buyer's number.

    `holders`: SIRET or other number of each holder; `holder_sirens`: the SIREN of those who have one.
    """

    __tablename__ = "public_contract"

    uid: Mapped[str] = mapped_column(unique=True)
    number: Mapped[str]
    buyer_siret: Mapped[str]
    buyer_siren: Mapped[str]
    holders: Mapped[list[str]] = mapped_column(ARRAY(Text))
    holder_sirens: Mapped[list[str]] = mapped_column(ARRAY(Text))
    nature: Mapped[str]
    procedure: Mapped[str]
    object: Mapped[str]
    cpv: Mapped[str]
    amount_cents: Mapped[Cents]
    months: Mapped[int]
    notified_on: Mapped[date]
    published_on: Mapped[date | None]
    place_code: Mapped[str | None]
    place_kind: Mapped[str | None]
    innovative: Mapped[bool]

    __table_args__ = (
        Index("ix_public_contract_holder_sirens", "holder_sirens", postgresql_using="gin"),
        Index(None, "buyer_siren"),
    )
