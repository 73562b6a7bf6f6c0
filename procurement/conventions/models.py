"""The generated agreement, each town's délibération and each town's recorded signature."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, Row, choice
from marketplace.ids import MembershipId, OrganisationId, PersonId, PoolId


class AgreementState(StrEnum):
    READY = "ready"
    REPLACED = "replaced"


class Agreement(Row, Base):
    """One version of a pool's founding agreement: template and version, the values it was filled with, and its PDF."""

    __tablename__ = "agreement"

    pool_id: Mapped[PoolId] = mapped_column(ForeignKey("pool.id"))
    number: Mapped[int]
    template: Mapped[str]
    template_version: Mapped[str]
    variables: Mapped[Json]
    state: Mapped[AgreementState] = mapped_column(choice(AgreementState))
    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_file.id"))
    sha256: Mapped[str]
    ready_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("pool_id", "number"),)


class Deliberation(Row, Base):
    """The vote of a town's assembly, with the day it became enforceable (sent to the prefect)."""

    __tablename__ = "deliberation"

    membership_id: Mapped[MembershipId] = mapped_column(ForeignKey("membership.id"), unique=True)
    pool_id: Mapped[PoolId] = mapped_column(ForeignKey("pool.id"), index=True)
    town_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[str]
    voted_on: Mapped[date]
    transmitted_on: Mapped[date]
    by_person_id: Mapped[PersonId | None]


class Signature(Row, Base):
    """A town's signature of one version of the agreement, recorded by its signatory. The act itself stays with the town."""

    __tablename__ = "signature"

    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreement.id"))
    membership_id: Mapped[MembershipId] = mapped_column(ForeignKey("membership.id"))
    pool_id: Mapped[PoolId] = mapped_column(ForeignKey("pool.id"), index=True)
    town_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"))
    signatory_name: Mapped[str]
    signatory_title: Mapped[str]
    signed_on: Mapped[date]
    agreement_sha256: Mapped[str]
    by_person_id: Mapped[PersonId | None]

    __table_args__ = (UniqueConstraint("agreement_id", "membership_id"),)
