"""A line's needs as whole units of 10^-decimals, in tie order: what every computation on the line starts from."""

from collections.abc import Sequence
from dataclasses import dataclass

from procurement.allocation.figures import in_units
from procurement.allocation.plan import Line, Town


@dataclass(frozen=True, slots=True)
class Demand:
    """`population`, `firm` and `tolerance` have the same towns as keys: those with a need on the line, in tie order."""

    population: dict[str, int]
    firm: dict[str, int]
    tolerance: dict[str, int]
    pack: int
    limit: int | None

    @property
    def firm_total(self) -> int:
        return sum(self.firm.values())

    @property
    def tolerance_total(self) -> int:
        return sum(self.tolerance.values())


def demand_of(line: Line, ranked: Sequence[Town]) -> Demand:
    """The demand on `line` among the plan's towns, given in tie order.

    Raises `ValueError` when a need names a town twice or one the plan does not have: its quantity would be lost.
    """
    needs = {need.town: need for need in line.needs}
    present = [town for town in ranked if town.id in needs]
    if len(present) != len(line.needs):
        raise ValueError(f"line {line.id!r}: a town has two needs, or is not in the plan")
    return Demand(
        population={town.id: town.population for town in present},
        firm={town.id: in_units(needs[town.id].firm, line.decimals) for town in present},
        tolerance={town.id: in_units(needs[town.id].tolerance, line.decimals) for town in present},
        pack=in_units(line.pack, line.decimals),
        limit=None if line.supply_limit is None else in_units(line.supply_limit, line.decimals),
    )
