"""What buying together would change, for one town: pure, from the rounded quantity that every town is told, the published grids
and the town's own need. Nothing else goes in, so nothing of another town can come out.

Prices from fewer than three published grids are not told (rule 13); amounts are indicative, HT, for services.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from marketplace.money import Cents, rounded
from marketplace.pricing import Tiers
from procurement import compass
from procurement.compass import Nature
from procurement.pools.plans import MIN_GRIDS, Range, prices_at
from search.proposals.grouping import Magnitude


@dataclass(frozen=True, slots=True)
class Crossing:
    """A legal threshold above what the town would buy alone. `surely`: the least that the towns need already reaches it."""

    threshold: compass.Threshold
    surely: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """`alone` and `together`: indicative unit prices HT. `lower_from`: the published quantity from which a price is lower, that the
    towns reach together and not the town alone. `value_alone`: at most; `value_low` to `value_high`: together.
    """

    grids: int
    on: date
    alone: Range | None = None
    together: Range | None = None
    lower_from: Decimal | None = None
    value_alone: Cents | None = None
    value_low: Cents | None = None
    value_high: Cents | None = None
    procedure_alone: compass.Procedure | None = None
    crossings: tuple[Crossing, ...] = ()


def outlook(tables: Sequence[Tiers], size: Magnitude | None, own: Decimal | None, *, on: date) -> Outlook:
    """For a town that needs `own`, of towns that need `size` together, from one price table a published grid."""
    if len(tables) < MIN_GRIDS or size is None:
        return Outlook(len(tables), on)
    together, most = prices_at(tables, size.low), prices_at(tables, size.high)
    alone = prices_at(tables, own) if own else None
    starts = [step.start for tiers in tables for step in tiers.steps if (own or 0) < step.start <= size.low]
    lower = alone is not None and (together.low < alone.low or together.high < alone.high)
    low, high = (
        _value(together.low, size.low),
        max(_value(together.high, size.low), _value(most.high, size.high)),
    )
    mine = _value(alone.high, own) if alone and own else None
    return Outlook(
        grids=len(tables), on=on, alone=alone, together=together, lower_from=max(starts, default=None) if lower else None,
        value_alone=mine, value_low=low, value_high=high,
        procedure_alone=_procedure(mine, on), crossings=_crossings(mine or Cents(0), low, high, on),
    )  # fmt: skip


def _crossings(mine: Cents, low: Cents, high: Cents, on: date) -> tuple[Crossing, ...]:
    try:
        steps = compass.thresholds(nature=Nature.SERVICES, on=on)
    except compass.NoRule:
        return ()
    return tuple(Crossing(step, low >= step.amount_ht) for step in steps if mine < step.amount_ht <= high)


def _procedure(mine: Cents | None, on: date) -> compass.Procedure | None:
    if mine is None:
        return None
    decision = compass.decide_if_known(nature=Nature.SERVICES, amount_ht=mine, on=on)
    return decision.procedure if decision else None


def _value(price: Cents, quantity: Decimal) -> Cents:
    return rounded(Fraction(price) * Fraction(quantity))
