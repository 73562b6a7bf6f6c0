"""The worker cuts the award into one order a town: planned in chunks, each committed alone, checked to the cent at the end."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from marketplace import audit, jobs, lifecycle, outbox
from marketplace.actor import SYSTEM
from marketplace.db import Json, Session
from marketplace.ids import PoolId
from marketplace.money import Cents
from procurement.orders.events import OrdersChunkPlanned, OrdersPrepared
from procurement.orders.lifecycle import OrderState
from procurement.orders.models import OrderLine, PurchaseOrder
from procurement.pools.access import locked_memberships, locked_pool, who
from procurement.pools.lifecycle import MEMBERSHIP, MembershipState
from procurement.pools.models import Consolidation, ConsolidationKind, Membership, Pool
from procurement.quotes.models import Award, Quote


class OrdersDisagree(Exception):
    """The orders do not add up to the award: a fault of the program, never to be passed over."""


async def plan_orders(
    session: Session, pool_id: PoolId, award_id: UUID, *, size: int = jobs.CHUNK_SIZE
) -> None:
    """Plan the pool's orders. Does nothing the second time."""
    pool = await locked_pool(session, pool_id)
    memberships = [m for m in await locked_memberships(session, pool) if m.state is MembershipState.EXECUTING]
    items: list[Json] = [{"membership": str(m.id), "number": i} for i, m in enumerate(memberships, 1)]
    started = await jobs.start(
        session, key=f"orders:{award_id}", kind="orders", subject_id=pool.id, items=items, size=size
    )
    if started is None:
        return
    for chunk in started[1]:
        outbox.record(session, OrdersChunkPlanned(award_id=award_id, chunk_id=chunk.id))


async def prepare_chunk(session: Session, award_id: UUID, chunk_id: UUID, *, now: datetime) -> None:
    """Make one chunk's orders; the last chunk checks the whole. Does nothing the second time. Raises `OrdersDisagree`."""
    award = (await session.execute(select(Award).where(Award.id == award_id))).scalar_one()
    pool = await locked_pool(session, award.pool_id)
    chunk = await jobs.claim_chunk(session, chunk_id)
    if chunk is None:
        return
    run = (
        await session.execute(
            select(Consolidation).where(
                Consolidation.pool_id == pool.id,
                Consolidation.kind == ConsolidationKind.AWARD,
                Consolidation.source_id == award.quote_id,
            )
        )
    ).scalar_one()
    offer = (await session.execute(select(Quote.content).where(Quote.id == award.quote_id))).scalar_one()
    memberships = {str(m.id): m for m in await locked_memberships(session, pool)}
    for item in chunk.items:
        membership = memberships[item["membership"]]
        order = _order(pool, award, membership, run.result, offer or {}, number=int(item["number"]), now=now)
        if order is None:
            await lifecycle.apply(
                session, MEMBERSHIP, membership, "settle", who=who(pool, SYSTEM), by=SYSTEM, now=now
            )
            continue
        session.add(order)
        await session.flush()
        audit.note(
            session,
            SYSTEM,
            "order.prepare",
            "order",
            order.id,
            after={"number": order.number, "ttc_cents": int(order.ttc_cents)},
        )
    if await jobs.finish_chunk(session, chunk, now=now):
        await _check(session, pool, award)
        outbox.record(session, OrdersPrepared(pool_id=pool.id))


async def _check(session: Session, pool: Pool, award: Award) -> None:
    found = (
        await session.execute(
            select(
                func.coalesce(func.sum(PurchaseOrder.ht_cents), 0),
                func.coalesce(func.sum(PurchaseOrder.vat_cents), 0),
                func.coalesce(func.sum(PurchaseOrder.ttc_cents), 0),
            ).where(PurchaseOrder.pool_id == pool.id)
        )
    ).one()
    awarded = (award.ht_cents, award.vat_cents, award.ttc_cents)
    if tuple(int(x) for x in found) != tuple(int(x) for x in awarded):
        raise OrdersDisagree(f"orders of pool {pool.id} add up to {tuple(found)}, the award is {awarded}")


def _order(
    pool: Pool,
    award: Award,
    membership: Membership,
    result: Mapping[str, Any],
    offer: Mapping[str, Any],
    *,
    number: int,
    now: datetime,
) -> PurchaseOrder | None:
    """The order of one town, or None when nothing was allocated to it and it shares no cost."""
    me = str(membership.id)
    bill = next(town for town in result["towns"] if town["town"] == me)
    lines = [*_goods(pool, result, me), *_costs(result, offer, me)]
    if not lines:
        return None
    for position, line in enumerate(lines):
        line.position = position
    order = PurchaseOrder(
        pool_id=pool.id, town_id=membership.town_id, supplier_id=award.startup_id, supplier_name=award.supplier_name,
        number=f"BC-{pool.id.hex[-8:].upper()}-{number:04d}", state=OrderState.PREPARED, state_since=now,
        ht_cents=Cents(bill["ht_cents"]), vat_cents=Cents(bill["vat_cents"]), ttc_cents=Cents(bill["ttc_cents"]), vat=bill["vat"],
    )  # fmt: skip
    order.lines = lines
    return order


def _goods(pool: Pool, result: Mapping[str, Any], me: str) -> list[OrderLine]:
    named = {str(line.id): line for line in pool.lines}
    found = []
    for line in result["lines"]:
        share = next((town for town in line["towns"] if town["town"] == me), None)
        if share is None or Decimal(share["quantity"]) == 0:
            continue
        known = named[line["id"]]
        price = line["unit_price_cents"]
        found.append(
            OrderLine(
                label=known.label, unit=known.unit, quantity=Decimal(share["quantity"]),
                unit_price_cents=None if price is None else Cents(price), vat_rate=known.vat_rate, ht_cents=Cents(share["ht_cents"]),
            )
        )  # fmt: skip
    return found


def _costs(result: Mapping[str, Any], offer: Mapping[str, Any], me: str) -> list[OrderLine]:
    described = offer.get("shared_costs", [])
    found = []
    for cost in result["shared_costs"]:
        share = next(town for town in cost["towns"] if town["town"] == me)
        known = described[int(cost["id"])]
        if share["ht_cents"]:
            found.append(
                OrderLine(
                    label=known["label"], unit=None, quantity=None, unit_price_cents=None,
                    vat_rate=Decimal(str(known["vat_rate"])), ht_cents=Cents(share["ht_cents"]),
                )
            )  # fmt: skip
    return found
