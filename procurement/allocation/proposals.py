"""Larger orders that would cost less: reaching a tier by drawing on tolerances. Never applied by themselves."""

from marketplace.money import Cents
from procurement.allocation.demand import Demand
from procurement.allocation.figures import from_units, in_units, up_to_multiple
from procurement.allocation.plan import Line
from procurement.allocation.result import Extra, Proposal
from procurement.allocation.supply import Supply, draw


def proposals(line: Line, demand: Demand, supply: Supply, total: Cents) -> tuple[Proposal, ...]:
    """Every proposal on `line`, now ordered at `supply` for `total`: one a distinct quantity, ascending.

    Each is a tier's start rounded up to whole packs that tolerances can reach, the supplier can deliver, and that costs
    strictly less in all than the order of today.
    """
    if supply.short:
        return ()
    most = demand.firm_total + demand.tolerance_total
    if demand.limit is not None:
        most = min(most, demand.limit)
    starts = [in_units(step.start, line.decimals) for step in line.tiers.steps]
    candidates = {up_to_multiple(start, demand.pack) for start in starts if start > supply.quantity}
    found = (_proposal(line, demand, units, total) for units in sorted(candidates) if units <= most)
    return tuple(proposal for proposal in found if proposal.saving > 0)


def _proposal(line: Line, demand: Demand, units: int, total: Cents) -> Proposal:
    quantity = from_units(units, line.decimals)
    start = line.tiers.steps[line.tiers.reached(quantity)].start
    extra, _ = draw(units - demand.firm_total, demand)  # tolerances cover it all: units ≤ firm + tolerance
    cost = line.tiers.cost(quantity)
    return Proposal(
        tier_from=from_units(in_units(start, line.decimals), line.decimals),
        quantity=quantity,
        extra=tuple(
            Extra(town, from_units(extra[town], line.decimals)) for town in sorted(extra) if extra[town]
        ),
        total=cost,
        saving=total - cost,
    )
