"""The consolidation: needs in, orders and bills out. A pure function of the plan; contracts/simulate.md is its law."""

from collections.abc import Sequence
from decimal import Decimal

from procurement.allocation.canonical import inputs_sha256
from procurement.allocation.demand import demand_of
from procurement.allocation.figures import from_units, in_units, quantity_text
from procurement.allocation.plan import Line, Plan, Rule, Town, tie_order
from procurement.allocation.proposals import proposals
from procurement.allocation.result import Allocation, LineResult, NextTier, Result
from procurement.allocation.sentences import sentences
from procurement.allocation.sharing import bills, line_shares, share_costs, totals
from procurement.allocation.supply import settle


def consolidate(plan: Plan) -> Result:
    """What the pool orders, who gets what, and what each town pays.

    Every part adds up to its whole, to the unit and to the cent. The order of the plan's tuples changes nothing.
    Raises `ValueError` for a plan that is not sound (see `plan.py`): a mistake of the program, never of a person.
    """
    ranked = tie_order(plan.towns)
    lines = tuple(_line(line, ranked, plan.rule) for line in sorted(plan.lines, key=lambda line: line.id))
    costs = share_costs(plan.shared_costs, ranked, lines)
    towns = bills(plan, lines, costs)
    return Result(lines, costs, towns, totals(towns), _warnings(plan), inputs_sha256(plan))


def _line(line: Line, ranked: Sequence[Town], rule: Rule) -> LineResult:
    demand = demand_of(line, ranked)
    supply = settle(demand, rule)
    quantity = from_units(supply.quantity, line.decimals)
    total = line.tiers.cost(quantity)
    ht, unallocated_ht = line_shares(total, supply)
    reached = line.tiers.steps[line.tiers.reached(quantity)]
    said = sentences(line, demand, supply, rule)
    allocations: list[Allocation] = []
    for town in sorted(supply.allocated):
        own = from_units(supply.allocated[town], line.decimals)
        allocations.append(Allocation(town, own, ht[town], line.tiers.cost(own), said[town]))
    return LineResult(
        id=line.id,
        quantity=quantity,
        unallocated=from_units(supply.unallocated, line.decimals),
        unallocated_ht=unallocated_ht,
        tier_from=_padded(reached.start, line),
        unit_price=reached.unit_price if line.tiers.mode == "all_units" else None,
        total=total,
        next_tier=_next_tier(line, supply.quantity),
        towns=tuple(allocations),
        worse_off=tuple(part.town for part in allocations if part.ht > part.alone),
        proposals=proposals(line, demand, supply, total),
        short=supply.short,
    )


def _next_tier(line: Line, units: int) -> NextTier | None:
    for step in line.tiers.steps:
        start = in_units(step.start, line.decimals)
        if start > units:
            return NextTier(
                _padded(step.start, line), from_units(start - units, line.decimals), step.unit_price
            )
    return None


def _padded(quantity: Decimal, line: Line) -> Decimal:
    return from_units(in_units(quantity, line.decimals), line.decimals)


def _warnings(plan: Plan) -> tuple[str, ...]:
    """One for each step dearer than the one before: allowed, but seldom meant."""
    return tuple(
        sorted(
            f"{line.id}: price goes up from {quantity_text(step.start, line.decimals)}"
            for line in plan.lines
            for before, step in zip(line.tiers.steps, line.tiers.steps[1:], strict=False)
            if step.unit_price > before.unit_price
        )
    )
