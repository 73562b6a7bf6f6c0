"""Reads of orders: the acting organisation's, as town or as supplier."""

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import selectinload

from marketplace.actor import Actor
from marketplace.db import ReadSession, Session, owned
from marketplace.errors import NotFound
from marketplace.ids import OrderId, PoolId
from procurement.orders.models import PurchaseOrder
from procurement.pools import scopes


async def mine(reads: ReadSession | Session, by: Actor) -> list[PurchaseOrder]:
    """My orders, the latest first."""
    del by
    found = await reads.scalars(
        select(PurchaseOrder)
        .where(parties(reads))
        .options(selectinload(PurchaseOrder.lines), selectinload(PurchaseOrder.town))
        .order_by(PurchaseOrder.id.desc())
    )
    return list(found)


async def of_pool(reads: ReadSession | Session, pool_id: PoolId) -> list[PurchaseOrder]:
    """The pool's orders that the asker may see, by number."""
    found = await reads.scalars(
        select(PurchaseOrder)
        .where(PurchaseOrder.pool_id == pool_id, _seen(reads))
        .options(selectinload(PurchaseOrder.lines), selectinload(PurchaseOrder.town))
        .order_by(PurchaseOrder.number)
    )
    return list(found)


async def one(reads: ReadSession | Session, order_id: OrderId) -> PurchaseOrder:
    """One order that the asker may see. Raises `NotFound`."""
    found = await reads.scalar(
        select(PurchaseOrder)
        .where(PurchaseOrder.id == order_id, _seen(reads))
        .options(selectinload(PurchaseOrder.lines), selectinload(PurchaseOrder.town))
    )
    if found is None:
        raise NotFound
    return found


def parties(session: ReadSession | Session) -> ColumnElement[bool]:
    """The orders of the acting town, or of the acting supplier."""
    return owned(session, PurchaseOrder.town_id, PurchaseOrder.supplier_id)


def _seen(session: ReadSession | Session) -> ColumnElement[bool]:
    return or_(parties(session), scopes.coordinates(session, PurchaseOrder.pool_id))
