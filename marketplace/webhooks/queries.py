"""Reads of an organisation's endpoints and of what was sent to them."""

from uuid import UUID

from sqlalchemy import func, select

from marketplace.actor import Actor
from marketplace.db import ReadSession, Session
from marketplace.errors import NotFound
from marketplace.web.pagination import Pages
from marketplace.webhooks.endpoints import administered
from marketplace.webhooks.models import WebhookDelivery, WebhookEndpoint

PER_PAGE = 25


async def mine(reads: ReadSession | Session, by: Actor) -> list[WebhookEndpoint]:
    """The acting administrator's organisation's endpoints, the oldest first."""
    found = await reads.scalars(
        select(WebhookEndpoint)
        .where(WebhookEndpoint.organisation_id == administered(by))
        .order_by(WebhookEndpoint.id)
    )
    return list(found)


async def one(reads: ReadSession | Session, endpoint_id: UUID, by: Actor) -> WebhookEndpoint:
    """One of them. Raises `NotFound`."""
    found = await reads.scalar(
        select(WebhookEndpoint).where(
            WebhookEndpoint.id == endpoint_id, WebhookEndpoint.organisation_id == administered(by)
        )
    )
    if found is None:
        raise NotFound
    return found


async def deliveries(
    reads: ReadSession | Session, endpoint: WebhookEndpoint, *, page: int, per_page: int = PER_PAGE
) -> tuple[list[WebhookDelivery], Pages]:
    """One page of an endpoint's log, the latest first."""
    theirs = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint.id)
    total = await reads.scalar(select(func.count()).select_from(theirs.subquery())) or 0
    pages = Pages(page=page, per_page=per_page, total=total)
    found = await reads.scalars(
        theirs.order_by(WebhookDelivery.id.desc()).offset(pages.offset).limit(per_page)
    )
    return list(found), pages


async def delivery(
    reads: ReadSession | Session, endpoint: WebhookEndpoint, delivery_id: UUID
) -> WebhookDelivery:
    """One line of the log. Raises `NotFound`."""
    found = await reads.scalar(
        select(WebhookDelivery).where(
            WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.id == delivery_id
        )
    )
    if found is None:
        raise NotFound
    return found
