"""`/api/v1/orders`: my orders, as town or supplier, from issue to service fait."""

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, JSONBody

from marketplace import clock
from marketplace.errors import SignInNeeded
from marketplace.ids import OrderId, PoolId
from marketplace.web.transaction import By, Reads, Writes
from procurement.orders import fulfilling, queries
from procurement.orders.schemas import Issue, OrderOut
from procurement.pools import queries as pools
from procurement.pools.schemas import Reason

TAGS = ["orders"]


@get("/orders", summary="My orders", tags=TAGS)
async def list_orders(reads: Reads, by: By) -> list[OrderOut]:
    if not by.signed_in:
        raise SignInNeeded
    return [OrderOut.of(order) for order in await queries.mine(reads, by)]


@get("/pools/{pool_id:uuid}/orders", summary="The pool's orders that I may see", tags=TAGS)
async def list_of_pool(reads: Reads, pool_id: FromPath[UUID]) -> list[OrderOut]:
    found = await queries.of_pool(reads, PoolId(pool_id))
    if not found:
        await pools.one(reads, PoolId(pool_id))  # a pool that is not theirs is not an empty list
    return [OrderOut.of(order) for order in found]


@get("/orders/{order_id:uuid}", summary="One order", tags=TAGS)
async def show(reads: Reads, order_id: FromPath[UUID]) -> OrderOut:
    return OrderOut.of(await queries.one(reads, OrderId(order_id)))


@post("/orders/{order_id:uuid}/issue", summary="Issue my town's order", tags=TAGS, status_code=200)
async def issue(session: Writes, by: By, order_id: FromPath[UUID], data: JSONBody[Issue]) -> OrderOut:
    order = await fulfilling.issue(
        session,
        OrderId(order_id),
        engagement=data.engagement,
        service_code=data.service_code,
        by=by,
        now=await clock.now(session),
    )
    return OrderOut.of(order)


@post("/orders/{order_id:uuid}/delivery", summary="The supplier has delivered", tags=TAGS, status_code=200)
async def deliver(session: Writes, by: By, order_id: FromPath[UUID]) -> OrderOut:
    return OrderOut.of(
        await fulfilling.deliver(session, OrderId(order_id), by=by, now=await clock.now(session))
    )


@post(
    "/orders/{order_id:uuid}/refusal",
    summary="The delivery is not what was ordered",
    tags=TAGS,
    status_code=200,
)
async def refuse(session: Writes, by: By, order_id: FromPath[UUID], data: JSONBody[Reason]) -> OrderOut:
    return OrderOut.of(
        await fulfilling.refuse(session, OrderId(order_id), data.reason, by=by, now=await clock.now(session))
    )


@post("/orders/{order_id:uuid}/acceptance", summary="Certify the service fait", tags=TAGS, status_code=200)
async def accept(session: Writes, by: By, order_id: FromPath[UUID]) -> OrderOut:
    return OrderOut.of(
        await fulfilling.accept(session, OrderId(order_id), by=by, now=await clock.now(session))
    )


HANDLERS = [list_orders, list_of_pool, show, issue, deliver, refuse, accept]
