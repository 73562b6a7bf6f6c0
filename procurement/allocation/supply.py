"""What the pool orders on a line, and who gets how much of it. Whole units of 10^-decimals throughout."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from marketplace.money import shares
from procurement.allocation.demand import Demand
from procurement.allocation.figures import up_to_multiple
from procurement.allocation.plan import Rule


@dataclass(frozen=True, slots=True)
class Supply:
    """`quantity` = sum of `allocated` + `unallocated`. `short`: the supplier cannot deliver the firm needs in whole packs."""

    quantity: int
    allocated: dict[str, int]
    unallocated: int
    short: bool


def settle(demand: Demand, rule: Rule) -> Supply:
    """Firm needs first, rounded up to whole packs from the tolerances; what there is, shared by `rule`, when supply is short."""
    firm_total = demand.firm_total
    order = up_to_multiple(firm_total, demand.pack)
    if demand.limit is not None and demand.limit < order:
        quantity = demand.limit // demand.pack * demand.pack
        return Supply(quantity, _by_rule(quantity, demand, rule), 0, short=True)
    extra, unallocated = draw(order - firm_total, demand)
    allocated = {town: firm + extra[town] for town, firm in demand.firm.items()}
    return Supply(order, allocated, unallocated, short=False)


def draw(excess: int, demand: Demand) -> tuple[dict[str, int], int]:
    """What each town takes of `excess` from its tolerance, and what no tolerance covers.

    Pro rata to tolerance by largest remainder. A share below the whole never exceeds its tolerance, even rounded up.
    """
    covered = min(excess, demand.tolerance_total)
    if covered == 0:
        return dict.fromkeys(demand.tolerance, 0), excess
    return shares(covered, demand.tolerance, demand.tolerance), excess - covered


def served_order(demand: Demand, rule: Rule) -> list[str]:
    """The towns in the order in which `rule` serves them; tie order where the rule knows no other."""
    if rule == "smaller_first":
        return sorted(demand.firm, key=lambda town: demand.population[town])  # stable: tie order among equals
    return list(demand.firm)


def _by_rule(quantity: int, demand: Demand, rule: Rule) -> dict[str, int]:
    """`quantity`, which is below the sum of firm needs, shared so that nobody gets more than its own."""
    match rule:
        case "pro_rata_firm":
            return shares(quantity, demand.firm, demand.firm)
        case "commitment_order" | "smaller_first":
            return _one_after_the_other(quantity, demand.firm, served_order(demand, rule))
        case "equal":
            return _together(quantity, demand.firm)
    assert_never(rule)


def _one_after_the_other(quantity: int, firm: dict[str, int], order: Iterable[str]) -> dict[str, int]:
    allocated = dict.fromkeys(firm, 0)
    for town in order:
        allocated[town] = min(firm[town], quantity)
        quantity -= allocated[town]
    return allocated


def _together(quantity: int, firm: dict[str, int]) -> dict[str, int]:
    """All towns rise to a common level, each stopping at its firm need; the last units go one each in tie order.

    The level is found by filling the smallest needs first, as water fills steps of different heights.
    """
    level, left = 0, quantity
    below = len(firm)
    for need in sorted(firm.values()):
        if (need - level) * below > left:
            level, left = level + left // below, left % below
            break
        left -= (need - level) * below
        level = need
        below -= 1
    allocated = {town: min(need, level) for town, need in firm.items()}
    for town in [town for town, need in firm.items() if need > level][:left]:
        allocated[town] += 1
    return allocated
