"""Reads of invoices: the acting organisation's, as town or as supplier."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from marketplace.actor import Actor
from marketplace.db import ReadSession, Session, owned
from marketplace.errors import NotFound
from marketplace.ids import InvoiceId
from procurement.billing.models import Invoice, MandatePayment
from procurement.pools import scopes


async def mine(reads: ReadSession | Session, by: Actor) -> list[Invoice]:
    """My invoices, the latest first."""
    del by
    found = await reads.scalars(select(Invoice).where(parties(reads)).order_by(Invoice.id.desc()))
    return list(found)


async def one(reads: ReadSession | Session, invoice_id: InvoiceId) -> Invoice:
    """One invoice that the asker may see. Raises `NotFound`."""
    found = await reads.scalar(select(Invoice).where(Invoice.id == invoice_id, _seen(reads)))
    if found is None:
        raise NotFound
    return found


async def by_order(reads: ReadSession | Session, order_ids: Iterable[UUID]) -> dict[UUID, Invoice]:
    """The invoices of orders that the asker may see, by order id."""
    found = await reads.scalars(select(Invoice).where(Invoice.order_id.in_(list(order_ids)), _seen(reads)))
    return {invoice.order_id: invoice for invoice in found}


async def payments(reads: ReadSession | Session, invoice_id: InvoiceId) -> list[MandatePayment]:
    """The mandats recorded for an invoice, the latest first: for its parties."""
    found = await reads.scalars(
        select(MandatePayment)
        .where(
            MandatePayment.invoice_id == invoice_id,
            owned(reads, MandatePayment.town_id, MandatePayment.supplier_id),
        )
        .order_by(MandatePayment.id.desc())
    )
    return list(found)


def parties(session: ReadSession | Session) -> ColumnElement[bool]:
    """The invoices of the acting town, or of the acting supplier."""
    return owned(session, Invoice.town_id, Invoice.supplier_id)


def _seen(session: ReadSession | Session) -> ColumnElement[bool]:
    return or_(parties(session), scopes.coordinates(session, Invoice.pool_id))
