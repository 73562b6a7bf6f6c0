"""A sheet as it stands in the directory, what is projected from its content, and its revisions."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.solutions.lifecycle import RevisionState, SolutionState
from marketplace.db import Base, Json, Row, choice
from marketplace.ids import OrganisationId, PersonId, SolutionId, new_id
from marketplace.money import Cents
from marketplace.pricing import Step, Tiers
from marketplace.words import N_


class Maturity(StrEnum):
    """How far the solution is. A stopped service is never presented as available."""

    EXPLORATION = "exploration"
    CONSTRUCTION = "construction"
    GROWTH = "growth"
    ESTABLISHED = "established"
    STOPPED = "stopped"
    UNKNOWN = "unknown"


MATURITY_NAMES = {
    Maturity.EXPLORATION: N_("exploration"),
    Maturity.CONSTRUCTION: N_("construction"),
    Maturity.GROWTH: N_("déploiement"),
    Maturity.ESTABLISHED: N_("établie"),
    Maturity.STOPPED: N_("service arrêté"),
    Maturity.UNKNOWN: N_("maturité non précisée"),
}


class Basis(StrEnum):
    """What a unit price pays for: the whole deployment, or one year of service."""

    ONE_OFF = "one_off"
    YEARLY = "yearly"


BASIS_NAMES = {Basis.ONE_OFF: N_("une fois"), Basis.YEARLY: N_("par an")}


class ChangeKind(StrEnum):
    PUBLISHED = "published"
    REVISED = "revised"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    ARCHIVED = "archived"


class Solution(Row, Base):
    """A sheet of the directory, as published; one that never was shows its only revision.

    `startup_id` is empty for an imported record that no startup has claimed. `answers` are the questionnaire's public ones.
    """

    __tablename__ = "solution"

    id: Mapped[SolutionId] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(unique=True)
    startup_id: Mapped[OrganisationId | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    supplier_name: Mapped[str]
    name: Mapped[str]
    summary: Mapped[str]
    description: Mapped[str]
    domains: Mapped[list[str]] = mapped_column(ARRAY(Text))
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    audiences: Mapped[list[str]] = mapped_column(ARRAY(Text))
    maturity: Mapped[Maturity] = mapped_column(choice(Maturity))
    website: Mapped[str | None]
    since: Mapped[date | None]
    problem: Mapped[str] = mapped_column(server_default="")
    cpv: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    deployment_weeks_min: Mapped[int | None]
    deployment_weeks_max: Mapped[int | None]
    town_provides: Mapped[str] = mapped_column(server_default="")
    contract_forms: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    answers: Mapped[Json] = mapped_column(server_default="{}")
    source: Mapped[str | None]
    licence: Mapped[str | None]
    fictional: Mapped[bool] = mapped_column(default=False)
    state: Mapped[SolutionState] = mapped_column(choice(SolutionState), default=SolutionState.DRAFT)
    state_since: Mapped[datetime]
    published_at: Mapped[datetime | None]
    revised_at: Mapped[datetime | None]
    review_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    prices: Mapped[list["PriceLine"]] = relationship(
        back_populates="solution", cascade="all, delete-orphan", order_by="PriceLine.position", lazy="raise"
    )
    references: Mapped[list["Reference"]] = relationship(
        cascade="all, delete-orphan", order_by="Reference.position", lazy="raise"
    )
    attachments: Mapped[list["Attachment"]] = relationship(
        cascade="all, delete-orphan", order_by="Attachment.position", lazy="raise"
    )
    open_revision: Mapped["Revision | None"] = relationship(
        primaryjoin="and_(Solution.id == foreign(Revision.solution_id), Revision.state.in_(('draft', 'submitted', 'in_review')))",
        viewonly=True, uselist=False, lazy="raise",
    )  # fmt: skip

    __table_args__ = (Index(None, "state"), Index("ix_solution_domains", "domains", postgresql_using="gin"))
    __mapper_args__ = {"version_id_col": version}


class Revision(Row, Base):
    """One version of a sheet's content, from its first word to its acceptance. At most one is open.

    `content` is `SheetDraft.stored()`. `base` is the number of the accepted revision that it was begun from (0: none).
    Once accepted, `changed` names the fields that it changed.
    """

    __tablename__ = "solution_revision"

    solution_id: Mapped[SolutionId] = mapped_column(ForeignKey("solution.id"), index=True)
    number: Mapped[int]
    base: Mapped[int]
    content: Mapped[Json]
    changed: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    state: Mapped[RevisionState] = mapped_column(choice(RevisionState), default=RevisionState.DRAFT)
    state_since: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    reviewer_id: Mapped[PersonId | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        UniqueConstraint("solution_id", "number"),
        Index(
            "uq_solution_revision_open", "solution_id", unique=True,
            postgresql_where=text("state in ('draft', 'submitted', 'in_review')"),
        ),
        Index(None, "state"),
    )  # fmt: skip
    __mapper_args__ = {"version_id_col": version}


class Confidential(Base):
    """What a sheet tells signed-in towns and staff alone: confidential `answers`, and `contacts` by reference."""

    __tablename__ = "solution_confidential"

    solution_id: Mapped[SolutionId] = mapped_column(
        ForeignKey("solution.id", ondelete="CASCADE"), primary_key=True
    )
    answers: Mapped[Json]
    contacts: Mapped[Json]


class Reference(Base):
    """A deployment at a town, as published. The town's name and codes are those of the day it was published."""

    __tablename__ = "solution_reference"

    solution_id: Mapped[SolutionId] = mapped_column(
        ForeignKey("solution.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int]
    town_name: Mapped[str]
    insee: Mapped[str | None] = mapped_column(index=True)
    siren: Mapped[str | None] = mapped_column(index=True)
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    quantity: Mapped[Decimal | None]
    unit: Mapped[str | None]
    scope: Mapped[str]
    indicators: Mapped[list[Json]]
    digest: Mapped[str]
    """Changes with what the reference says: whoever confirmed it confirmed that."""


class Attachment(Base):
    """A file of a sheet, as published."""

    __tablename__ = "solution_attachment"

    solution_id: Mapped[SolutionId] = mapped_column(
        ForeignKey("solution.id", ondelete="CASCADE"), primary_key=True
    )
    file_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    position: Mapped[int]
    kind: Mapped[str]
    title: Mapped[str]
    alt: Mapped[str | None]


class SheetFile(Base):
    """A file that a startup uploaded for its sheets: the only files that a sheet may name. A picture has its thumbnail.

    Public once a published sheet of its startup names it (`solution_attachment`), else its startup's and the curators'.
    """

    __tablename__ = "solution_file"

    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_file.id", ondelete="CASCADE"), primary_key=True)
    startup_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"), index=True)
    thumbnail_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("stored_file.id", ondelete="CASCADE"), index=True
    )
    picture: Mapped[bool]
    width: Mapped[int | None]
    height: Mapped[int | None]


class Change(Row, Base):
    """What happened to a sheet in the directory, for all to read: `changed` names public fields alone."""

    __tablename__ = "solution_change"

    solution_id: Mapped[SolutionId] = mapped_column(ForeignKey("solution.id"), index=True)
    kind: Mapped[ChangeKind] = mapped_column(choice(ChangeKind))
    slug: Mapped[str]
    name: Mapped[str]
    changed: Mapped[list[str]] = mapped_column(ARRAY(Text))
    at: Mapped[datetime] = mapped_column(index=True)


class PriceLine(Row, Base):
    """One published price: a tier table for a unit. Lines of one solution for the same unit share their mode."""

    __tablename__ = "price_line"

    solution_id: Mapped[SolutionId] = mapped_column(ForeignKey("solution.id", ondelete="CASCADE"))
    position: Mapped[int]
    label: Mapped[str]
    unit: Mapped[str]
    basis: Mapped[Basis] = mapped_column(choice(Basis))
    vat_rate: Mapped[Decimal]
    mode: Mapped[str]
    steps: Mapped[list[Json]]

    solution: Mapped[Solution] = relationship(back_populates="prices", lazy="raise")

    __table_args__ = (UniqueConstraint("solution_id", "position"),)

    @property
    def tiers(self) -> Tiers:
        """The tier table, as arithmetic needs it."""
        return Tiers(
            "graduated" if self.mode == "graduated" else "all_units",
            tuple(Step(Decimal(step["from"]), Cents(step["unit_price_cents"])) for step in self.steps),
        )
