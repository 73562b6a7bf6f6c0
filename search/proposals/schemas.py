"""What the API says of proposals."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from marketplace import clock
from marketplace.web.schemas import Day, Input, Output, Quantity, Rate, Short, Truth
from procurement.compass import Nature
from procurement.pools.plans import Range
from procurement.pools.schemas import NewLine, NewPool
from search.proposals.grouping import Magnitude
from search.proposals.outlook import Outlook
from search.proposals.queries import Mine, ProposalView


class AlikeIn(Input):
    """Whether to tell my town when others have this need."""

    alike: Truth


class OpenIn(Input):
    """The pool to open, on my own need, of one line in its unit."""

    title: Short
    label: Short
    nature: Nature = Nature.SERVICES
    vat_rate: Rate = Decimal(20)
    census_ends_on: Day
    commitment_ends_on: Day

    def new_pool(self, need_id: UUID, unit: str) -> NewPool:
        return NewPool(
            need_id=need_id, title=self.title, nature=self.nature, census_ends_on=self.census_ends_on, commitment_ends_on=self.commitment_ends_on,
            lines=[NewLine(label=self.label, unit=unit, vat_rate=self.vat_rate)],
        )  # fmt: skip


class MagnitudeOut(Output):
    """The towns need at least `low` and less than `high` together: never more exactly."""

    low: Quantity
    high: Quantity

    @classmethod
    def of(cls, size: Magnitude | None) -> "MagnitudeOut | None":
        return cls(low=size.low, high=size.high) if size else None


class PoolProposalOut(Output):
    """A proposal made to my town. `state` is my town's own answer."""

    id: UUID
    domain: str
    unit: str
    towns: int
    together: MagnitudeOut | None
    made_at: datetime
    answer_until: date
    state: str
    need_id: UUID

    @classmethod
    def of(cls, mine: Mine) -> "PoolProposalOut":
        proposal = mine.proposal
        return cls(
            id=proposal.id, domain=proposal.domain, unit=proposal.unit, towns=proposal.towns, together=MagnitudeOut.of(proposal.magnitude),
            made_at=proposal.made_at, answer_until=clock.last_day(proposal.expires_at), state=mine.side.state, need_id=mine.need.id,
        )  # fmt: skip


class PricesOut(Output):
    """Indicative unit prices HT, in cents, over the published grids."""

    low_cents: int
    high_cents: int

    @classmethod
    def of(cls, found: Range | None) -> "PricesOut | None":
        return cls(low_cents=found.low, high_cents=found.high) if found else None


class CrossingOut(Output):
    """A legal threshold that the towns cross together and mine not alone; `surely` or only at the top of the step."""

    amount_ht_cents: int
    procedure: str
    reference: str
    surely: bool


class ProposalOutlookOut(Output):
    grids: int
    date: date
    alone: PricesOut | None
    together: PricesOut | None
    lower_from: Quantity | None
    value_alone_cents: int | None
    value_low_cents: int | None
    value_high_cents: int | None
    procedure_alone: str | None
    crossings: list[CrossingOut]

    @classmethod
    def of(cls, found: Outlook) -> "ProposalOutlookOut":
        crossings = [
            CrossingOut(
                amount_ht_cents=one.threshold.amount_ht, procedure=one.threshold.procedure, reference=one.threshold.reference, surely=one.surely,
            )
            for one in found.crossings
        ]  # fmt: skip
        return cls(
            grids=found.grids, date=found.on, alone=PricesOut.of(found.alone), together=PricesOut.of(found.together), lower_from=found.lower_from,
            value_alone_cents=found.value_alone, value_low_cents=found.value_low, value_high_cents=found.value_high,
            procedure_alone=found.procedure_alone, crossings=crossings,
        )  # fmt: skip


class TownNameOut(Output):
    name: str
    insee: str | None
    siren: str | None


class ProposalDetail(PoolProposalOut):
    """`accepted`: the other towns that accepted; empty until mine has. `pool_id`: once one of them opened the pool."""

    accepted: list[TownNameOut]
    can_open: bool
    pool_id: UUID | None
    allowed: list[str]
    outlook: ProposalOutlookOut

    @classmethod
    def of_view(cls, found: ProposalView) -> "ProposalDetail":
        return cls(
            **PoolProposalOut.of(found.mine).model_dump(), accepted=[TownNameOut.model_validate(town) for town in found.accepted],
            can_open=found.can_open, pool_id=found.pool.id if found.pool else None, allowed=list(found.mine.allowed),
            outlook=ProposalOutlookOut.of(found.outlook),
        )  # fmt: skip
