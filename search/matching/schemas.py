"""What `POST /api/v1/matches` takes and answers. The question is kept as it was sent: sent again, it asks the same."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field, WithJsonSchema, create_model

from catalog.solutions.content import TownCode
from marketplace.money import ZERO
from marketplace.web.schemas import (
    Amount,
    Day,
    Input,
    Output,
    Quantity,
    Text,
    Truth,
    Years,
    not_a_truth,
    written_day,
)
from search.matching.listed import ClosedInput, ListedDomain, ListedUnit
from search.matching.musts import MUSTS
from search.matching.ranking import MOST_EXCLUDED

WrittenDay = Annotated[
    Day, BeforeValidator(written_day), WithJsonSchema({"type": "string", "format": "date"})
]


_MUSTS: dict[str, Any] = {
    must.value: (Truth, Field(default=False, title=rule.name, description=rule.rule))
    for must, rule in MUSTS.items()
}
MustsIn: Any = create_model(
    "MustsIn",
    __base__=ClosedInput,
    __doc__="What the town demands: true for each condition without which a sheet is left out. A closed list.",
    **_MUSTS,
)


class BudgetIn(Input):
    """Cents HT over the whole duration. Costing less than `min` takes nothing away."""

    max: Amount
    min: Amount = ZERO


class WindowIn(Input):
    """When it is to be running: begun on `from` (today without) at the earliest, ready by `until`."""

    from_: WrittenDay | None = Field(default=None, alias="from")
    until: WrittenDay


class StatedNeed(Input):
    """A need. `town`: INSEE, SIREN or SIRET. `quantity`: of `unit`, or of the unit that most published prices of the domain count.

    `assets`: what the town has, by unit. Without `domain`, the words say it; nothing is left out for its domain unless they do
    so unmistakably, and never with `every_domain`.
    """

    need: Text
    town: TownCode | None = None
    domain: ListedDomain | None = None
    every_domain: Truth = False
    musts: MustsIn = Field(default_factory=MustsIn)
    budget: BudgetIn | None = None
    assets: dict[ListedUnit, Quantity] = Field(default={}, max_length=20)
    quantity: Quantity | None = None
    unit: ListedUnit | None = None
    years: Annotated[Years, BeforeValidator(not_a_truth)] = 1
    window: WindowIn | None = None


class MatchIn(StatedNeed):
    """A need, as `StatedNeed` says it. `limit`: how many sheets are explained."""

    limit: Annotated[int, Field(ge=1, le=50), BeforeValidator(not_a_truth)] = 20


class ContributionOut(Output):
    """What one signal gives: `points` is `value` (0 to 1) × `weight`. The points of an item add up to its score exactly."""

    signal: str
    name: str
    value: float
    weight: int
    points: float
    sentence: str
    source: str
    date: date | None


class MissingOut(Output):
    """What nobody told, and the points that it could bring at most."""

    signal: str
    what: str
    at_most: float
    sentence: str


class CounterfactualOut(Output):
    """One change that would put the sheet before `overtakes`: computed by weighing it again."""

    change: str
    overtakes: str
    score: float
    sentence: str


class MatchedOut(Output):
    """`place_reserved`: the newcomers' place, by a published rule; the score is what it is."""

    slug: str
    name: str
    supplier: str
    fictional: bool
    summary: str
    domains: list[str]
    score: float
    contributions: list[ContributionOut]
    missing: list[MissingOut]
    counterfactual: CounterfactualOut | None
    hard_filters_passed: list[str]
    place_reserved: bool


class ExcludedOut(Output):
    """`must`: which condition, when it is one."""

    slug: str
    name: str
    filter: str
    must: str | None
    sentence: str


class WeightsOut(Output):
    """What each signal weighs for needs of a domain (null: of every domain without weights of its own)."""

    version: str
    since: date
    domain: str | None
    reason: str
    weights: dict[str, int]


class CostRangeOut(Output):
    """Cents HT over the years, from the lowest to the highest of `grids` published grids: indicative."""

    unit: str
    grids: int
    low_cents: int
    high_cents: int
    unit_low_cents: int
    unit_high_cents: int


class RunOut(Output):
    slug: str
    name: str
    level: str
    since: date
    quantity: str | None
    unit: str | None
    cost: CostRangeOut | None


class TwinTownOut(Output):
    """A town like the asker's: how much (0 to 1), why, and what it runs."""

    code: str
    name: str
    population: int | None
    likeness: float
    reasons: list[str]
    runs: list[RunOut]


class WayOut(Output):
    """`computed`: from published prices, open pools and dated rules; else it is advice, to be checked."""

    way: str
    standing: str
    sentence: str
    reference: str
    computed: bool


class WaysOut(Output):
    value: CostRangeOut | None
    rules_on: date
    options: list[WayOut]


class MatchesOut(Output):
    """The short list, explained. `total`: how many sheets the words found; `considered`: how many of them were weighed or left out;
    `excluded_total`: how many a hard filter left out; `unit`: what the quantity counts and the prices are of, asked or else the one
    that most published prices of the domain count (null: no price says it).
    """

    items: list[MatchedOut]
    excluded: list[ExcludedOut] = Field(max_length=MOST_EXCLUDED)
    excluded_total: int
    total: int
    considered: int
    domain: str | None
    unit: str | None
    corrected: dict[str, str]
    weights: WeightsOut
    index_version: str
    engine: str
    degraded: bool
    twins: list[TwinTownOut]
    ways: WaysOut
    log_id: UUID | None


def exact(thousandths: int) -> float:
    """Thousandths as the number that JSON writes with three decimals at most."""
    return float(Decimal(thousandths) / 1000)
