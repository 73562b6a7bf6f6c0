"""What is asked of matching: a need, where, how much, for how long, with which conditions. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from marketplace.money import ZERO, Cents
from search.matching.musts import Must

ALONE = {"town": Decimal(1)}
"""What a town that buys for itself counts, whatever it says: itself, once."""


@dataclass(frozen=True, slots=True)
class Place:
    """The town that asks: its code, its name, its department and its inhabitants."""

    code: str
    name: str
    department: str
    department_name: str = ""
    population: int | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """Cents HT over the whole duration. Costing less than `low` takes nothing away."""

    high: Cents
    low: Cents = ZERO


@dataclass(frozen=True, slots=True)
class Window:
    """When it is to be running: ready by `until`, begun on `start` at the earliest."""

    start: date
    until: date

    @property
    def weeks(self) -> int:
        """Whole weeks between the two."""
        return max((self.until - self.start).days, 0) // 7


@dataclass(frozen=True, slots=True)
class Need:
    """See the module. `domain`: the one that the asker chose, or that the words name unmistakably; else None: nothing is left
    out for its domain. `about`: the domain that the need is most likely of, which gives the weights. `assets`: quantities by unit.
    """

    text: str
    about: str | None = None
    domain: str | None = None
    place: Place | None = None
    musts: tuple[Must, ...] = ()
    budget: Budget | None = None
    assets: Mapping[str, Decimal] = field(default_factory=dict)
    years: int = 1
    window: Window | None = None

    @property
    def quantities(self) -> dict[str, Decimal]:
        """The quantity of each unit: as given, else what the town is known by."""
        people = self.place.population if self.place else None
        known = {"inhabitant": Decimal(people)} if people else {}
        return ALONE | known | dict(self.assets)
