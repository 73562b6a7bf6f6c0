"""Paid by mandat: the town's accountant records it, the supplier confirms that the money came, or says it did not."""

from datetime import datetime

from sqlalchemy import select

from marketplace import audit, clock, lifecycle, outbox
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import Session
from marketplace.errors import Conflict, FieldError, Invalid, NotFound, wrong
from marketplace.ids import InvoiceId
from marketplace.money import euros
from marketplace.words import N_
from procurement.billing.events import InvoicePaid
from procurement.billing.lifecycle import INVOICE, Who
from procurement.billing.models import Invoice, MandatePayment
from procurement.billing.queries import parties
from procurement.billing.schemas import PaymentIn
from procurement.orders import fulfilling
from procurement.orders.lifecycle import ORDER


class SamePerson(Conflict):
    """Whoever recorded a payment does not confirm it."""

    code = "same_person"
    sentence = N_("Une autre personne que celle qui a enregistré le mandat doit confirmer le paiement.")


async def record(
    session: Session, invoice_id: InvoiceId, payment: PaymentIn, *, by: Actor, now: datetime
) -> MandatePayment:
    """Record the mandat that pays an invoice, whole. Raises `Invalid` for a wrong amount or date."""
    invoice = await locked_invoice(session, invoice_id)
    INVOICE.check(invoice.state, "mandate", who(invoice, by))
    faults: list[FieldError] = []
    if payment.cents != invoice.ttc_cents:
        faults.append(
            wrong(
                "cents",
                N_("Le mandat paie la facture entière : {expected}."),
                code="amount",
                expected=euros(invoice.ttc_cents),
            )
        )
    if payment.paid_on > clock.paris_day(now):
        faults.append(wrong("paid_on", N_("Donnez la date d’un mandat déjà émis."), code="future"))
    if payment.paid_on < invoice.issued_on:
        faults.append(
            wrong(
                "paid_on",
                N_("Le mandat suit la facture, datée du {day}."),
                code="order",
                day=invoice.issued_on.strftime("%d/%m/%Y"),
            )
        )
    if faults:
        raise Invalid(faults)
    recorded = MandatePayment(
        invoice_id=invoice.id, town_id=invoice.town_id, supplier_id=invoice.supplier_id, number=payment.number, slip=payment.slip,
        paid_on=payment.paid_on, cents=payment.cents, recorded_by=by.person_id,
    )  # fmt: skip
    session.add(recorded)
    await session.flush()
    await lifecycle.apply(
        session,
        INVOICE,
        invoice,
        "mandate",
        who=who(invoice, by),
        by=by,
        now=now,
        facts={"mandat": payment.number},
    )
    return recorded


async def confirm(session: Session, invoice_id: InvoiceId, *, by: Actor, now: datetime) -> Invoice:
    """The supplier confirms that the money came: the order is paid. Raises `SamePerson`."""
    invoice = await locked_invoice(session, invoice_id)
    INVOICE.check(invoice.state, "confirm", who(invoice, by))
    payment = await _pending(session, invoice)
    if payment.recorded_by == by.person_id:
        raise SamePerson
    payment.confirmed_by, payment.confirmed_at = by.person_id, now
    await lifecycle.apply(session, INVOICE, invoice, "confirm", who=who(invoice, by), by=by, now=now)
    order = await fulfilling.locked_order(session, invoice.order_id)
    await lifecycle.apply(session, ORDER, order, "pay", who=fulfilling.who(order, by), by=by, now=now)
    outbox.record(session, InvoicePaid(invoice_id=invoice.id, pool_id=invoice.pool_id))
    return invoice


async def dispute(
    session: Session, invoice_id: InvoiceId, reason: str, *, by: Actor, now: datetime
) -> Invoice:
    """The supplier did not receive the money: the invoice is due again, and the town is told why."""
    invoice = await locked_invoice(session, invoice_id)
    INVOICE.check(invoice.state, "dispute", who(invoice, by))
    payment = await _pending(session, invoice)
    payment.disputed_at, payment.reason = now, reason
    await lifecycle.apply(
        session, INVOICE, invoice, "dispute", who=who(invoice, by), by=by, now=now, facts={"reason": reason}
    )
    audit.note(session, by, "payment.dispute", "mandate_payment", payment.id, after={"reason": reason})
    return invoice


async def locked_invoice(session: Session, invoice_id: InvoiceId) -> Invoice:
    """The invoice, locked, for one of its parties. Raises `NotFound`."""
    found = await session.scalar(
        select(Invoice).where(Invoice.id == invoice_id, parties(session)).with_for_update()
    )
    if found is None:
        raise NotFound
    return found


def who(invoice: Invoice, by: Actor) -> set[Who]:
    """What `by` is to the invoice. A supplier without an account here is spoken for by the town."""
    found: set[Who] = set()
    if by.acts_for(invoice.town_id) and by.has(OrganisationKind.TOWN, Role.ACCOUNTANT, Role.ADMIN):
        found.add(Who.TOWN_ACCOUNTANT)
        if invoice.supplier_id is None:
            found.add(Who.SUPPLIER)
    if by.acts_for(invoice.supplier_id) and by.has(OrganisationKind.STARTUP, Role.SELLER, Role.ADMIN):
        found.add(Who.SUPPLIER)
    return found


async def _pending(session: Session, invoice: Invoice) -> MandatePayment:
    found = await session.scalar(
        select(MandatePayment)
        .where(
            MandatePayment.invoice_id == invoice.id,
            MandatePayment.confirmed_at.is_(None),
            MandatePayment.disputed_at.is_(None),
        )
        .order_by(MandatePayment.id.desc())
        .limit(1)
        .with_for_update()
    )
    if found is None:
        raise NotFound
    return found
