"""From a pool's rows to an allocation plan, and from grids to indicative ranges. No session: reads nothing by itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from catalog.solutions.queries import PublishedGrid
from marketplace.money import Cents, rounded
from marketplace.pricing import Tiers
from procurement.allocation import Line, Need, Plan, SharedCost, Town
from procurement.pools.lifecycle import COUNTED
from procurement.pools.models import Membership, NeedLine, Pool, PoolLine

MIN_GRIDS = 3
"""Published grids below which no range is shown: with fewer, a supplier's price could be read from it (R2111-7)."""


@dataclass(frozen=True, slots=True)
class OfferedLine:
    """What a grid or a quote says of one pool line."""

    tiers: Tiers
    pack: Decimal = Decimal(1)
    supply_limit: Decimal | None = None
    vat_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """Unit prices HT in cents, from the lowest to the highest grid."""

    low: Cents
    high: Cents


@dataclass(frozen=True, slots=True)
class Outlook:
    """Indicative unit prices of one line: alone, today, and from the next tier on. None where nothing allows to say."""

    line_id: UUID
    grids: int
    alone: Range | None
    today: Range | None
    next_from: Decimal | None
    missing: Decimal | None
    next: Range | None


def counted(memberships: Iterable[Membership]) -> list[Membership]:
    """The memberships whose quantities count."""
    return [membership for membership in memberships if membership.state in COUNTED and membership.needs]


def plan(
    pool: Pool,
    memberships: Sequence[Membership],
    offered: Mapping[Any, OfferedLine],
    shared_costs: Sequence[SharedCost] = (),
) -> Plan:
    """The plan for what is `offered` by pool line id. Lines that are not offered are left out: partial cover is no zero."""
    present = counted(memberships)
    lines = [
        Line(
            id=str(line.id),
            unit=line.unit,
            decimals=line.decimals,
            vat_rate=offer.vat_rate if offer.vat_rate is not None else line.vat_rate,
            tiers=offer.tiers,
            needs=tuple(_need(m, need) for m in present for need in m.needs if need.pool_line_id == line.id),
            pack=offer.pack,
            supply_limit=offer.supply_limit,
        )
        for line in pool.lines
        if (offer := offered.get(line.id)) is not None
    ]
    return Plan(tuple(_town(m) for m in present), tuple(lines), pool.rule.value, tuple(shared_costs))


def firm_total(line: PoolLine, memberships: Iterable[Membership]) -> Decimal:
    """The sum of firm needs on a line."""
    return _total(line, memberships, "firm")


def maximum_total(line: PoolLine, memberships: Iterable[Membership]) -> Decimal:
    """The sum of maxima on a line."""
    return _total(line, memberships, "maximum")


def outlook(line: PoolLine, grids: Sequence[PublishedGrid], *, quantity: Decimal, own: Decimal) -> Outlook:
    """The indicative prices of a line whose pooled firm quantity is `quantity`, for a town that needs `own`."""
    tables = [grid.tiers for grid in grids if grid.unit == line.unit]
    if len(tables) < MIN_GRIDS:
        return Outlook(line.id, len(tables), None, None, None, None, None)
    following = [step.start for tiers in tables for step in tiers.steps if step.start > quantity]
    next_from = min(following) if following else None
    return Outlook(
        line_id=line.id,
        grids=len(tables),
        alone=prices_at(tables, own),
        today=prices_at(tables, quantity),
        next_from=next_from,
        missing=None if next_from is None else next_from - quantity,
        next=None if next_from is None else prices_at(tables, next_from),
    )


def realised(line: PoolLine, awarded: Mapping[str, Any], town: str | None) -> Outlook:
    """The awarded prices of a line, in the same three places as `outlook`; `town` is the asker's membership id.

    `awarded` is the line in the award's consolidation (contract of `marketplace simulate`).
    """
    quantity = Decimal(awarded["quantity"])
    share = next((s for s in awarded["towns"] if s["town"] == town), None)
    following = awarded["next_tier"]
    return Outlook(
        line_id=line.id,
        grids=0,
        alone=_exactly(share["alone_ht_cents"], Decimal(share["quantity"])) if share else None,
        today=_exactly(awarded["total_ht_cents"], quantity),
        next_from=Decimal(following["from"]) if following else None,
        missing=Decimal(following["missing"]) if following else None,
        next=_exactly(following["unit_price_cents"], Decimal(1)) if following else None,
    )


def estimate(
    pool: Pool, memberships: Sequence[Membership], grids: Sequence[PublishedGrid]
) -> tuple[Cents, Cents] | None:
    """The pool's value HT, from firm needs at the lowest prices to maxima at the highest. None when a line has no price.

    The highest is what the thresholds are compared with (R2121-1, R2121-8): prudent, and said so on the page.
    """
    present = counted(memberships)
    low = high = Fraction(0)
    for line in pool.lines:
        firm, most = firm_total(line, present), maximum_total(line, present)
        today = outlook(line, grids, quantity=firm, own=firm).today
        own = line.estimate_unit_cents
        if today is None and own is None:
            return None
        lowest = min(p for p in (today.low if today else None, own) if p is not None)
        highest = max(p for p in (today.high if today else None, own) if p is not None)
        low += Fraction(firm) * lowest
        high += Fraction(most) * highest
    return rounded(low), rounded(high)


def prices_at(tables: Sequence[Tiers], quantity: Decimal) -> Range:
    """The average unit prices HT at which published grids sell `quantity`, from the lowest to the highest."""
    prices = sorted(_unit_price(tiers, quantity) for tiers in tables)
    return Range(prices[0], prices[-1])


def _exactly(cents: int, quantity: Decimal) -> Range | None:
    if not quantity:
        return None
    price = rounded(Fraction(cents) / Fraction(quantity))
    return Range(price, price)


def _unit_price(tiers: Tiers, quantity: Decimal) -> Cents:
    """What one unit costs on average when `quantity` is ordered; the first tier's price for none."""
    if quantity == 0:
        return tiers.steps[0].unit_price
    return rounded(tiers.exact_cost(quantity) / Fraction(quantity))


def _town(membership: Membership) -> Town:
    town = membership.town
    committed = membership.signed_at or membership.declared_at or membership.state_since
    return Town(str(membership.id), town.siren, town.population or 0, committed)


def _need(membership: Membership, need: NeedLine) -> Need:
    return Need(str(membership.id), need.firm, need.tolerance, need.maximum)


def _total(line: PoolLine, memberships: Iterable[Membership], column: str) -> Decimal:
    needs = [
        need
        for membership in counted(memberships)
        for need in membership.needs
        if need.pool_line_id == line.id
    ]
    return sum((getattr(need, column) for need in needs), start=Decimal(0))
