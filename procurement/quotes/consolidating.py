"""One consolidation a source: on every published grid before quotes, on every opened offer, and on the award."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from catalog.solutions.queries import PublishedGrid
from marketplace.db import Session
from marketplace.ids import ConsultationId, PoolId, new_id
from procurement.allocation import Plan, Result, consolidate, document
from procurement.pools import plans, totals
from procurement.pools.access import locked_memberships, locked_pool
from procurement.pools.models import Consolidation, ConsolidationKind, Membership, Pool
from procurement.pools.plans import OfferedLine
from procurement.quotes import checking
from procurement.quotes.lifecycle import QuoteState
from procurement.quotes.models import Quote
from procurement.quotes.schemas import QuoteIn


async def on_grids(session: Session, pool_id: PoolId, *, now: datetime) -> int:
    """Consolidate the declared needs on every published grid. Returns how many. Running it again replaces the results."""
    del now
    pool = await locked_pool(session, pool_id)
    memberships = await locked_memberships(session, pool)
    await totals.recompute(session, pool, memberships)
    await session.execute(
        delete(Consolidation).where(
            Consolidation.pool_id == pool.id, Consolidation.kind == ConsolidationKind.GRID
        )
    )
    grids: dict[UUID, list[PublishedGrid]] = {}
    for grid in await totals.grids_of(session, pool):
        grids.setdefault(grid.solution_id, []).append(grid)
    if not plans.counted(memberships):
        return 0
    for solution_id, offered in grids.items():
        lines = {
            line.id: OfferedLine(grid.tiers)
            for line in pool.lines
            for grid in offered
            if grid.unit == line.unit
        }
        await keep(
            session,
            pool,
            ConsolidationKind.GRID,
            solution_id,
            consolidate(plans.plan(pool, memberships, lines)),
        )
    return len(grids)


async def on_quotes(session: Session, pool_id: PoolId, consultation_id: ConsultationId) -> int:
    """Consolidate the frozen needs on every opened offer. Returns how many."""
    pool = await locked_pool(session, pool_id)
    memberships = await locked_memberships(session, pool)
    quotes = await session.scalars(
        select(Quote)
        .where(Quote.consultation_id == consultation_id, Quote.state == QuoteState.OPENED)
        .order_by(Quote.id)
    )
    count = 0
    for quote in quotes:
        offer = QuoteIn.model_validate(quote.content)
        result = consolidate(plan_of(pool, memberships, offer))
        await keep(
            session,
            pool,
            ConsolidationKind.QUOTE,
            quote.id,
            result,
            compared=compared_total(pool, memberships, offer),
        )
        count += 1
    return count


def plan_of(
    pool: Pool,
    memberships: Sequence[Membership],
    offer: QuoteIn,
    *,
    accepted: Mapping[UUID, Mapping[str, Decimal]] | None = None,
) -> Plan:
    """The plan of an offer. `accepted`: by line id, what each membership takes above its firm need (a chosen proposal)."""
    made = plans.plan(pool, memberships, checking.offered_lines(offer), checking.shared_costs(offer))
    if not accepted:
        return made
    lines = []
    for line in made.lines:
        extra = accepted.get(UUID(line.id), {})
        needs = tuple(
            replace(
                need,
                firm=need.firm + extra.get(need.town, Decimal(0)),
                tolerance=need.tolerance - extra.get(need.town, Decimal(0)),
            )
            for need in line.needs
        )
        lines.append(replace(line, needs=needs))
    return replace(made, lines=tuple(lines))


def compared_total(pool: Pool, memberships: Sequence[Membership], offer: QuoteIn) -> int:
    """What the offer would cost HT for all firm needs, whatever it can deliver: the amount that offers are compared on."""
    unlimited = {
        line_id: replace(line, supply_limit=None) for line_id, line in checking.offered_lines(offer).items()
    }
    return int(consolidate(plans.plan(pool, memberships, unlimited, checking.shared_costs(offer))).totals.ht)


async def keep(
    session: Session,
    pool: Pool,
    kind: ConsolidationKind,
    source_id: UUID,
    result: Result,
    *,
    compared: int | None = None,
) -> None:
    """Keep a result; a second run on the same source replaces it."""
    written: dict[str, Any] = document(result)
    if compared is not None:
        written = written | {"compared_ht_cents": compared, "short": any(line.short for line in result.lines)}
    values = {"inputs_sha256": result.inputs_sha256, "result": written}
    await session.execute(
        insert(Consolidation)
        .values(id=new_id(), pool_id=pool.id, kind=kind, source_id=source_id, **values)
        .on_conflict_do_update(index_elements=["pool_id", "kind", "source_id"], set_=values)
    )
