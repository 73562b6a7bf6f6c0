"""Is an offer sound for what was published? Every fault at once, each at its place."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from marketplace.errors import FieldError, wrong
from marketplace.money import Cents
from marketplace.pricing import Step, Tiers, faults
from marketplace.units import precision_fault, too_precise
from marketplace.words import N_
from procurement.allocation import SharedCost
from procurement.pools.plans import OfferedLine
from procurement.quotes.schemas import QuoteIn, QuoteLineIn


def offer_faults(offer: QuoteIn, published: Mapping[str, Any], path: str = "") -> list[FieldError]:
    """What is wrong with `offer` for the lines of a published snapshot. `path` is put before each place."""
    lines = {line["id"]: line for line in published["lines"]}
    found: list[FieldError] = []
    seen: set[UUID] = set()
    for i, line in enumerate(offer.lines):
        at = f"{path}lines[{i}]"
        known = lines.get(str(line.line_id))
        if known is None:
            found.append(
                wrong(f"{at}.line_id", N_("Cette ligne n’est pas dans la consultation."), code="unknown_line")
            )
            continue
        if line.line_id in seen:
            found.append(wrong(f"{at}.line_id", N_("Cette ligne a déjà un prix."), code="duplicate"))
        seen.add(line.line_id)
        found += _line_faults(line, int(known["decimals"]), at)
    return found


def offered_lines(offer: QuoteIn) -> dict[UUID, OfferedLine]:
    """The offer as the allocation needs it, by pool line id."""
    return {
        line.line_id: OfferedLine(tiers_of(line), line.pack, line.supply_limit, line.vat_rate)
        for line in offer.lines
    }


def shared_costs(offer: QuoteIn) -> list[SharedCost]:
    """The offer's shared costs, numbered in its order."""
    return [
        SharedCost(f"{i:02d}", Cents(cost.amount_cents), cost.vat_rate, cost.split)
        for i, cost in enumerate(offer.shared_costs)
    ]


def tiers_of(line: QuoteLineIn) -> Tiers:
    """The tier table of an offered line."""
    return Tiers(
        line.tiers.mode, tuple(Step(step.from_, Cents(step.unit_price_cents)) for step in line.tiers.steps)
    )


def _line_faults(line: QuoteLineIn, decimals: int, at: str) -> list[FieldError]:
    found = faults([(step.from_, step.to) for step in line.tiers.steps], f"{at}.tiers.steps")
    for i, step in enumerate(line.tiers.steps):
        if too_precise(step.from_, decimals):
            found.append(precision_fault(f"{at}.tiers.steps[{i}].from", decimals))
    if line.pack == Decimal(0):
        found.append(
            wrong(
                f"{at}.pack",
                N_("Le multiple de commande est supérieur à zéro : 1 s’il n’y en a pas."),
                code="pack",
            )
        )
    for name, value in (("pack", line.pack), ("supply_limit", line.supply_limit)):
        if value is not None and too_precise(value, decimals):
            found.append(precision_fault(f"{at}.{name}", decimals))
    return found
