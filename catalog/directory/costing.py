"""What published prices ask of one town. Pure: price lines, quantities and years in, exact cents out.

Each price line is multiplied by the quantity of ITS unit: a flat fee by one town, a price per inhabitant by the population,
a price per light point by the light points. A line whose unit has no quantity is left out of the totals and named in
`missing`: an estimate that misses something says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from catalog.solutions.models import Basis
from marketplace.money import ZERO, Cents, rounded, total, vat
from marketplace.pricing import Tiers

ALONE = {"town": Decimal(1)}
"""What a town that buys for itself counts, whatever it says: itself, once."""


class Price(Protocol):
    """A published price, as `PriceLine` is one."""

    @property
    def label(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def basis(self) -> Basis: ...
    @property
    def vat_rate(self) -> Decimal: ...
    @property
    def tiers(self) -> Tiers: ...


@dataclass(frozen=True, slots=True)
class LineCost:
    """One price line: `each` is its cost HT once (one-off) or for one year (yearly), `over` its cost HT over the years.

    All are None when the quantity of its unit is not known. `unit_price` is that of the tier reached; None where several
    tiers apply (graduated).
    """

    label: str
    unit: str
    basis: Basis
    vat_rate: Decimal
    quantity: Decimal | None
    unit_price: Cents | None
    each: Cents | None
    over: Cents | None


@dataclass(frozen=True, slots=True)
class VatGroup:
    """The VAT of one rate: on the sum of its bases, rounded once (EN 16931, BR-CO-17)."""

    rate: Decimal
    base: Cents
    vat: Cents


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the lines with a known quantity cost over `years`. `missing`: the units without a quantity, in their order."""

    years: int
    lines: tuple[LineCost, ...]
    missing: tuple[str, ...]
    one_off: Cents
    yearly: Cents
    total_ht: Cents
    groups: tuple[VatGroup, ...]

    @property
    def vat(self) -> Cents:
        return total(group.vat for group in self.groups)

    @property
    def total_ttc(self) -> Cents:
        return self.total_ht + self.vat

    @property
    def complete(self) -> bool:
        """Whether every price is in the totals. A sheet without prices has no estimate, so it has no complete one."""
        return bool(self.lines) and not self.missing

    @property
    def known(self) -> bool:
        """Whether anything is in the totals."""
        return any(line.over is not None for line in self.lines)

    def per(self, count: Decimal | int | None) -> Cents | None:
        """The total TTC for each of `count` (inhabitants), to the cent; None when nothing is counted or known."""
        return rounded(Decimal(self.total_ttc) / count) if count and self.known else None


def units(prices: Iterable[Price]) -> tuple[str, ...]:
    """The units that `prices` count in, in their order, each once."""
    return tuple(dict.fromkeys(price.unit for price in prices))


def estimate(prices: Iterable[Price], quantities: Mapping[str, Decimal], years: int) -> Estimate:
    """What `prices` cost for `quantities` (by unit) over `years`: a yearly price counts once a year, rounded each year."""
    lines = tuple(_line(price, (ALONE | dict(quantities)).get(price.unit), years) for price in prices)
    counted = [line for line in lines if line.each is not None]
    bases: dict[Decimal, Cents] = {}
    for line in counted:
        bases[line.vat_rate] = bases.get(line.vat_rate, ZERO) + (line.over or ZERO)
    return Estimate(
        years=years,
        lines=lines,
        missing=tuple(dict.fromkeys(line.unit for line in lines if line.each is None)),
        one_off=total(line.each or ZERO for line in counted if line.basis is Basis.ONE_OFF),
        yearly=total(line.each or ZERO for line in counted if line.basis is Basis.YEARLY),
        total_ht=total(line.over or ZERO for line in counted),
        groups=tuple(VatGroup(rate, base, vat(base, rate)) for rate, base in sorted(bases.items())),
    )


def _line(price: Price, quantity: Decimal | None, years: int) -> LineCost:
    each = over = unit_price = None
    if quantity is not None:
        tiers = price.tiers
        each = tiers.cost(quantity)
        over = Cents(each * (years if price.basis is Basis.YEARLY else 1))
        if tiers.mode == "all_units" or tiers.reached(quantity) == 0:
            unit_price = tiers.steps[tiers.reached(quantity)].unit_price
    return LineCost(price.label, price.unit, price.basis, price.vat_rate, quantity, unit_price, each, over)
