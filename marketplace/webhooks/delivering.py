"""The life of a delivery, and its timetable. Claimed, sent, noted: each committed, the sending outside any transaction.

pending ──claim▶ sending ──received▶ delivered
   ▲                │ ├──(later)──▶ pending     ├──(nine tries more)──▶ failed     └──(endpoint disabled)──▶ cancelled
   └─ask again (a person): from delivered, failed, cancelled, pending

A worker that dies leaves `sending` until its lease ends; another takes it over. Sending again is safe: the `webhook-id` stays.
At most one delivery an endpoint is in hand at a time, so a slow receiver holds one place, and order is mostly kept.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.orm import aliased

from marketplace import audit, outbox
from marketplace.actor import SYSTEM, Actor
from marketplace.db import Session
from marketplace.webhooks.events import EndpointDisabled
from marketplace.webhooks.models import DeliveryState, DisabledReason, WebhookDelivery, WebhookEndpoint
from marketplace.webhooks.posting import Answer, Failure

SCHEDULE = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The pause after each failure: ten tries over 75 hours (the specification's own example). Each is stretched by up to a fifth."""
JITTER = 0.2
GIVE_UP_AFTER = timedelta(days=5)
"""An endpoint where nothing was received for so long is disabled at its next failure."""
LEASE = timedelta(seconds=60)
ATTEMPTS_KEPT = 30


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a try needs, read in the claim's transaction. `number` tells this try from any other."""

    delivery_id: UUID
    endpoint_id: UUID
    number: int
    url: str
    message_id: str
    payload: dict[str, Any]
    sealed_secrets: tuple[bytes, ...]


async def claim(session: Session, *, limit: int, now: datetime) -> list[Claimed]:
    """Take up to `limit` due deliveries, of as many endpoints. Two workers never take the same, nor two of one endpoint."""
    other = aliased(WebhookDelivery)
    due = and_(
        WebhookDelivery.state.in_([DeliveryState.PENDING, DeliveryState.SENDING]),
        WebhookDelivery.next_at <= now,
    )
    in_hand = exists().where(
        other.endpoint_id == WebhookEndpoint.id, other.state == DeliveryState.SENDING, other.next_at > now
    )
    endpoints = await session.scalars(
        select(WebhookEndpoint)
        .where(
            WebhookEndpoint.disabled_at.is_(None),
            exists().where(WebhookDelivery.endpoint_id == WebhookEndpoint.id, due),
            ~in_hand,
        )
        .order_by(WebhookEndpoint.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=WebhookEndpoint)
    )
    claimed = []
    for endpoint in endpoints:
        # the row may have been waiting behind another worker's claim: what is in hand is asked again under its lock
        busy = await session.scalar(
            select(WebhookDelivery.id)
            .where(
                WebhookDelivery.endpoint_id == endpoint.id,
                WebhookDelivery.state == DeliveryState.SENDING,
                WebhookDelivery.next_at > now,
            )
            .limit(1)
        )
        delivery = await session.scalar(
            select(WebhookDelivery)
            .where(WebhookDelivery.endpoint_id == endpoint.id, due)
            .order_by(WebhookDelivery.next_at, WebhookDelivery.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if busy is not None or delivery is None:
            continue
        if delivery.state is DeliveryState.SENDING:
            _log(delivery, Answer(Failure.INTERRUPTED), now)
        delivery.state = DeliveryState.SENDING
        delivery.tries += 1
        delivery.next_at = now + LEASE
        claimed.append(
            Claimed(
                delivery_id=delivery.id, endpoint_id=endpoint.id, number=delivery.tries, url=endpoint.url,
                message_id=delivery.message_id, payload=delivery.payload, sealed_secrets=_secrets(endpoint, now),
            )
        )  # fmt: skip
    await session.flush()
    return claimed


async def note(
    session: Session,
    claimed: Claimed,
    answer: Answer,
    *,
    now: datetime,
    jitter: Callable[[float, float], float] = random.uniform,
) -> None:
    """Record what came of a try, and decide what is next. A try that was taken over meanwhile is only logged."""
    endpoint = await session.get(WebhookEndpoint, claimed.endpoint_id, with_for_update=True)
    delivery = await session.get(WebhookDelivery, claimed.delivery_id, with_for_update=True)
    if endpoint is None or delivery is None:
        return  # removed meanwhile
    _log(delivery, answer, now)
    if delivery.state is not DeliveryState.SENDING or delivery.tries != claimed.number:
        return
    if answer.failure is None:
        delivery.state, delivery.delivered_at = DeliveryState.DELIVERED, now
        endpoint.failing_since = None
        await session.flush()
        return
    endpoint.failing_since = endpoint.failing_since or now
    delivery.step += 1
    if delivery.step > len(SCHEDULE):
        delivery.state = DeliveryState.FAILED
    else:
        delivery.state = DeliveryState.PENDING
        delivery.next_at = now + SCHEDULE[delivery.step - 1] * (1 + jitter(0, JITTER))
    if not endpoint.enabled:
        delivery.state = DeliveryState.CANCELLED
    elif answer.failure is Failure.SECRET:
        await disable(session, endpoint, DisabledReason.SECRET, by=SYSTEM, now=now)
    elif answer.status == 410:
        await disable(session, endpoint, DisabledReason.GONE, by=SYSTEM, now=now)
    elif endpoint.failing_since <= now - GIVE_UP_AFTER:
        await disable(session, endpoint, DisabledReason.FAILING, by=SYSTEM, now=now)
    await session.flush()


async def disable(
    session: Session, endpoint: WebhookEndpoint, reason: DisabledReason, *, by: Actor, now: datetime
) -> None:
    """Send nothing more to a locked endpoint; what was waiting is cancelled, and can be asked for again."""
    endpoint.disabled_at, endpoint.disabled_reason = now, reason
    await session.flush()
    await session.execute(
        update(WebhookDelivery)
        .where(
            WebhookDelivery.endpoint_id == endpoint.id,
            or_(
                WebhookDelivery.state == DeliveryState.PENDING,
                and_(WebhookDelivery.state == DeliveryState.SENDING, WebhookDelivery.next_at <= now),
            ),
        )
        .values(state=DeliveryState.CANCELLED)
        .execution_options(synchronize_session="fetch")
    )
    audit.note(session, by, "webhook.disable", "webhook_endpoint", endpoint.id, after={"reason": reason})
    if by is SYSTEM:
        outbox.record(session, EndpointDisabled(endpoint_id=endpoint.id, disabled_at=now))


def _secrets(endpoint: WebhookEndpoint, now: datetime) -> tuple[bytes, ...]:
    if endpoint.previous_secret and endpoint.previous_until and endpoint.previous_until > now:
        return endpoint.secret, endpoint.previous_secret
    return (endpoint.secret,)


def _log(delivery: WebhookDelivery, answer: Answer, now: datetime) -> None:
    said = {
        "at": now.isoformat(),
        "status": answer.status,
        "ms": answer.milliseconds,
        "error": answer.failure,
        "excerpt": answer.excerpt,
    }
    delivery.attempts = [*delivery.attempts, said][-ATTEMPTS_KEPT:]
