"""What a consolidation says. Everything is sorted by `id` or `town`; quantities are Decimals with the line's `decimals`.

Amounts are cents, HT unless named otherwise. `document.py` writes a `Result` as JSON.
"""

from dataclasses import dataclass
from decimal import Decimal

from marketplace.money import Cents


@dataclass(frozen=True, slots=True)
class Allocation:
    """What a town gets on a line. `ht` is its share of the line's total, `alone` what it would pay without the pool."""

    town: str
    quantity: Decimal
    ht: Cents
    alone: Cents
    sentence: str


@dataclass(frozen=True, slots=True)
class NextTier:
    """The step after the reached one, and how much the line lacks to reach it."""

    start: Decimal
    missing: Decimal
    unit_price: Cents


@dataclass(frozen=True, slots=True)
class Extra:
    """What a town would take from its tolerance, above its firm need."""

    town: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Proposal:
    """A larger order that costs less in all. `saving` is what the line's total falls by. People decide."""

    tier_from: Decimal
    quantity: Decimal
    extra: tuple[Extra, ...]
    total: Cents
    saving: Cents


@dataclass(frozen=True, slots=True)
class LineResult:
    """A line: what is ordered, at which tier, who gets what.

    `quantity` is the sum of the allocations and of `unallocated`, whose cost nobody is billed. `unit_price` is None in
    graduated mode. `short` says that the supplier cannot deliver the order, and that the rule shared what there is.
    """

    id: str
    quantity: Decimal
    unallocated: Decimal
    unallocated_ht: Cents
    tier_from: Decimal
    unit_price: Cents | None
    total: Cents
    next_tier: NextTier | None
    towns: tuple[Allocation, ...]
    worse_off: tuple[str, ...]
    proposals: tuple[Proposal, ...]
    short: bool


@dataclass(frozen=True, slots=True)
class CostShare:
    """A town's part of a shared cost."""

    town: str
    ht: Cents


@dataclass(frozen=True, slots=True)
class SharedCostResult:
    """A shared cost, split over every town of the plan, zeros included."""

    id: str
    towns: tuple[CostShare, ...]


@dataclass(frozen=True, slots=True)
class VatRow:
    """The VAT of one rate: computed once on the sum of its bases."""

    rate: Decimal
    base: Cents
    vat: Cents


@dataclass(frozen=True, slots=True)
class TownBill:
    """All that a town pays, lines and shared costs together."""

    town: str
    ht: Cents
    vat_rows: tuple[VatRow, ...]
    vat: Cents
    ttc: Cents


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums over the towns."""

    ht: Cents
    vat: Cents
    ttc: Cents


@dataclass(frozen=True, slots=True)
class Result:
    """The consolidation of one plan; `inputs_sha256` names that plan."""

    lines: tuple[LineResult, ...]
    shared_costs: tuple[SharedCostResult, ...]
    towns: tuple[TownBill, ...]
    totals: Totals
    warnings: tuple[str, ...]
    inputs_sha256: str
