"""One invoice for one accepted order, its amounts equal to the order's: the supplier's own, or ours under its mandate."""

from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from marketplace import audit, clock, lifecycle, outbox
from marketplace.actor import SYSTEM, Actor
from marketplace.db import Session
from marketplace.errors import FieldError, Invalid, wrong
from marketplace.files.accepting import Accepted
from marketplace.files.storage import store
from marketplace.ids import OrderId, new_id
from marketplace.money import euros
from marketplace.words import N_
from procurement import compass
from procurement.billing.events import InvoiceIssued
from procurement.billing.lifecycle import InvoiceState
from procurement.billing.mandates import live_mandate
from procurement.billing.models import Invoice, InvoiceSeries, IssuedBy
from procurement.billing.schemas import OwnInvoice
from procurement.orders.fulfilling import locked_order, who
from procurement.orders.lifecycle import ORDER, OrderState
from procurement.orders.models import PurchaseOrder


async def record_own(
    session: Session,
    order_id: OrderId,
    given: OwnInvoice,
    sent: Accepted | Invalid | None,
    *,
    folder: Path,
    by: Actor,
    now: datetime,
) -> Invoice:
    """Take in the supplier's own invoice: its number, its amounts and its PDF. Raises `Invalid` for each that disagrees.

    `sent` is the PDF, or why it was refused.
    """
    order = await locked_order(session, order_id)
    ORDER.check(order.state, "invoice", who(order, by))
    pdf = _refuse_wrong(order, given, sent, today=clock.paris_day(now))
    file = await store(
        session, folder, pdf.content, name=f"facture-{order.number.lower()}.pdf", media_type=pdf.media_type,
        organisation_id=by.organisation_id, shared_with=order.town_id, declared_type=pdf.declared_type, scanned_at=pdf.scanned_at,
    )  # fmt: skip
    invoice = _invoice(order, IssuedBy.SUPPLIER, given.number, given.issued_on, now)
    invoice.file_id = file.id
    session.add(invoice)
    try:
        await session.flush()
    except IntegrityError:
        raise Invalid([wrong("number", N_("Ce numéro de facture a déjà servi."), code="duplicate")]) from None
    await lifecycle.apply(
        session,
        ORDER,
        order,
        "invoice",
        who=who(order, by),
        by=by,
        now=now,
        facts={"invoice": invoice.number},
    )
    _announce(session, invoice, by)
    return invoice


async def issue_under_mandate(session: Session, order_id: OrderId, *, now: datetime) -> Invoice | None:
    """Issue the supplier's invoice in its series, if it gave a mandate. Does nothing otherwise, nor the second time."""
    order = await locked_order(session, order_id)
    mandate = await live_mandate(session, order.supplier_id) if order.supplier_id else None
    if mandate is None or order.state is not OrderState.ACCEPTED:
        return None
    issued_on = clock.paris_day(now)
    number = await _next_number(session, mandate.prefix, issued_on.year, order)
    invoice = _invoice(order, IssuedBy.MANDATE, number, issued_on, now)
    session.add(invoice)
    await session.flush()
    await lifecycle.apply(
        session,
        ORDER,
        order,
        "invoice",
        who=who(order, SYSTEM),
        by=SYSTEM,
        now=now,
        facts={"invoice": number},
    )
    _announce(session, invoice, SYSTEM)
    return invoice


def _announce(session: Session, invoice: Invoice, by: Actor) -> None:
    audit.note(
        session,
        by,
        "invoice.issue",
        "invoice",
        invoice.id,
        after={"number": invoice.number, "ttc_cents": int(invoice.ttc_cents)},
    )
    outbox.record(session, InvoiceIssued(invoice_id=invoice.id))


async def _next_number(session: Session, prefix: str, year: int, order: PurchaseOrder) -> str:
    """The next number of the series. The row's lock is held to the commit, so a rollback leaves no gap."""
    last = await session.scalar(
        insert(InvoiceSeries)
        .values(prefix=prefix, year=year, supplier_id=order.supplier_id, last=1)
        .on_conflict_do_update(index_elements=["prefix", "year"], set_={"last": InvoiceSeries.last + 1})
        .returning(InvoiceSeries.last)
    )
    return f"{prefix}-{year}-{last:05d}"


def _invoice(
    order: PurchaseOrder, issued_by: IssuedBy, number: str, issued_on: date, now: datetime
) -> Invoice:
    return Invoice(
        id=new_id(), order_id=order.id, pool_id=order.pool_id, town_id=order.town_id, supplier_id=order.supplier_id,
        issued_by=issued_by, number=number, issued_on=issued_on,
        due_on=issued_on + timedelta(days=compass.value_of("delai-paiement", issued_on)),
        state=InvoiceState.ISSUED, state_since=now, ht_cents=order.ht_cents, vat_cents=order.vat_cents, ttc_cents=order.ttc_cents,
        vat=order.vat,
    )  # fmt: skip


def _refuse_wrong(
    order: PurchaseOrder, given: OwnInvoice, sent: Accepted | Invalid | None, *, today: date
) -> Accepted:
    faults: list[FieldError] = []
    for name, expected in (
        ("ht_cents", order.ht_cents),
        ("vat_cents", order.vat_cents),
        ("ttc_cents", order.ttc_cents),
    ):
        if getattr(given, name) != expected:
            faults.append(
                wrong(
                    name,
                    N_("Ce montant n’est pas celui de la commande : {expected}."),
                    code="amount",
                    expected=euros(expected),
                )
            )
    if given.issued_on > today:
        faults.append(
            wrong(
                "issued_on",
                N_("Une facture n’est pas datée de demain : donnez la date d’aujourd’hui au plus tard."),
                code="future",
            )
        )
    if order.accepted_at is not None and given.issued_on < clock.paris_day(order.accepted_at):
        faults.append(wrong("issued_on", N_("La facture suit le service fait, constaté le {day}."), code="order",
                            day=clock.paris_day(order.accepted_at).strftime("%d/%m/%Y")))  # fmt: skip
    if sent is None:
        faults.append(wrong("file", N_("Joignez la facture en PDF."), code="required"))
    elif isinstance(sent, Invalid):
        faults += sent.fields
    if faults or not isinstance(sent, Accepted):
        raise Invalid(faults)
    return sent


async def of_order(session: Session, order_id: OrderId) -> Invoice | None:
    """The order's invoice, if there is one."""
    found: Invoice | None = await session.scalar(select(Invoice).where(Invoice.order_id == order_id))
    return found
