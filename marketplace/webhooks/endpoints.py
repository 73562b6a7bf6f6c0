"""Saying where an organisation wants to be told: its administrators add, change, test, renew the secret, disable, remove."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from marketplace import audit
from marketplace.actor import Actor, Role
from marketplace.db import Session
from marketplace.errors import Conflict, FieldError, Invalid, NotFound, SignInNeeded, wrong
from marketplace.ids import OrganisationId, new_id
from marketplace.webhooks import delivering, secret_box
from marketplace.webhooks.event_types import TEST, unknown_among
from marketplace.webhooks.guard import AddressRefused, Guard
from marketplace.webhooks.models import DeliveryState, DisabledReason, WebhookDelivery, WebhookEndpoint
from marketplace.webhooks.publishing import delivery_values
from marketplace.words import N_

AT_MOST = 10
OVERLAP = timedelta(hours=24)


class TooManyEndpoints(Conflict):
    code = "too_many_endpoints"
    sentence = N_("Votre organisation a déjà {limit} adresses : retirez-en une avant d’en ajouter.")


class EndpointIsDisabled(Conflict):
    code = "endpoint_disabled"
    sentence = N_("Cette adresse est désactivée : réactivez-la d’abord.")


class BeingSent(Conflict):
    code = "delivery_in_hand"
    sentence = N_("Cet envoi est en cours : attendez son résultat.")


def administered(by: Actor) -> OrganisationId:
    """The organisation whose webhooks `by` administers. Raises `SignInNeeded` or `RoleNeeded`."""
    by.require_role(Role.ADMIN)
    if by.organisation_id is None:
        raise SignInNeeded
    return by.organisation_id


async def add(
    session: Session,
    guard: Guard,
    web_secret: str,
    *,
    name: str,
    url: str,
    events: Collection[str],
    by: Actor,
) -> tuple[WebhookEndpoint, str]:
    """A new endpoint and its secret, which is never shown again. Raises `Invalid`, naming every field, and `TooManyEndpoints`."""
    organisation_id = administered(by)
    await _check(guard, url=url, events=events, by=by)
    mine = select(func.count()).where(WebhookEndpoint.organisation_id == organisation_id)
    if (await session.scalar(mine) or 0) >= AT_MOST:
        raise TooManyEndpoints(limit=AT_MOST)
    endpoint_id, secret = new_id(), secret_box.new_secret()
    endpoint = WebhookEndpoint(
        id=endpoint_id, organisation_id=organisation_id, made_by=by.person_id, name=name, url=url,
        events=sorted(set(events)), secret=secret_box.seal(web_secret, endpoint_id, secret),
    )  # fmt: skip
    session.add(endpoint)
    await session.flush()
    audit.note(
        session, by, "webhook.add", "webhook_endpoint", endpoint.id,
        after={"url": url, "events": endpoint.events},
    )  # fmt: skip
    return endpoint, secret


async def change(
    session: Session,
    guard: Guard,
    endpoint_id: UUID,
    *,
    name: str,
    url: str,
    events: Collection[str],
    by: Actor,
) -> WebhookEndpoint:
    """Change where and about what. Raises `NotFound`, `Invalid`."""
    administered(by)
    await find(session, endpoint_id, by=by)
    await _check(guard, url=url, events=events, by=by)
    endpoint = await _locked(session, endpoint_id, by)
    before = {"url": endpoint.url, "events": endpoint.events}
    endpoint.name, endpoint.url, endpoint.events = name, url, sorted(set(events))
    await session.flush()
    audit.note(
        session, by, "webhook.change", "webhook_endpoint", endpoint.id,
        before=before, after={"url": url, "events": endpoint.events},
    )  # fmt: skip
    return endpoint


async def rotate(
    session: Session, web_secret: str, endpoint_id: UUID, *, by: Actor, now: datetime
) -> tuple[WebhookEndpoint, str]:
    """A new secret. For 24 hours both sign, so that the receiver can change without losing anything. Raises `NotFound`."""
    endpoint = await _locked(session, endpoint_id, by)
    secret = secret_box.new_secret()
    try:
        secret_box.unseal(web_secret, endpoint.id, endpoint.secret)
        endpoint.previous_secret, endpoint.previous_until = endpoint.secret, now + OVERLAP
    except secret_box.SecretLost:
        endpoint.previous_secret, endpoint.previous_until = None, None
    endpoint.secret = secret_box.seal(web_secret, endpoint.id, secret)
    await session.flush()
    audit.note(session, by, "webhook.rotate", "webhook_endpoint", endpoint.id)
    return endpoint, secret


async def disable(session: Session, endpoint_id: UUID, *, by: Actor, now: datetime) -> WebhookEndpoint:
    """Stop sending. Doing it twice changes nothing. Raises `NotFound`."""
    endpoint = await _locked(session, endpoint_id, by)
    if endpoint.enabled:
        await delivering.disable(session, endpoint, DisabledReason.PERSON, by=by, now=now)
    return endpoint


async def enable(session: Session, guard: Guard, endpoint_id: UUID, *, by: Actor) -> WebhookEndpoint:
    """Send again, what is new from now on. The address is checked anew. Raises `NotFound`, `AddressRefused`."""
    found = await find(session, endpoint_id, by=by)
    await guard.check(found.url)
    endpoint = await _locked(session, endpoint_id, by)
    if not endpoint.enabled:
        endpoint.disabled_at = endpoint.disabled_reason = endpoint.failing_since = None
        await session.flush()
        audit.note(session, by, "webhook.enable", "webhook_endpoint", endpoint.id)
    return endpoint


async def remove(session: Session, endpoint_id: UUID, *, by: Actor) -> None:
    """Forget an endpoint and its log. Raises `NotFound`."""
    endpoint = await _locked(session, endpoint_id, by)
    audit.note(session, by, "webhook.remove", "webhook_endpoint", endpoint.id, before={"url": endpoint.url})
    await session.delete(endpoint)
    await session.flush()


async def test(session: Session, endpoint_id: UUID, *, by: Actor, now: datetime) -> WebhookDelivery:
    """Queue an event that means nothing. Raises `NotFound`, `EndpointIsDisabled`."""
    endpoint = await _locked(session, endpoint_id, by)
    if not endpoint.enabled:
        raise EndpointIsDisabled
    event_id = new_id()
    delivery = WebhookDelivery(
        **delivery_values(
            endpoint.id, endpoint.organisation_id, event_id, TEST, {"endpoint_id": endpoint.id},
            key=f"{TEST}:{event_id}", now=now,
        )
    )  # fmt: skip
    session.add(delivery)
    await session.flush()
    audit.note(session, by, "webhook.test", "webhook_endpoint", endpoint.id)
    return delivery


async def redeliver(
    session: Session, endpoint_id: UUID, delivery_id: UUID, *, by: Actor, now: datetime
) -> WebhookDelivery:
    """Send again now, under the same `webhook-id`, with the whole timetable before it. Raises `NotFound`, `BeingSent`."""
    endpoint = await _locked(session, endpoint_id, by)
    delivery = await session.scalar(
        select(WebhookDelivery)
        .where(WebhookDelivery.id == delivery_id, WebhookDelivery.endpoint_id == endpoint.id)
        .with_for_update()
    )
    if delivery is None:
        raise NotFound
    if not endpoint.enabled:
        raise EndpointIsDisabled
    if delivery.state is DeliveryState.SENDING:
        raise BeingSent
    delivery.state, delivery.step, delivery.next_at = DeliveryState.PENDING, 0, now
    await session.flush()
    audit.note(session, by, "webhook.redeliver", "webhook_delivery", delivery.id)
    return delivery


async def find(session: Session, endpoint_id: UUID, *, by: Actor) -> WebhookEndpoint:
    """One endpoint of the acting administrator's organisation. Raises `NotFound`."""
    found = await session.scalar(
        select(WebhookEndpoint).where(
            WebhookEndpoint.id == endpoint_id, WebhookEndpoint.organisation_id == administered(by)
        )
    )
    if found is None:
        raise NotFound
    return found


async def _locked(session: Session, endpoint_id: UUID, by: Actor) -> WebhookEndpoint:
    found = await session.scalar(
        select(WebhookEndpoint)
        .where(WebhookEndpoint.id == endpoint_id, WebhookEndpoint.organisation_id == administered(by))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


async def _check(guard: Guard, *, url: str, events: Collection[str], by: Actor) -> None:
    faults: list[FieldError] = []
    try:
        await guard.check(url)
    except AddressRefused as refusal:
        faults += refusal.fields
    if unknown := unknown_among(events, by.kind):
        faults.append(
            wrong(
                "events", N_("Ces événements n’existent pas pour votre organisation : {names}."),
                code="unknown_event", names=", ".join(unknown),
            )
        )  # fmt: skip
    if not events:
        faults.append(wrong("events", N_("Choisissez au moins un événement."), code="required"))
    if faults:
        raise Invalid(faults)
