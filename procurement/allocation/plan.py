"""What a consolidation is computed from: towns, lines with their needs and tiers, costs to share, one rule.

Build a `Plan` from database rows, or read one from a file (`reading.py`, which refuses what is not sound). Built by hand it
must be sound already: unique ids, at most one need per town and line, firm + tolerance ≤ maximum, `tiers` without fault,
a pack above 0, quantities with no more than the line's `decimals`, nothing negative. The order of its tuples is free.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from marketplace.money import Cents
from marketplace.pricing import Tiers

Rule = Literal["pro_rata_firm", "commitment_order", "equal", "smaller_first"]
Split = Literal["equal", "quantity", "amount", "population"]

DEFAULT_RULE: Rule = "pro_rata_firm"
NONE = Decimal(0)
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Town:
    """A buying body. `siren` breaks ties and may be missing.

    `committed_at` is an aware datetime (`ValueError` otherwise), kept in UTC to the whole second: the precision of the
    canonical form, so that two plans with the same hash always give the same figures.
    """

    id: str
    siren: str | None
    population: int
    committed_at: datetime

    def __post_init__(self) -> None:
        if self.committed_at.utcoffset() is None:
            raise ValueError(f"committed_at of {self.id!r} has no time zone")
        object.__setattr__(self, "committed_at", self.committed_at.astimezone(UTC).replace(microsecond=0))


@dataclass(frozen=True, slots=True)
class Need:
    """What a town needs on a line: `firm` first, and up to `tolerance` more if that helps the pool.

    `maximum` changes no figure but belongs to what was frozen; `None` stands for firm + tolerance.
    """

    town: str
    firm: Decimal
    tolerance: Decimal = NONE
    maximum: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One thing bought together. Quantities count `unit`s with at most `decimals` decimals.

    `pack` is the supplier's order multiple, `supply_limit` what the supplier can deliver (`None`: no limit),
    `vat_rate` a percentage.
    """

    id: str
    unit: str
    decimals: int
    vat_rate: Decimal
    tiers: Tiers
    needs: tuple[Need, ...] = ()
    pack: Decimal = ONE
    supply_limit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SharedCost:
    """A cost HT that every town of the plan shares, on the basis named by `split`."""

    id: str
    amount: Cents
    vat_rate: Decimal
    split: Split


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a consolidation depends on. `rule` says who gets what when the supplier cannot deliver the order."""

    towns: tuple[Town, ...]
    lines: tuple[Line, ...]
    rule: Rule = DEFAULT_RULE
    shared_costs: tuple[SharedCost, ...] = ()


def tie_order(towns: Iterable[Town]) -> list[Town]:
    """The order that settles every tie: earliest commitment, then lowest SIREN (missing ones last), then id."""
    return sorted(towns, key=lambda town: (town.committed_at, town.siren is None, town.siren or "", town.id))
