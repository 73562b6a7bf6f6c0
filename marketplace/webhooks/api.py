"""`/api/v1/webhooks` and `/api/v1/webhook-events`."""

from typing import Any
from uuid import UUID

from litestar import Request, delete, get, post, put
from litestar.params import FromPath, JSONBody

from marketplace import clock
from marketplace.actor import Actor
from marketplace.web import i18n
from marketplace.web.creating import creating
from marketplace.web.pagination import PageNumber, PerPage
from marketplace.web.rates import Rule
from marketplace.web.schemas import Page
from marketplace.web.transaction import By, Reads, Writes
from marketplace.webhooks import endpoints, queries
from marketplace.webhooks.event_types import offered_to
from marketplace.webhooks.schemas import (
    DeliveryOut,
    EndpointIn,
    EndpointOut,
    EndpointSecret,
    EventTypeOut,
    shown,
)

TAGS = ["webhooks"]
REACH_OUT = Rule("webhook_reach_out", ((30, 300),))
"""Everything by which a person makes us resolve or call an address."""


async def count_reach(request: Request[Any, Any, Any], by: Actor) -> None:
    """Count one reach outside for the acting organisation. Raises `TooOften`, and `RoleNeeded` for who may not."""
    await request.app.state.rates.hit(REACH_OUT, str(endpoints.administered(by)))


@get("/webhook-events", summary="The events that my organisation can subscribe to", tags=TAGS)
async def list_events(by: By) -> list[EventTypeOut]:
    endpoints.administered(by)
    return [
        EventTypeOut(name=found.name, label=i18n.translate(found.label), data=list(found.data))
        for found in offered_to(by.kind)
    ]


@get("/webhooks", summary="My organisation's webhooks", tags=TAGS)
async def list_endpoints(reads: Reads, by: By) -> list[EndpointOut]:
    return [EndpointOut.of(found) for found in await queries.mine(reads, by)]


@post("/webhooks", summary="Add a webhook; its secret is shown this once", tags=TAGS)
@creating
async def add_endpoint(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[EndpointIn]
) -> EndpointSecret:
    await count_reach(request, by)
    state = request.app.state
    made, secret = await endpoints.add(
        session, state.guard, state.secret, name=data.name, url=data.url, events=data.events, by=by
    )
    await session.refresh(made)
    return EndpointSecret(**shown(made), secret=secret)


@get("/webhooks/{endpoint_id:uuid}", summary="One webhook", tags=TAGS)
async def show_endpoint(reads: Reads, by: By, endpoint_id: FromPath[UUID]) -> EndpointOut:
    return EndpointOut.of(await queries.one(reads, endpoint_id, by))


@put("/webhooks/{endpoint_id:uuid}", summary="Change a webhook", tags=TAGS)
async def change_endpoint(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    endpoint_id: FromPath[UUID],
    data: JSONBody[EndpointIn],
) -> EndpointOut:
    await count_reach(request, by)
    guard = request.app.state.guard
    return EndpointOut.of(
        await endpoints.change(
            session, guard, endpoint_id, name=data.name, url=data.url, events=data.events, by=by
        )
    )


@delete("/webhooks/{endpoint_id:uuid}", summary="Remove a webhook and its log", tags=TAGS, status_code=204)
async def remove_endpoint(session: Writes, by: By, endpoint_id: FromPath[UUID]) -> None:
    await endpoints.remove(session, endpoint_id, by=by)


@post(
    "/webhooks/{endpoint_id:uuid}/rotation",
    summary="Renew the secret, shown this once; the former signs too for 24 hours",
    tags=TAGS,
)
@creating
async def rotate_secret(
    request: Request[Any, Any, Any], session: Writes, by: By, endpoint_id: FromPath[UUID]
) -> EndpointSecret:
    now = await clock.now(session)
    found, secret = await endpoints.rotate(session, request.app.state.secret, endpoint_id, by=by, now=now)
    return EndpointSecret(**shown(found), secret=secret)


@post("/webhooks/{endpoint_id:uuid}/activation", summary="Send again", tags=TAGS, status_code=200)
async def enable_endpoint(
    request: Request[Any, Any, Any], session: Writes, by: By, endpoint_id: FromPath[UUID]
) -> EndpointOut:
    await count_reach(request, by)
    return EndpointOut.of(await endpoints.enable(session, request.app.state.guard, endpoint_id, by=by))


@post("/webhooks/{endpoint_id:uuid}/deactivation", summary="Stop sending", tags=TAGS, status_code=200)
async def disable_endpoint(session: Writes, by: By, endpoint_id: FromPath[UUID]) -> EndpointOut:
    now = await clock.now(session)
    return EndpointOut.of(await endpoints.disable(session, endpoint_id, by=by, now=now))


@post("/webhooks/{endpoint_id:uuid}/test", summary="Send a test event", tags=TAGS)
@creating
async def test_endpoint(
    request: Request[Any, Any, Any], session: Writes, by: By, endpoint_id: FromPath[UUID]
) -> DeliveryOut:
    await count_reach(request, by)
    queued = await endpoints.test(session, endpoint_id, by=by, now=await clock.now(session))
    await session.refresh(queued)
    return DeliveryOut.of(queued)


@get("/webhooks/{endpoint_id:uuid}/deliveries", summary="What was sent, the latest first", tags=TAGS)
async def list_deliveries(
    reads: Reads,
    by: By,
    endpoint_id: FromPath[UUID],
    page: PageNumber = 1,
    per_page: PerPage = queries.PER_PAGE,
) -> Page[DeliveryOut]:
    endpoint = await queries.one(reads, endpoint_id, by)
    found, pages = await queries.deliveries(reads, endpoint, page=page, per_page=per_page)
    return Page(
        items=[DeliveryOut.of(line) for line in found], total=pages.total, page=page, per_page=per_page
    )


@get(
    "/webhooks/{endpoint_id:uuid}/deliveries/{delivery_id:uuid}",
    summary="One delivery, with its payload and attempts",
    tags=TAGS,
)
async def show_delivery(
    reads: Reads, by: By, endpoint_id: FromPath[UUID], delivery_id: FromPath[UUID]
) -> DeliveryOut:
    endpoint = await queries.one(reads, endpoint_id, by)
    return DeliveryOut.of(await queries.delivery(reads, endpoint, delivery_id))


@post(
    "/webhooks/{endpoint_id:uuid}/deliveries/{delivery_id:uuid}/redelivery",
    summary="Send again, under the same webhook-id",
    tags=TAGS,
    status_code=200,
)
async def redeliver(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    endpoint_id: FromPath[UUID],
    delivery_id: FromPath[UUID],
) -> DeliveryOut:
    await count_reach(request, by)
    now = await clock.now(session)
    return DeliveryOut.of(await endpoints.redeliver(session, endpoint_id, delivery_id, by=by, now=now))


HANDLERS = [
    list_events, list_endpoints, add_endpoint, show_endpoint, change_endpoint, remove_endpoint, rotate_secret,
    enable_endpoint, disable_endpoint, test_endpoint, list_deliveries, show_delivery, redeliver,
]  # fmt: skip
