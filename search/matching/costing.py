"""What a sheet's published prices ask for a town's quantities: always a range. Pure.

The high end is what the town pays alone, at its own tier; the low end, every unit at the lowest published tier, as a large pool
would reach. A line whose unit has no quantity is left out and named: an estimate that misses something says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from marketplace.money import Cents, rounded, total
from search.facts.shape import Price


@dataclass(frozen=True, slots=True)
class Cost:
    """Cents HT over the years. `missing`: the units without a quantity. `known`: whether anything is counted."""

    low: Cents
    high: Cents
    missing: tuple[str, ...]
    known: bool

    @property
    def complete(self) -> bool:
        return self.known and not self.missing


def outward(low: int, high: int) -> tuple[Cents, Cents]:
    """A range as it is told: rounded outward to whole euros, to tens from 1 000 €, to hundreds from 10 000 €, to thousands from
    100 000 €. An indication is not written to the cent.
    """
    step = 100
    for bound in (1_000_00, 10_000_00, 100_000_00):
        if high >= bound:
            step *= 10
    return Cents(low // step * step), Cents(-(-high // step) * step)


def cost_of(prices: Sequence[Price], quantities: Mapping[str, Decimal], years: int) -> Cost:
    """The range of `prices` for `quantities` (by unit) over `years`: a yearly price counts once a year."""
    lows, highs = [], []
    for price in prices:
        quantity = quantities.get(price.unit)
        if quantity is None:
            continue
        times = years if price.yearly else 1
        tiers = price.tiers
        alone = tiers.cost(quantity)
        pooled = rounded(quantity * min(step.unit_price for step in tiers.steps))
        highs.append(alone * times)
        lows.append(min(alone, pooled) * times)
    missing = tuple(dict.fromkeys(price.unit for price in prices if price.unit not in quantities))
    return Cost(total(lows), total(highs), missing, bool(highs))
