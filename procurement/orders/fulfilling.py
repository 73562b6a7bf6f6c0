"""A town issues its order; the supplier delivers; the town accepts (service fait) or says what is wrong."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace import lifecycle
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import Session
from marketplace.errors import NotFound
from marketplace.ids import OrderId
from procurement.orders.events import OrderAccepted, OrderDelivered, OrderIssued
from procurement.orders.lifecycle import ORDER, Who
from procurement.orders.models import PurchaseOrder
from procurement.orders.queries import parties


async def issue(
    session: Session,
    order_id: OrderId,
    *,
    engagement: str,
    service_code: str | None,
    by: Actor,
    now: datetime,
) -> PurchaseOrder:
    """Send the order, with the town's engagement number (and Chorus Pro service code when it has one)."""
    order = await locked_order(session, order_id)
    order.engagement, order.service_code = engagement, service_code
    order.issued_at = now
    return await _move(session, order, "issue", by=by, now=now, event=OrderIssued(order_id=order.id))


async def deliver(session: Session, order_id: OrderId, *, by: Actor, now: datetime) -> PurchaseOrder:
    """The supplier says that all is delivered."""
    order = await locked_order(session, order_id)
    order.delivered_at, order.refusal = now, None
    event = OrderDelivered(order_id=order.id, delivered_at=now)
    return await _move(session, order, "deliver", by=by, now=now, event=event)


async def refuse(
    session: Session, order_id: OrderId, reason: str, *, by: Actor, now: datetime
) -> PurchaseOrder:
    """The town says what is missing or wrong: the order is to be delivered again."""
    order = await locked_order(session, order_id)
    order.refusal, order.delivered_at = reason, None
    return await _move(session, order, "refuse", by=by, now=now)


async def accept(session: Session, order_id: OrderId, *, by: Actor, now: datetime) -> PurchaseOrder:
    """The town certifies the service fait: an act of a named person, dated."""
    order = await locked_order(session, order_id)
    order.accepted_at, order.accepted_by = now, by.person_id
    return await _move(session, order, "accept", by=by, now=now, event=OrderAccepted(order_id=order.id))


async def locked_order(session: Session, order_id: OrderId) -> PurchaseOrder:
    """The order with its lines and town, locked, for one of its parties. Raises `NotFound`."""
    found = await session.scalar(
        select(PurchaseOrder)
        .where(PurchaseOrder.id == order_id, parties(session))
        .options(selectinload(PurchaseOrder.lines), selectinload(PurchaseOrder.town))
        .with_for_update(of=PurchaseOrder)
    )
    if found is None:
        raise NotFound
    return found


def who(order: PurchaseOrder, by: Actor) -> set[Who]:
    """What `by` is to the order. A supplier without an account here is spoken for by the town."""
    found: set[Who] = set()
    if by.channel == "system":
        found.add(Who.TIMER)
    if by.acts_for(order.town_id) and by.has(
        OrganisationKind.TOWN, Role.AGENT, Role.ACCOUNTANT, Role.SIGNATORY, Role.ADMIN
    ):
        found.add(Who.TOWN)
        if order.supplier_id is None:
            found.add(Who.SUPPLIER)
    if by.acts_for(order.supplier_id) and by.has(OrganisationKind.STARTUP, Role.SELLER, Role.ADMIN):
        found.add(Who.SUPPLIER)
    return found


async def _move(
    session: Session,
    order: PurchaseOrder,
    name: str,
    *,
    by: Actor,
    now: datetime,
    event: OrderIssued | OrderDelivered | OrderAccepted | None = None,
) -> PurchaseOrder:
    await lifecycle.apply(session, ORDER, order, name, who=who(order, by), by=by, now=now, event=event)
    return order
