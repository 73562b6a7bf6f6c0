"""The canonical input: one text for all the ways of writing the same plan, and its SHA-256.

The hash is what a frozen pool, its minutes and its exports quote: same hash, same figures.
"""

from hashlib import sha256

from procurement.allocation.figures import from_units, in_units, instant_text, quantity_text, rate_text
from procurement.allocation.plan import Line, Need, Plan, SharedCost, Town
from procurement.allocation.strict_json import Json, encoded


def inputs_sha256(plan: Plan) -> str:
    """Lower-case hexadecimal SHA-256 of `canonical(plan)` in UTF-8."""
    return sha256(canonical(plan).encode()).hexdigest()


def canonical(plan: Plan) -> str:
    """The plan as JSON: defaults filled, keys and lists sorted, figures and instants written one way only."""
    document: Json = {
        "lines": [_line(line) for line in sorted(plan.lines, key=lambda line: line.id)],
        "rule": plan.rule,
        "shared_costs": [_shared_cost(cost) for cost in sorted(plan.shared_costs, key=lambda cost: cost.id)],
        "towns": [_town(town) for town in sorted(plan.towns, key=lambda town: town.id)],
    }
    return encoded(document, sort_keys=True)


def _line(line: Line) -> Json:
    limit = line.supply_limit
    steps = sorted(line.tiers.steps, key=lambda step: step.start)
    return {
        "id": line.id,
        "unit": line.unit,
        "decimals": line.decimals,
        "pack": quantity_text(line.pack, line.decimals),
        "vat_rate": rate_text(line.vat_rate),
        "supply_limit": None if limit is None else quantity_text(limit, line.decimals),
        "tiers": {
            "mode": line.tiers.mode,
            "steps": [
                {"from": quantity_text(step.start, line.decimals), "unit_price_cents": step.unit_price}
                for step in steps
            ],
        },
        "needs": [_need(need, line.decimals) for need in sorted(line.needs, key=lambda need: need.town)],
    }


def _need(need: Need, decimals: int) -> Json:
    maximum = need.maximum
    if maximum is None:
        maximum = from_units(in_units(need.firm, decimals) + in_units(need.tolerance, decimals), decimals)
    return {
        "town": need.town,
        "firm": quantity_text(need.firm, decimals),
        "tolerance": quantity_text(need.tolerance, decimals),
        "max": quantity_text(maximum, decimals),
    }


def _shared_cost(cost: SharedCost) -> Json:
    return {
        "id": cost.id,
        "amount_cents": cost.amount,
        "vat_rate": rate_text(cost.vat_rate),
        "split": cost.split,
    }


def _town(town: Town) -> Json:
    return {
        "id": town.id,
        "siren": town.siren,
        "population": town.population,
        "committed_at": instant_text(town.committed_at),
    }
