"""Where a pool stands, drawn: the legal thresholds and the price tiers. Positions are percentages; words come with them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from procurement import compass
from procurement.compass import Procedure, Threshold
from procurement.pools.models import Pool
from procurement.pools.plans import Outlook

HEADROOM = Decimal("1.25")


@dataclass(frozen=True, slots=True)
class Mark:
    """A threshold on the scale. `reached`: the range's high end is at or beyond it."""

    at: Decimal
    threshold: Threshold
    reached: bool


@dataclass(frozen=True, slots=True)
class ThresholdGauge:
    """A range of amounts against the thresholds of its day. `touched` is the highest threshold that the range straddles."""

    low_cents: int
    high_cents: int
    start: Decimal
    width: Decimal
    marks: list[Mark]
    procedure: Procedure
    touched: Threshold | None
    on: date


@dataclass(frozen=True, slots=True)
class TierGauge:
    """A quantity against the next tier's start."""

    quantity: Decimal
    next_from: Decimal | None
    missing: Decimal | None
    filled: Decimal
    next_at: Decimal | None


def threshold_gauge(pool: Pool, low: int, high: int, on: date) -> ThresholdGauge | None:
    """The gauge of a pool whose value is between `low` and `high` cents HT on a day. None where our rules do not reach."""
    decision = compass.decide_if_known(nature=pool.nature, amount_ht=high, on=on, innovative=pool.innovative)
    if decision is None:
        return None
    steps = compass.thresholds(nature=pool.nature, on=on, innovative=pool.innovative)
    above = next((step.amount_ht for step in steps if step.amount_ht > high), None)
    top = Decimal(max(high, above or 0)) * HEADROOM
    marks = [
        Mark(_percent(step.amount_ht, top), step, high >= step.amount_ht)
        for step in steps
        if step.amount_ht <= top
    ]
    straddled = [step for step in steps if low < step.amount_ht <= high]
    start = _percent(low, top)
    return ThresholdGauge(
        low, high, start, max(_percent(high, top) - start, Decimal("0.8")), marks, decision.procedure,
        straddled[-1] if straddled else None, on,
    )  # fmt: skip


def tier_gauge(quantity: Decimal, outlook: Outlook) -> TierGauge:
    """The gauge of a line's pooled quantity towards the next tier."""
    if outlook.next_from is None:
        return TierGauge(quantity, None, None, Decimal(100) if quantity else Decimal(0), None)
    top = outlook.next_from * HEADROOM
    return TierGauge(
        quantity,
        outlook.next_from,
        outlook.missing,
        _percent(quantity, top),
        _percent(outlook.next_from, top),
    )


def _percent(part: Decimal | int, whole: Decimal) -> Decimal:
    return (Decimal(part) / whole * 100).quantize(Decimal("0.1")) if whole else Decimal(0)
