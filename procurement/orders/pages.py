"""Pages: my orders, and one order from its issue to the service fait."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace import clock
from marketplace.actor import Actor, OrganisationKind
from marketplace.db import ReadSession, Session
from marketplace.errors import SignInNeeded
from marketplace.ids import OrderId
from marketplace.web import i18n
from marketplace.web.exports import both, table_file
from marketplace.web.forms import Form
from marketplace.web.pages import page, redirect
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_
from procurement.orders import fulfilling, queries
from procurement.orders.forms import IssueForm, RefusalForm
from procurement.orders.lifecycle import ORDER, ORDER_STATE_NAMES, OrderState
from procurement.orders.models import PurchaseOrder

PATH = (
    (OrderState.PREPARED, N_("Préparée"), N_("Calculée depuis l’attribution")),
    (OrderState.ISSUED, N_("Émise"), N_("Envoyée à l’entreprise, avec le numéro d’engagement")),
    (OrderState.DELIVERED, N_("Livrée"), N_("L’entreprise déclare la livraison")),
    (OrderState.ACCEPTED, N_("Service fait"), N_("La ville constate que tout est là")),
    (OrderState.INVOICED, N_("Facturée"), N_("Une facture, au montant de la commande")),
    (OrderState.PAID, N_("Payée"), N_("Par mandat, confirmé par l’entreprise")),
)


@get("/commandes")
async def list_orders(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    if not by.signed_in:
        raise SignInNeeded
    return page(
        request,
        "orders/list.html",
        orders=await queries.mine(reads, by),
        names=ORDER_STATE_NAMES,
        sells=by.kind is OrganisationKind.STARTUP,
    )


@get(both("/commandes"))
async def export_orders(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[bytes]:
    if not by.signed_in:
        raise SignInNeeded
    header = [
        N_("Numéro"),
        N_("Ville"),
        N_("Fournisseur"),
        N_("État"),
        N_("Engagement"),
        N_("HT (€)"),
        N_("TVA (€)"),
        N_("TTC (€)"),
    ]
    rows = [
        [
            order.number,
            order.town.name,
            order.supplier_name,
            i18n.translate(ORDER_STATE_NAMES[order.state]),
            order.engagement or "",
            *(Decimal(cents) / 100 for cents in (order.ht_cents, order.vat_cents, order.ttc_cents)),
        ]
        for order in await queries.mine(reads, by)
    ]
    return table_file(request, "commandes", header, rows)


@get("/commandes/{order_id:uuid}")
async def show(
    request: Request[Any, Any, Any], reads: Reads, by: By, order_id: FromPath[UUID]
) -> Response[str]:
    return await _show(request, reads, by, OrderId(order_id), Form())


@post("/commandes/{order_id:uuid}/emission", status_code=303)
async def issue(
    request: Request[Any, Any, Any], session: Writes, by: By, order_id: FromPath[UUID]
) -> Response[Any]:
    form = await Form.read(request, IssueForm)
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            await fulfilling.issue(
                session,
                OrderId(order_id),
                engagement=typed.engagement,
                service_code=typed.service_code,
                by=by,
                now=await clock.now(session),
            )
    if form.failed:
        return await _show(request, session, by, OrderId(order_id), form)
    return redirect(f"/commandes/{order_id}", N_("La commande est émise : l’entreprise la reçoit."))


@post("/commandes/{order_id:uuid}/livraison", status_code=303)
async def deliver(session: Writes, by: By, order_id: FromPath[UUID]) -> Redirect:
    await fulfilling.deliver(session, OrderId(order_id), by=by, now=await clock.now(session))
    return redirect(f"/commandes/{order_id}", N_("La livraison est déclarée : la ville la vérifie."))


@post("/commandes/{order_id:uuid}/service-fait", status_code=303)
async def accept(session: Writes, by: By, order_id: FromPath[UUID]) -> Redirect:
    await fulfilling.accept(session, OrderId(order_id), by=by, now=await clock.now(session))
    return redirect(
        f"/commandes/{order_id}", N_("Le service fait est constaté : la commande peut être facturée.")
    )


@post("/commandes/{order_id:uuid}/refus", status_code=303)
async def refuse(
    request: Request[Any, Any, Any], session: Writes, by: By, order_id: FromPath[UUID]
) -> Response[Any]:
    form = await Form.read(request, RefusalForm)
    async with form.attempt(session):
        if not form.failed:
            await fulfilling.refuse(
                session, OrderId(order_id), form.value().reason, by=by, now=await clock.now(session)
            )
    if form.failed:
        return await _show(request, session, by, OrderId(order_id), form)
    return redirect(f"/commandes/{order_id}", N_("Votre refus est transmis à l’entreprise."))


async def _show(
    request: Request[Any, Any, Any],
    reads: ReadSession | Session,
    by: Actor,
    order_id: OrderId,
    form: Form[Any],
) -> Response[str]:
    if not by.signed_in:
        raise SignInNeeded
    order = await queries.one(reads, order_id)
    return page(
        request,
        "orders/show.html",
        status=422 if form.failed else 200,
        order=order,
        form=form,
        names=ORDER_STATE_NAMES,
        allowed=ORDER.allowed(order.state, fulfilling.who(order, by)),
        buys=by.acts_for(order.town_id),
        steps=_steps(order),
    )


def _steps(order: PurchaseOrder) -> list[tuple[str, str, str]]:
    """The order's path: (done|now|"", what, said)."""
    states = [state for state, _, _ in PATH]
    at = states.index(order.state)
    return [
        (
            "done" if i <= at else "now" if i == at + 1 else "",
            i18n.translate(what),
            i18n.translate(said),
        )
        for i, (_, what, said) in enumerate(PATH)
    ]


HANDLERS = [list_orders, export_orders, show, issue, deliver, accept, refuse]
