"""A solution and its published price lines."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.solutions.lifecycle import SolutionState
from marketplace.db import Base, Json, Row, choice
from marketplace.ids import OrganisationId, SolutionId, new_id
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


class Solution(Row, Base):
    """A sheet of the directory. `startup_id` is empty for an imported record that no startup has claimed."""

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
    source: Mapped[str | None]
    licence: Mapped[str | None]
    fictional: Mapped[bool] = mapped_column(default=False)
    state: Mapped[SolutionState] = mapped_column(choice(SolutionState), default=SolutionState.DRAFT)
    state_since: Mapped[datetime]
    review_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    prices: Mapped[list["PriceLine"]] = relationship(
        back_populates="solution", cascade="all, delete-orphan", order_by="PriceLine.position", lazy="raise"
    )

    __table_args__ = (Index(None, "state"), Index("ix_solution_domains", "domains", postgresql_using="gin"))
    __mapper_args__ = {"version_id_col": version}


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
