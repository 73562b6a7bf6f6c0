"""Queueing one event for every endpoint of an organisation that subscribes to it. Called with the transaction of the news."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from marketplace.db import Session
from marketplace.ids import OrganisationId, new_id
from marketplace.webhooks.event_types import EVENT_TYPES
from marketplace.webhooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint


async def publish(
    session: Session,
    organisation_id: OrganisationId | None,
    type: str,
    data: dict[str, Any],
    *,
    key: str,
    now: datetime,
) -> int:
    """Queue `data` (ids and public states only) for an organisation's endpoints. Returns how many deliveries are new.

    `key` is the business key of this news: saying it twice queues it once. The fields are those that the type declares.
    """
    declared = EVENT_TYPES[type].data
    if not set(data) <= set(declared):
        raise ValueError(f"{type} does not declare {sorted(set(data) - set(declared))}")
    endpoints = await session.scalars(
        select(WebhookEndpoint.id)
        .where(
            WebhookEndpoint.organisation_id == organisation_id,
            WebhookEndpoint.disabled_at.is_(None),
            WebhookEndpoint.events.contains([type]),
        )
        .order_by(WebhookEndpoint.id)
    )
    event_id = new_id()
    rows = [
        delivery_values(endpoint_id, organisation_id, event_id, type, data, key=key, now=now)
        for endpoint_id in endpoints
    ]
    if not rows:
        return 0
    added = await session.execute(
        insert(WebhookDelivery)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["endpoint_id", "key"])
        .returning(WebhookDelivery.id)
    )
    return len(added.all())


def delivery_values(
    endpoint_id: UUID,
    organisation_id: OrganisationId | None,
    event_id: UUID,
    type: str,
    data: dict[str, Any],
    *,
    key: str,
    now: datetime,
) -> dict[str, Any]:
    """A new delivery's columns. The payload's shape is the specification's: type, timestamp, data."""
    plain = {
        name: value if isinstance(value, str | int | bool) or value is None else str(value)
        for name, value in data.items()
    }
    return {
        "id": new_id(),
        "endpoint_id": endpoint_id,
        "organisation_id": organisation_id,
        "event_id": event_id,
        "key": key,
        "type": type,
        "payload": {"type": type, "timestamp": now.isoformat(), "data": plain},
        "state": DeliveryState.PENDING,
        "step": 0,
        "tries": 0,
        "attempts": [],
        "next_at": now,
    }
