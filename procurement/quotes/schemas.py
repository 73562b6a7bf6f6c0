"""What consultations, quotes and awards are made of."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from catalog.solutions.content import StepIn
from marketplace.web.schemas import Amount, Day, Input, Output, Quantity, Rate, Sentence, Short, Text
from procurement.quotes.lifecycle import ConsultationState, QuoteState
from procurement.quotes.models import Channel


class Criterion(Input):
    """How offers are judged. `price` is computed; the others are scored by the coordinator, out of `weight`."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
    label: Short
    weight: int = Field(ge=1, le=100)
    kind: Literal["price", "quality", "environment"]


class NewConsultation(Input):
    """`POST /pools/{id}/consultation`. Weights total 100; one criterion is the price, one is environmental."""

    quotes_due_on: Day
    criteria: list[Criterion] = Field(
        default=[
            Criterion(id="price", label="Prix", weight=60, kind="price"),
            Criterion(id="quality", label="Qualité technique et service", weight=25, kind="quality"),
            Criterion(id="environment", label="Environnement", weight=15, kind="environment"),
        ],
        min_length=1,
        max_length=8,
    )


class TiersIn(Input):
    mode: Literal["all_units", "graduated"] = "all_units"
    steps: list[StepIn] = Field(max_length=30)


class QuoteLineIn(Input):
    """The price of one line, by pool volume. `pack`: the order multiple; `supply_limit`: the most that can be delivered."""

    line_id: UUID
    tiers: TiersIn
    pack: Quantity = Decimal(1)
    supply_limit: Quantity | None = None
    vat_rate: Rate = Decimal(20)


class SharedCostIn(Input):
    """A cost that the towns share (set-up, training)."""

    label: Short
    amount_cents: Amount
    vat_rate: Rate = Decimal(20)
    split: Literal["equal", "quantity", "amount", "population"] = "equal"


class QuoteIn(Input):
    """An offer. It is encrypted as soon as it is received."""

    lines: list[QuoteLineIn] = Field(min_length=1, max_length=20)
    shared_costs: list[SharedCostIn] = Field(default=[], max_length=10)
    validity_days: int = Field(default=120, ge=30, le=365)
    delivery_weeks: int = Field(ge=1, le=104)
    quality: Text
    environment: Text


class ImportedOffer(Input):
    """An offer opened on the buyer profile."""

    supplier_name: Short
    supplier_siren: Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")] | None = None
    offer: QuoteIn


class ImportedOffers(Input):
    """`POST /pools/{id}/offers`."""

    profile_reference: Short
    offers: list[ImportedOffer] = Field(min_length=1, max_length=50)


class Scores(Input):
    """`PUT /pools/{id}/evaluation`: quote id → criterion id → points, from 0 to the criterion's weight."""

    scores: dict[UUID, dict[str, Quantity]]


class Proposal(Input):
    """`POST /pools/{id}/award`. `accepted`: line id → quantity of a proposal of the winning offer's consolidation."""

    reasons: Text
    accepted: dict[UUID, Quantity] = {}


class Refusal(Input):
    reason: Sentence


class Receipt(Output):
    """Proof of deposit: `sha256` is the hash of the ciphertext we keep."""

    quote_id: UUID
    sha256: str
    deposited_at: datetime
    opens_at: datetime


class ConsultationOut(Output):
    """A consultation, as a startup or a member reads it."""

    id: UUID
    channel: Channel
    state: ConsultationState
    deadline_at: datetime
    opened_at: datetime | None
    published: dict[str, Any]
    criteria: list[dict[str, Any]]
    my_quote: Receipt | None = None
    my_quote_state: QuoteState | None = None


class TownShare(Output):
    town: str
    ht_cents: int
    ttc_cents: int
    alone_ht_cents: int


class OfferOut(Output):
    """One opened offer, compared: what it costs the pool and each town, its points, its rank."""

    quote_id: UUID
    supplier: str
    state: QuoteState
    complete: bool
    short: bool
    compared_ht_cents: int
    ht_cents: int
    ttc_cents: int
    unit_prices: dict[str, int | None]
    scores: dict[str, Quantity | None]
    total_score: Quantity | None
    rank: int | None
    worse_off: list[str]
    proposals: list[dict[str, Any]]
    towns: list[TownShare]


class ComparisonOut(Output):
    """All opened offers, side by side."""

    criteria: list[dict[str, Any]]
    offers: list[OfferOut]
    evaluation_version: int


class AwardOut(Output):
    id: UUID
    supplier_name: str
    ht_cents: int
    vat_cents: int
    ttc_cents: int
    reasons: str
    proposed_at: datetime
    notified_at: datetime | None
