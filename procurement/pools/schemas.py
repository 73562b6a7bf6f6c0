"""What pools are made of, for the API and the forms."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from catalog.solutions.content import DomainId, UnitId
from marketplace.web.schemas import Amount, Day, Input, Output, Quantity, Rate, Sentence, Short, Text, Years
from procurement.compass import Nature
from procurement.pools.lifecycle import MembershipState, PoolState
from procurement.pools.models import Committee, MissedPolicy, Mission, Rule

Code = Annotated[str, StringConstraints(min_length=5, max_length=17)]
CpvCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{8}(-[0-9])?$")]


class NewLine(Input):
    """One thing to buy, in one unit. `estimate_unit_cents`: your own estimate of its unit price HT for the whole duration."""

    label: Short
    unit: UnitId
    vat_rate: Rate = Decimal(20)
    minimum: Quantity | None = None
    estimate_unit_cents: Amount | None = None


class NewPool(Input):
    """`POST /pools`. A pool starts from a need of the acting town, which coordinates it."""

    need_id: UUID
    title: Short
    statement: Text | None = None
    domain: DomainId | None = None
    nature: Nature = Nature.SERVICES
    cpv: list[CpvCode] = Field(default=[], max_length=10)
    years: Years | None = None
    innovative: bool = False
    alone: bool = False
    mission: Mission = Mission.SIGN
    committee: Committee = Committee.COORDINATOR
    rule: Rule = Rule.PRO_RATA_FIRM
    missed_policy: MissedPolicy = MissedPolicy.EXTEND
    census_ends_on: Day
    commitment_ends_on: Day
    lines: list[NewLine] = Field(min_length=1, max_length=20)


class Invitations(Input):
    """Towns to invite, by INSEE, SIREN or SIRET."""

    towns: list[Code] = Field(min_length=1, max_length=500)


class NeedLineIn(Input):
    """What the town needs on one line: `firm` it commits to, `tolerance` it would accept above, `maximum` it never exceeds.

    `price_cap_cents` is the highest unit price HT the town accepts: nobody else ever sees it.
    """

    line_id: UUID
    firm: Quantity
    tolerance: Quantity = Decimal(0)
    maximum: Quantity | None = None
    price_cap_cents: Amount | None = None


class Declaration(Input):
    """`PUT /pools/{id}/membership/needs`: all of the town's needs at once."""

    needs: list[NeedLineIn] = Field(min_length=1, max_length=20)


class Reason(Input):
    """Why a town leaves, declines or is left out; why a pool is abandoned or suspended."""

    reason: Sentence


class Extension(Input):
    """A new last day for the census."""

    census_ends_on: Day


class LineOut(Output):
    id: UUID
    label: str
    unit: str
    decimals: int
    vat_rate: Quantity
    minimum: Quantity | None
    firm: Quantity
    maximum: Quantity


class RangeOut(Output):
    """A range of unit prices HT, in cents, over `grids` published grids (or the coordinator's estimate: 0)."""

    low_cents: int
    high_cents: int


class OutlookOut(Output):
    """Indicative unit prices for one line: for my town alone, for the pool today, and at the next tier."""

    line_id: UUID
    grids: int
    alone: RangeOut | None
    today: RangeOut | None
    next_from: Quantity | None
    missing: Quantity | None
    next: RangeOut | None


class MemberNeedOut(Output):
    line_id: UUID
    firm: Quantity
    tolerance: Quantity
    maximum: Quantity


class MemberOut(Output):
    """A town in the pool."""

    id: UUID
    town_id: UUID
    town: str
    insee: str | None
    siren: str | None
    state: MembershipState
    needs: list[MemberNeedOut]


class PoolCard(Output):
    """A pool in a list."""

    id: UUID
    title: str
    domain: str
    coordinator: str
    state: PoolState
    census_ends_at: datetime
    members: int


class PoolOut(PoolCard):
    """A pool, as the asker may see it."""

    coordinator_id: UUID
    statement: str
    nature: Nature
    years: int
    innovative: bool
    alone: bool
    mission: Mission
    rule: Rule
    missed_policy: MissedPolicy
    commitment_ends_at: datetime
    declared: int
    estimate_low_cents: int | None
    estimate_high_cents: int | None
    channel: str | None
    compass: dict[str, Any] | None
    frozen_at: datetime | None
    frozen_sha256: str | None
    version: int
    lines: list[LineOut]
    outlook: list[OutlookOut]
    my_membership: MemberOut | None
    allowed: list[str]


class Moved(Output):
    """The state after a move."""

    id: UUID
    state: str
    version: int
