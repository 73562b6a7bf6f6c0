"""Price tiers: what a quantity costs under a published or quoted grid. Pure; shared by the catalogue and the pools.

A tier table is a list of steps, each with the quantity it starts `from` and its unit price in cents. `all_units` prices
every unit at the reached step; `graduated` prices each unit at the step of its own tranche. Quantities are Decimal.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from marketplace.errors import FieldError, wrong
from marketplace.money import Cents, rounded
from marketplace.words import N_

TierMode = Literal["all_units", "graduated"]


@dataclass(frozen=True, slots=True)
class Step:
    """One tier: half-open, from `start` (included) to the next step's start (excluded); the last has no end."""

    start: Decimal
    unit_price: Cents


@dataclass(frozen=True, slots=True)
class Tiers:
    """A sound tier table: at least one step, the first from 0, strictly increasing (see `faults`)."""

    mode: TierMode
    steps: tuple[Step, ...]

    def reached(self, quantity: Decimal) -> int:
        """The index of the last step whose start is ≤ `quantity`."""
        return max(i for i, step in enumerate(self.steps) if step.start <= quantity)

    def exact_cost(self, quantity: Decimal) -> Fraction:
        """The exact cost in cents, not rounded."""
        top = self.reached(quantity)
        if self.mode == "all_units":
            return Fraction(quantity) * self.steps[top].unit_price
        cost = Fraction(0)
        for i, step in enumerate(self.steps[: top + 1]):
            end = quantity if i == top else self.steps[i + 1].start
            cost += (Fraction(end) - Fraction(step.start)) * step.unit_price
        return cost

    def cost(self, quantity: Decimal) -> Cents:
        """The cost of `quantity`, rounded once, half away from zero."""
        return rounded(self.exact_cost(quantity))


def faults(steps: list[tuple[Decimal, Decimal | None]], path: str) -> list[FieldError]:
    """What is wrong with a tier table given as (from, to) pairs, `to` being optional: every error at once.

    `path` names the list of steps (`lines[0].tiers.steps`). A declared `to` must be the next step's `from`: otherwise
    there is a gap or an overlap.
    """
    if not steps:
        return [wrong(path, N_("Donnez au moins un palier."), code="tiers_empty")]
    found: list[FieldError] = []
    if steps[0][0] != 0:
        found.append(wrong(f"{path}[0].from", N_("Le premier palier commence à 0."), code="tiers_start"))
    for i, (start, end) in enumerate(steps):
        following = steps[i + 1][0] if i + 1 < len(steps) else None
        if i and start <= steps[i - 1][0]:
            found.append(
                wrong(
                    f"{path}[{i}].from",
                    N_("Chaque palier commence plus haut que le précédent."),
                    code="tiers_order",
                )
            )
        if end is None:
            continue
        if following is None:
            found.append(
                wrong(
                    f"{path}[{i}].to",
                    N_("Le dernier palier n’a pas de fin : laissez « jusqu’à » vide."),
                    code="tiers_end",
                )
            )
        elif end < following:
            found.append(
                wrong(
                    f"{path}[{i}].to",
                    N_("Il y a un trou entre {end} et {following} : aucun prix pour ces quantités."),
                    code="tiers_gap",
                    end=end,
                    following=following,
                )
            )
        elif end > following:
            found.append(
                wrong(
                    f"{path}[{i}].to",
                    N_("Deux paliers se recouvrent entre {following} et {end}."),
                    code="tiers_overlap",
                    end=end,
                    following=following,
                )
            )
    return found
