"""A pool, its lines, its memberships, and what each town needs on each line.

Lock order: the pool, then its memberships by id, then need lines and everything below by id.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.db import Base, Json, Row, choice
from marketplace.ids import MembershipId, NeedId, OrganisationId, PersonId, PoolId, PoolLineId, new_id
from marketplace.money import Cents
from marketplace.words import N_
from procurement.compass import Nature
from procurement.pools.lifecycle import MembershipState, PoolState


class Mission(StrEnum):
    """How far the coordinator's mandate goes (L2113-7)."""

    COORDINATE = "a"
    SIGN = "b"
    EXECUTE = "c"


MISSION_NAMES = {
    Mission.COORDINATE: N_("il coordonne ; chaque ville signe et exécute"),
    Mission.SIGN: N_("il signe et notifie pour toutes ; chaque ville exécute"),
    Mission.EXECUTE: N_("il signe, notifie et exécute pour toutes"),
}


class Committee(StrEnum):
    """Whose tender committee decides in a formal procedure (CGCT L1414-3)."""

    POOL = "pool"
    COORDINATOR = "coordinator"


class MissedPolicy(StrEnum):
    """What happens when the minimum is not reached: chosen when the pool opens, and shown to its members."""

    EXTEND = "extend"
    CONTINUE = "continue"
    INDIVIDUAL = "individual"
    ABANDON = "abandon"


MISSED_POLICY_NAMES = {
    MissedPolicy.EXTEND: N_("prolonger le recensement, en gardant les besoins déclarés"),
    MissedPolicy.CONTINUE: N_("continuer sans ce palier, chaque ville reconfirmant son besoin"),
    MissedPolicy.INDIVIDUAL: N_("basculer en achats individuels, un brouillon par ville"),
    MissedPolicy.ABANDON: N_("abandonner l’achat groupé"),
}


class Rule(StrEnum):
    """How units are shared when the supplier cannot deliver them all (contract of `marketplace simulate`)."""

    PRO_RATA_FIRM = "pro_rata_firm"
    COMMITMENT_ORDER = "commitment_order"
    EQUAL = "equal"
    SMALLER_FIRST = "smaller_first"


RULE_NAMES = {
    Rule.PRO_RATA_FIRM: N_("au prorata des besoins fermes"),
    Rule.COMMITMENT_ORDER: N_("dans l’ordre des engagements"),
    Rule.EQUAL: N_("à parts égales"),
    Rule.SMALLER_FIRST: N_("les plus petites villes d’abord"),
}


class Duty(StrEnum):
    """What somebody is appointed to, for one pool."""

    COORDINATOR = "coordinator"
    EVALUATOR = "evaluator"


DUTY_NAMES = {
    Duty.COORDINATOR: N_("conduit l’achat"),
    Duty.EVALUATOR: N_("note les offres"),
}


class Pool(Row, Base):
    """A groupement de commandes, from the need that opens it to its closing."""

    __tablename__ = "pool"

    id: Mapped[PoolId] = mapped_column(primary_key=True, default=new_id)
    coordinator_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"), index=True)
    need_id: Mapped[NeedId] = mapped_column(ForeignKey("need.id"))
    title: Mapped[str]
    statement: Mapped[str]
    domain: Mapped[str]
    nature: Mapped[Nature] = mapped_column(choice(Nature))
    cpv: Mapped[list[str]] = mapped_column(ARRAY(Text))
    years: Mapped[int]
    innovative: Mapped[bool] = mapped_column(default=False)
    alone: Mapped[bool] = mapped_column(default=False)
    mission: Mapped[Mission] = mapped_column(choice(Mission))
    committee: Mapped[Committee] = mapped_column(choice(Committee))
    rule: Mapped[Rule] = mapped_column(choice(Rule))
    missed_policy: Mapped[MissedPolicy] = mapped_column(choice(MissedPolicy))
    state: Mapped[PoolState] = mapped_column(choice(PoolState), default=PoolState.DRAFT, index=True)
    state_since: Mapped[datetime]
    suspended_from: Mapped[str | None]
    reason: Mapped[str | None]
    census_ends_at: Mapped[datetime]
    commitment_ends_at: Mapped[datetime]
    channel: Mapped[str | None]
    channel_basis: Mapped[Json | None]
    frozen_at: Mapped[datetime | None]
    frozen_sha256: Mapped[str | None]
    frozen_perimeter: Mapped[Json | None]
    version: Mapped[int] = mapped_column(default=1)

    coordinator: Mapped[Organisation] = relationship(lazy="raise")
    totals: Mapped["PoolTotals"] = relationship(lazy="raise", uselist=False, cascade="all, delete-orphan")
    lines: Mapped[list["PoolLine"]] = relationship(
        order_by="PoolLine.position", lazy="raise", cascade="all, delete-orphan"
    )

    appointments: Mapped[list["Appointment"]] = relationship(
        primaryjoin="and_(Appointment.pool_id == Pool.id, Appointment.ended_at.is_(None))",
        order_by="Appointment.id",
        lazy="selectin",
        viewonly=True,
    )

    __mapper_args__ = {"version_id_col": version}

    def appointed(self, duty: Duty) -> frozenset[PersonId]:
        """Who is in charge of `duty`, as the coordinating town sees it. Empty: anybody of the town whose role allows it."""
        return frozenset(a.person_id for a in self.appointments if a.duty is duty)


class Appointment(Row, Base):
    """Somebody of the coordinating town, in charge of a duty of one pool until `ended_at`."""

    __tablename__ = "appointment"

    pool_id: Mapped[PoolId] = mapped_column(ForeignKey("pool.id"))
    town_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.id"))
    duty: Mapped[Duty] = mapped_column(choice(Duty))
    appointed_by: Mapped[PersonId | None]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str | None]

    __table_args__ = (
        Index(
            "uq_appointment_in_force",
            "pool_id",
            "person_id",
            "duty",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        Index(None, "town_id", "person_id"),
    )


class PoolTotals(Base):
    """What the pool adds up to now, recomputed in the transaction of whoever joins, changes or leaves.

    Apart from the pool, because any member's act changes it, while only the coordinator may change the pool itself.
    Estimates are HT over the pool's duration; empty while nothing allows one.
    """

    __tablename__ = "pool_totals"

    pool_id: Mapped[PoolId] = mapped_column(ForeignKey("pool.id"), primary_key=True)
    members: Mapped[int] = mapped_column(default=0)
    declared: Mapped[int] = mapped_column(default=0)
    estimate_low_cents: Mapped[Cents | None]
    estimate_high_cents: Mapped[Cents | None]


class PoolLine(Row, Base):
    """One thing bought, in one unit. Priced for the pool's whole duration. `minimum`: the total firm quantity below which
    the threshold is missed. `estimate_unit_cents`: the coordinator's own estimate HT, when there are no published grids.
    """

    __tablename__ = "pool_line"

    id: Mapped[PoolLineId] = mapped_column(primary_key=True, default=new_id)
    pool_id: Mapped[PoolId] = mapped_column(ForeignKey("pool.id"))
    position: Mapped[int]
    label: Mapped[str]
    unit: Mapped[str]
    decimals: Mapped[int]
    vat_rate: Mapped[Decimal]
    minimum: Mapped[Decimal | None]
    estimate_unit_cents: Mapped[Cents | None]

    __table_args__ = (UniqueConstraint("pool_id", "position"),)


class Membership(Row, Base):
    """One town in one pool."""

    __tablename__ = "membership"

    id: Mapped[MembershipId] = mapped_column(primary_key=True, default=new_id)
    pool_id: Mapped[PoolId] = mapped_column(ForeignKey("pool.id"))
    town_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"), index=True)
    state: Mapped[MembershipState] = mapped_column(choice(MembershipState))
    state_since: Mapped[datetime]
    declared_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    town: Mapped[Organisation] = relationship(lazy="raise")
    needs: Mapped[list["NeedLine"]] = relationship(lazy="raise", cascade="all, delete-orphan")

    __table_args__ = (UniqueConstraint("pool_id", "town_id"), Index(None, "pool_id", "state"))
    __mapper_args__ = {"version_id_col": version}


class NeedLine(Row, Base):
    """What one town needs on one line: firm ≤ firm + tolerance ≤ maximum."""

    __tablename__ = "need_line"

    membership_id: Mapped[MembershipId] = mapped_column(ForeignKey("membership.id"))
    pool_line_id: Mapped[PoolLineId] = mapped_column(ForeignKey("pool_line.id"), index=True)
    firm: Mapped[Decimal]
    tolerance: Mapped[Decimal]
    maximum: Mapped[Decimal]

    __table_args__ = (
        UniqueConstraint("membership_id", "pool_line_id"),
        CheckConstraint("firm >= 0 and tolerance >= 0 and maximum >= firm + tolerance", name="bounds"),
    )


class PriceCap(Row, Base):
    """The highest unit price HT a town accepts. Seen by that town alone: not by the coordinator, not by staff."""

    __tablename__ = "price_cap"

    membership_id: Mapped[MembershipId] = mapped_column(ForeignKey("membership.id"))
    pool_line_id: Mapped[PoolLineId] = mapped_column(ForeignKey("pool_line.id"), index=True)
    town_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"))
    unit_cents: Mapped[Cents]

    __table_args__ = (UniqueConstraint("membership_id", "pool_line_id"),)


class ConsolidationKind(StrEnum):
    """Which tiers a consolidation was run with."""

    GRID = "grid"
    QUOTE = "quote"
    AWARD = "award"


class Consolidation(Row, Base):
    """One run of the allocation: its canonical inputs' hash and its result, kept as the record of what was decided on.

    `source_id` is a solution (published grid) or a quote.
    """

    __tablename__ = "consolidation"

    pool_id: Mapped[PoolId] = mapped_column(ForeignKey("pool.id"))
    kind: Mapped[ConsolidationKind] = mapped_column(choice(ConsolidationKind))
    source_id: Mapped[UUID]
    inputs_sha256: Mapped[str]
    result: Mapped[Json]

    __table_args__ = (UniqueConstraint("pool_id", "kind", "source_id"),)
