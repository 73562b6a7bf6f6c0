"""Reads of invoices: the acting organisation's, as town or as supplier."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import or_, select

from marketplace.actor import Actor
from marketplace.db import ReadSession, Session
from marketplace.errors import NotFound
from marketplace.ids import InvoiceId
from procurement.billing.models import Invoice, MandatePayment


async def mine(reads: ReadSession | Session, by: Actor) -> list[Invoice]:
    """My invoices, the latest first."""
    found = await reads.scalars(
        select(Invoice)
        .where(or_(Invoice.town_id == by.organisation_id, Invoice.supplier_id == by.organisation_id))
        .order_by(Invoice.id.desc())
    )
    return list(found)


async def one(reads: ReadSession | Session, invoice_id: InvoiceId) -> Invoice:
    """One invoice that the asker may see. Raises `NotFound`."""
    found = await reads.get(Invoice, invoice_id)
    if found is None:
        raise NotFound
    return found


async def by_order(reads: ReadSession | Session, order_ids: Iterable[UUID]) -> dict[UUID, Invoice]:
    """The invoices of orders, by order id."""
    found = await reads.scalars(select(Invoice).where(Invoice.order_id.in_(list(order_ids))))
    return {invoice.order_id: invoice for invoice in found}


async def payments(reads: ReadSession | Session, invoice_id: InvoiceId) -> list[MandatePayment]:
    """The mandats recorded for an invoice, the latest first."""
    found = await reads.scalars(
        select(MandatePayment)
        .where(MandatePayment.invoice_id == invoice_id)
        .order_by(MandatePayment.id.desc())
    )
    return list(found)
