"""What each piece of news says to whose software. Ids and public states only: what that organisation can read itself.

Runs with the worker's rights, which see every row: each job names its audience and takes no more than the declared fields.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from catalog.solutions.events import SheetReviewed
from catalog.solutions.models import Solution
from marketplace import clock
from marketplace.actor import Role
from marketplace.db import Session
from marketplace.ids import InvoiceId, OrderId, OrganisationId, PoolId
from marketplace.notifications.writing import TEAM_FOOTER, tell
from marketplace.webhooks.events import EndpointDisabled
from marketplace.webhooks.models import DISABLED_REASON_NAMES, WebhookEndpoint
from marketplace.webhooks.publishing import publish
from procurement.billing.events import InvoiceIssued, InvoicePaid
from procurement.billing.models import Invoice
from procurement.orders.events import OrderAccepted, OrderDelivered, OrderIssued, OrdersPrepared
from procurement.orders.models import PurchaseOrder
from procurement.pools.events import PoolMoved, TownInvited
from procurement.pools.lifecycle import PRESENT, MembershipState
from procurement.pools.models import Membership, Pool
from procurement.quotes.events import AwardNotified, ConsultationOpen
from procurement.quotes.lifecycle import QuoteState
from procurement.quotes.models import Award, Consultation, Invitation, Quote
from workers.tools import Tools

FOLLOWING = PRESENT | {MembershipState.INVITED}
"""A town that declined, withdrew or was left out is told of a pool no more."""


async def pool_moved(session: Session, event: PoolMoved, tools: Tools) -> None:
    del tools
    for town_id in await _towns_of(session, event.pool_id):
        await publish(
            session, town_id, "pool.phase_changed", {"pool_id": event.pool_id, "state": event.state},
            key=f"pool.phase_changed:{event.pool_id}:{event.state}:{event.moved_at.isoformat()}", now=event.moved_at,
        )  # fmt: skip


async def town_invited(session: Session, event: TownInvited, tools: Tools) -> None:
    del tools
    membership = await session.get(Membership, event.membership_id)
    if membership is not None:
        await publish(
            session, membership.town_id, "pool.invited",
            {"pool_id": event.pool_id, "membership_id": membership.id, "state": membership.state},
            key=f"pool.invited:{membership.id}", now=await clock.now(session),
        )  # fmt: skip


async def consultation_open(session: Session, event: ConsultationOpen, tools: Tools) -> None:
    del tools
    consultation = await session.get(Consultation, event.consultation_id)
    if consultation is None:
        return
    now = await clock.now(session)
    invited = await session.scalars(
        select(Invitation.startup_id)
        .where(Invitation.consultation_id == consultation.id)
        .order_by(Invitation.id)
    )
    for startup_id in invited:
        await publish(
            session, startup_id, "consultation.published",
            {"consultation_id": consultation.id, "state": consultation.state, "deadline_at": consultation.deadline_at},
            key=f"consultation.published:{consultation.id}", now=now,
        )  # fmt: skip


async def award_notified(session: Session, event: AwardNotified, tools: Tools) -> None:
    del tools
    award = await session.get(Award, event.award_id)
    if award is None:
        return
    now, key = await clock.now(session), f"award.notified:{award.id}"
    for town_id in await _towns_of(session, event.pool_id):
        data = {"pool_id": event.pool_id, "award_id": award.id, "state": "notified"}
        await publish(session, town_id, "award.notified", data, key=key, now=now)
    consultation_id = await session.scalar(select(Quote.consultation_id).where(Quote.id == award.quote_id))
    quotes = await session.scalars(
        select(Quote)
        .where(
            Quote.consultation_id == consultation_id,
            Quote.startup_id.is_not(None),
            Quote.state.in_([QuoteState.RETAINED, QuoteState.REJECTED]),
        )
        .order_by(Quote.id)
    )
    for quote in quotes:
        answer = {"consultation_id": consultation_id, "quote_id": quote.id, "state": quote.state}
        await publish(session, quote.startup_id, "award.notified", answer, key=key, now=now)


async def orders_prepared(session: Session, event: OrdersPrepared, tools: Tools) -> None:
    del tools
    orders = await session.scalars(
        select(PurchaseOrder).where(PurchaseOrder.pool_id == event.pool_id).order_by(PurchaseOrder.id)
    )
    now = await clock.now(session)
    for order in orders:
        await _order(session, order, "order.prepared", to=(order.town_id,), now=now)


async def order_issued(session: Session, event: OrderIssued, tools: Tools) -> None:
    del tools
    await _to_both(session, event.order_id, "order.issued")


async def order_delivered(session: Session, event: OrderDelivered, tools: Tools) -> None:
    del tools
    await _to_both(session, event.order_id, "order.delivered", again=event.delivered_at)


async def order_accepted(session: Session, event: OrderAccepted, tools: Tools) -> None:
    del tools
    await _to_both(session, event.order_id, "order.accepted")


async def invoice_issued(session: Session, event: InvoiceIssued, tools: Tools) -> None:
    del tools
    await _invoice(session, event.invoice_id, "invoice.issued")


async def invoice_paid(session: Session, event: InvoicePaid, tools: Tools) -> None:
    del tools
    await _invoice(session, event.invoice_id, "invoice.paid")


async def sheet_reviewed(session: Session, event: SheetReviewed, tools: Tools) -> None:
    """A revision was accepted or sent back: each such decision is told once."""
    del tools
    sheet = await session.get(Solution, event.solution_id)
    if sheet is None or sheet.startup_id is None:
        return
    kinds = {"accept": "solution.published", "request_changes": "solution.changes_requested"}
    if event.decision in kinds:
        kind = kinds[event.decision]
        await publish(
            session, sheet.startup_id, kind,
            {"solution_id": sheet.id, "slug": sheet.slug, "state": sheet.state, "revision": event.revision},
            key=f"{kind}:{sheet.id}:{event.revision}.{event.version}", now=await clock.now(session),
        )  # fmt: skip


async def endpoint_disabled(session: Session, event: EndpointDisabled, tools: Tools) -> None:
    """The mail to the organisation's administrators."""
    endpoint = await session.get(WebhookEndpoint, event.endpoint_id)
    if endpoint is None or endpoint.disabled_reason is None:
        return
    await tell(
        session, endpoint.organisation_id, key=event.key, roles=frozenset({Role.ADMIN}), footer=TEAM_FOOTER,
        subject=f"Webhook désactivé : {endpoint.name}",
        body=f"L’adresse {endpoint.url} ne reçoit plus rien : {DISABLED_REASON_NAMES[endpoint.disabled_reason]}.\n\n"
        "Le journal dit ce que votre serveur a répondu. Une fois le problème réglé, réactivez l’adresse, puis renvoyez ce qui "
        f"manque :\n\n{tools.settings.web.base_url}/organisation/webhooks/{endpoint.id}",
    )  # fmt: skip


async def _towns_of(session: Session, pool_id: PoolId) -> list[OrganisationId]:
    """The coordinator, and every town that is in or invited."""
    coordinator = await session.scalar(select(Pool.coordinator_id).where(Pool.id == pool_id))
    members = await session.scalars(
        select(Membership.town_id)
        .where(Membership.pool_id == pool_id, Membership.state.in_(FOLLOWING))
        .order_by(Membership.id)
    )
    return list(dict.fromkeys([*([coordinator] if coordinator else []), *members]))


async def _to_both(session: Session, order_id: OrderId, type: str, *, again: datetime | None = None) -> None:
    order = await session.get(PurchaseOrder, order_id)
    if order is not None:
        parties = (order.town_id, order.supplier_id)
        await _order(session, order, type, to=parties, now=await clock.now(session), again=again)


async def _order(
    session: Session,
    order: PurchaseOrder,
    type: str,
    *,
    to: tuple[UUID | None, ...],
    now: datetime,
    again: datetime | None = None,
) -> None:
    data = {"order_id": order.id, "pool_id": order.pool_id, "number": order.number, "state": order.state}
    key = f"{type}:{order.id}" + (f":{again.isoformat()}" if again else "")
    for organisation_id in to:
        if organisation_id is not None:
            await publish(session, OrganisationId(organisation_id), type, data, key=key, now=now)


async def _invoice(session: Session, invoice_id: InvoiceId, type: str) -> None:
    invoice = await session.get(Invoice, invoice_id)
    if invoice is None:
        return
    data = {
        "invoice_id": invoice.id, "order_id": invoice.order_id, "number": invoice.number, "state": invoice.state,
    }  # fmt: skip
    for organisation_id in (invoice.town_id, invoice.supplier_id):
        if organisation_id is not None:
            await publish(
                session, organisation_id, type, data, key=f"{type}:{invoice.id}", now=await clock.now(session)
            )
