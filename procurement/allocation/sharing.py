"""Money over towns: a line's total, the shared costs, and each town's bill with its VAT. Largest remainder, cents only."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from marketplace.money import Cents, shares, total, vat
from procurement.allocation.plan import Plan, SharedCost, Town
from procurement.allocation.result import CostShare, LineResult, SharedCostResult, Totals, TownBill, VatRow
from procurement.allocation.supply import Supply


def line_shares(amount: Cents, supply: Supply) -> tuple[dict[str, Cents], Cents]:
    """A line's total shared pro rata to quantity: each town's share, and that of the unallocated part, last in a tie."""
    weights: dict[str | None, int] = dict([*supply.allocated.items(), (None, supply.unallocated)])
    parts = shares(amount, weights, weights)
    return {town: Cents(parts[town]) for town in supply.allocated}, Cents(parts[None])


def share_costs(
    costs: Iterable[SharedCost], ranked: Sequence[Town], lines: Sequence[LineResult]
) -> tuple[SharedCostResult, ...]:
    """Every shared cost over all the towns, `ranked` in tie order; sorted by id."""
    return tuple(_share_cost(cost, ranked, lines) for cost in sorted(costs, key=lambda cost: cost.id))


def bills(plan: Plan, lines: Sequence[LineResult], costs: Sequence[SharedCostResult]) -> tuple[TownBill, ...]:
    """Each town's bill. VAT is computed per rate, on the sum of all its bases at that rate."""
    rates = {line.id: line.vat_rate for line in plan.lines}
    cost_rates = {cost.id: cost.vat_rate for cost in plan.shared_costs}
    bases: dict[str, dict[Decimal, int]] = {town.id: defaultdict(int) for town in plan.towns}
    for line in lines:
        for part in line.towns:
            bases[part.town][rates[line.id]] += part.ht
    for cost in costs:
        for share in cost.towns:
            bases[share.town][cost_rates[cost.id]] += share.ht
    return tuple(_bill(town, bases[town]) for town in sorted(bases))


def totals(towns: Sequence[TownBill]) -> Totals:
    """The sums over the towns."""
    return Totals(
        ht=total(bill.ht for bill in towns),
        vat=total(bill.vat for bill in towns),
        ttc=total(bill.ttc for bill in towns),
    )


def _share_cost(cost: SharedCost, ranked: Sequence[Town], lines: Sequence[LineResult]) -> SharedCostResult:
    weights = _weights(cost, ranked, lines)
    parts = shares(cost.amount, weights, weights)
    return SharedCostResult(cost.id, tuple(CostShare(town, Cents(parts[town])) for town in sorted(parts)))


def _weights(
    cost: SharedCost, ranked: Sequence[Town], lines: Sequence[LineResult]
) -> dict[str, int | Fraction]:
    """Each town's weight, in tie order. `quantity` is the plain sum over the lines, whatever their units."""
    weights: dict[str, int | Fraction] = {town.id: 0 for town in ranked}
    match cost.split:
        case "equal":
            return dict.fromkeys(weights, 1)
        case "population":
            return {town.id: town.population for town in ranked}
        case "quantity":
            for line in lines:
                for part in line.towns:
                    weights[part.town] += Fraction(part.quantity)
            return weights
        case "amount":
            for line in lines:
                for part in line.towns:
                    weights[part.town] += int(part.ht)
            return weights
    assert_never(cost.split)


def _bill(town: str, bases: dict[Decimal, int]) -> TownBill:
    rows = tuple(
        VatRow(rate, Cents(base), vat(Cents(base), rate)) for rate, base in sorted(bases.items()) if base
    )
    ht = total(row.base for row in rows)
    tax = total(row.vat for row in rows)
    return TownBill(town, ht, rows, tax, ht + tax)
