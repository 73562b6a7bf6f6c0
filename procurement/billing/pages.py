"""Pages: my invoices, one invoice and its payment, a supplier's own invoice, its billing mandate."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace import clock
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import ReadSession, Session
from marketplace.errors import SignInNeeded, wrong
from marketplace.files import accepting
from marketplace.files.kinds import Kind
from marketplace.ids import InvoiceId, OrderId
from marketplace.web import i18n
from marketplace.web.creating import creating
from marketplace.web.exports import both, table_file
from marketplace.web.forms import Form
from marketplace.web.limits import UPLOAD_LIMIT
from marketplace.web.pages import page, redirect
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_
from procurement.billing import invoicing, mandates, paying, queries
from procurement.billing.forms import FIELDS, DisputeForm, InvoiceForm, MandateForm, PaymentForm
from procurement.billing.lifecycle import INVOICE, INVOICE_STATE_NAMES
from procurement.orders import fulfilling
from procurement.orders import queries as orders
from procurement.orders.lifecycle import ORDER


@get("/factures")
async def list_invoices(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    if not by.signed_in:
        raise SignInNeeded
    return page(
        request,
        "billing/list.html",
        invoices=await queries.mine(reads, by),
        orders={order.id: order for order in await orders.mine(reads, by)},
        names=INVOICE_STATE_NAMES,
        sells=by.kind is OrganisationKind.STARTUP,
    )


@get(both("/factures"))
async def export_invoices(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[bytes]:
    if not by.signed_in:
        raise SignInNeeded
    known = {order.id: order for order in await orders.mine(reads, by)}
    header = [
        N_("Numéro"),
        N_("Commande"),
        N_("Ville"),
        N_("Fournisseur"),
        N_("Date"),
        N_("Échéance"),
        N_("État"),
        N_("HT (€)"),
        N_("TVA (€)"),
        N_("TTC (€)"),
    ]
    rows = [
        [
            invoice.number, known[invoice.order_id].number, known[invoice.order_id].town.name,
            known[invoice.order_id].supplier_name, invoice.issued_on, invoice.due_on,
            i18n.translate(INVOICE_STATE_NAMES[invoice.state]),
            *(Decimal(cents) / 100 for cents in (invoice.ht_cents, invoice.vat_cents, invoice.ttc_cents)),
        ]
        for invoice in await queries.mine(reads, by)
    ]  # fmt: skip
    return table_file(request, "factures", header, rows)


@get("/factures/{invoice_id:uuid}")
async def show(
    request: Request[Any, Any, Any], reads: Reads, by: By, invoice_id: FromPath[UUID]
) -> Response[str]:
    return await _show(request, reads, by, InvoiceId(invoice_id), Form())


@post("/factures/{invoice_id:uuid}/mandat", status_code=303)
@creating
async def record_payment(
    request: Request[Any, Any, Any], session: Writes, by: By, invoice_id: FromPath[UUID]
) -> Response[Any]:
    form = await Form.read(request, PaymentForm)
    async with form.attempt(session, names=FIELDS):
        if not form.failed:
            await paying.record(
                session, InvoiceId(invoice_id), form.value().payment(), by=by, now=await clock.now(session)
            )
    if form.failed:
        return await _show(request, session, by, InvoiceId(invoice_id), form)
    return redirect(f"/factures/{invoice_id}", N_("Le mandat est enregistré : l’entreprise confirmera."))


@post("/factures/{invoice_id:uuid}/confirmation", status_code=303)
async def confirm_payment(session: Writes, by: By, invoice_id: FromPath[UUID]) -> Redirect:
    await paying.confirm(session, InvoiceId(invoice_id), by=by, now=await clock.now(session))
    return redirect(f"/factures/{invoice_id}", N_("Le paiement est confirmé."))


@post("/factures/{invoice_id:uuid}/contestation", status_code=303)
async def dispute_payment(
    request: Request[Any, Any, Any], session: Writes, by: By, invoice_id: FromPath[UUID]
) -> Response[Any]:
    form = await Form.read(request, DisputeForm)
    async with form.attempt(session):
        if not form.failed:
            await paying.dispute(
                session, InvoiceId(invoice_id), form.value().reason, by=by, now=await clock.now(session)
            )
    if form.failed:
        return await _show(request, session, by, InvoiceId(invoice_id), form)
    return redirect(f"/factures/{invoice_id}", N_("La ville est prévenue que le paiement n’est pas arrivé."))


@get("/commandes/{order_id:uuid}/facture")
async def invoice_of_order(
    request: Request[Any, Any, Any], reads: Reads, by: By, order_id: FromPath[UUID]
) -> Response[Any]:
    """The order's invoice, or the form to give it."""
    found = (await queries.by_order(reads, [order_id])).get(order_id)
    if found is not None:
        return redirect(f"/factures/{found.id}")
    return await _give(request, reads, by, OrderId(order_id), Form())


@post("/commandes/{order_id:uuid}/facture", status_code=303, request_max_body_size=UPLOAD_LIMIT)
@creating
async def give_invoice(
    request: Request[Any, Any, Any], session: Writes, by: By, order_id: FromPath[UUID]
) -> Response[Any]:
    form = await Form.read(request, InvoiceForm)
    pdf = await accepting.offered(request, (await request.form()).get("file"), allowed={Kind.PDF})
    given = None
    async with form.attempt(session, names=FIELDS):
        if not form.failed:
            given = await invoicing.record_own(
                session, OrderId(order_id), form.value().invoice(), pdf,
                folder=request.app.state.settings.files_dir, by=by, now=await clock.now(session),
            )  # fmt: skip
    if given is None:
        return await _give(request, session, by, OrderId(order_id), form)
    return redirect(f"/factures/{given.id}", N_("La facture est déposée : la ville la reçoit."))


@get("/espace-entreprise/mandat")
async def mandate_page(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    return await _mandate(request, reads, by, Form())


@post("/espace-entreprise/mandat", status_code=303)
@creating
async def give_mandate(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    form = await Form.read(request, MandateForm)
    if not form.failed and not form.value().agreed:
        form = Form(form.raw, faults=[wrong("agreed", N_("Cochez la case pour donner le mandat."), code="required")])  # fmt: skip
    async with form.attempt(session):
        if not form.failed:
            await mandates.give(session, form.value().prefix, by=by, now=await clock.now(session))
    if form.failed:
        return await _mandate(request, session, by, form)
    return redirect("/espace-entreprise/mandat", N_("Le mandat est donné."))


@post("/espace-entreprise/mandat/revocation", status_code=303)
async def revoke_mandate(session: Writes, by: By) -> Redirect:
    await mandates.revoke(session, by=by, now=await clock.now(session))
    return redirect(
        "/espace-entreprise/mandat", N_("Le mandat est révoqué. Les factures déjà émises restent.")
    )


async def _show(
    request: Request[Any, Any, Any],
    reads: ReadSession | Session,
    by: Actor,
    invoice_id: InvoiceId,
    form: Form[Any],
) -> Response[str]:
    if not by.signed_in:
        raise SignInNeeded
    invoice = await queries.one(reads, invoice_id)
    order = await orders.one(reads, OrderId(invoice.order_id))
    return page(
        request,
        "billing/show.html",
        status=422 if form.failed else 200,
        form=form,
        invoice=invoice,
        order=order,
        payments=await queries.payments(reads, invoice.id),
        names=INVOICE_STATE_NAMES,
        allowed=INVOICE.allowed(invoice.state, paying.who(invoice, by)),
        buys=by.acts_for(invoice.town_id),
    )


async def _give(
    request: Request[Any, Any, Any],
    reads: ReadSession | Session,
    by: Actor,
    order_id: OrderId,
    form: Form[Any],
) -> Response[str]:
    if not by.signed_in:
        raise SignInNeeded
    order = await orders.one(reads, order_id)
    return page(
        request,
        "billing/give.html",
        status=422 if form.failed else 200,
        form=form,
        order=order,
        may="invoice" in ORDER.allowed(order.state, fulfilling.who(order, by)),
        buys=by.acts_for(order.town_id),
        mandate=await mandates.live_mandate(reads, order.supplier_id),
    )


async def _mandate(
    request: Request[Any, Any, Any], reads: ReadSession | Session, by: Actor, form: Form[Any]
) -> Response[str]:
    supplier_id = by.require(OrganisationKind.STARTUP, Role.SELLER, Role.ADMIN)
    return page(
        request,
        "billing/mandate.html",
        status=422 if form.failed else 200,
        form=form,
        mandate=await mandates.live_mandate(reads, supplier_id),
        text=mandates.TEXT,
        version=mandates.TEXT_VERSION,
    )


HANDLERS = [
    list_invoices, export_invoices, show, record_payment, confirm_payment, dispute_payment, invoice_of_order, give_invoice,
    mandate_page, give_mandate, revoke_mandate,
]  # fmt: skip
