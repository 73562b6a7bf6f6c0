"""The facts that matching may use of a sheet: an allow-list of public ones. Pure.

What is not here cannot weigh: no share held by anybody, no address of a firm, no contact, no confidential answer, no click,
no plan that was paid. What ends keeps its dates, so that a proof which has expired counts no more when the facts are read.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from catalog.evidence.levels import Level
from catalog.suppliers.territories import Territories
from marketplace.money import Cents
from marketplace.pricing import Step, Tiers


class Fact(BaseModel):
    """A part of the facts. A key that is not declared is refused when facts are written and when they are read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Proven(Fact):
    """One accepted piece of evidence about what the sheet says today: it counts from `since` to `until` (None: no end)."""

    level: Level
    since: date
    until: date | None = None
    source: str = ""

    def counts(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on <= self.until)


def best(pieces: Iterable[Proven], on: date) -> Proven | None:
    """The piece of the highest level that counts on a day; of two, the one that lasts longer, then the later one."""
    counting = [piece for piece in pieces if piece.counts(on)]
    return max(
        counting, key=lambda piece: (piece.level.rank, piece.until or date.max, piece.since), default=None
    )


class Deployment(Fact):
    """The solution at one town: a reference of the sheet, or a delivery here that no reference tells (`here`).

    `code`: INSEE, else SIREN. The name and the population are those of the town today.
    """

    code: str
    name: str
    population: int | None = None
    started_on: date
    ended_on: date | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    here: bool = False
    proofs: tuple[Proven, ...] = ()


class Price(Fact):
    """One published price. `steps`: from which quantity, and the unit price in cents."""

    label: str
    unit: str
    yearly: bool
    vat_rate: Decimal
    graduated: bool
    steps: tuple[tuple[Decimal, int], ...]

    @property
    def tiers(self) -> Tiers:
        mode: Literal["graduated", "all_units"] = "graduated" if self.graduated else "all_units"
        return Tiers(mode, tuple(Step(start, Cents(cents)) for start, cents in self.steps))


class Answered(Fact):
    """The public answers of the questionnaire that matching reads. None: not answered; `unknown` is an answer."""

    hosting_country: str | None = None
    extra_eu_parent: str | None = None
    certifications: tuple[str, ...] | None = None
    data_ownership: str | None = None
    ai_training: str | None = None
    api: str | None = None
    standards: tuple[str, ...] | None = None
    single_sign_on: tuple[str, ...] | None = None
    exports: tuple[str, ...] | None = None
    exit_days: int | None = None
    exit_price: str | None = None
    source_code: str | None = None
    rgaa_rate: Decimal | None = None
    rgaa_audited_on: date | None = None
    energy_saving: Decimal | None = None
    energy_method: str | None = None
    labels: tuple[str, ...] | None = None


class Capacity(Fact):
    """What the startup says it can serve, its regions opened out into departments."""

    told_on: date | None = None
    towns_at_once: int | None = None
    towns_served: int | None = None
    lead_weeks: int | None = None
    everywhere: bool = False
    overseas: bool = False
    departments: tuple[str, ...] = ()

    @property
    def territories(self) -> Territories:
        return Territories(self.everywhere, frozenset(self.departments), self.overseas)


class Attested(Fact):
    """A document of the candidature file that everybody may know of."""

    kind: str
    issued_on: date
    expires_on: date | None = None


class Facts(Fact):
    """See the module. `published_on`: the first publication. `claims`: what proves each claim that is not a reference."""

    slug: str
    name: str
    supplier: str
    fictional: bool
    domains: tuple[str, ...]
    maturity: str
    audiences: tuple[str, ...] = ()
    since: date | None = None
    published_on: date | None = None
    revised_on: date | None = None
    deployment_weeks_min: int | None = None
    deployment_weeks_max: int | None = None
    answers: Answered = Answered()
    prices: tuple[Price, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    claims: dict[str, tuple[Proven, ...]] = {}
    capacity: Capacity | None = None
    attested: tuple[Attested, ...] | None = None
    """None for a sheet that no startup has claimed: nobody could attest anything."""
