"""`/api/v1/needs`."""

from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath, JSONBody

from marketplace import clock
from marketplace.actor import OrganisationKind
from marketplace.ids import NeedId
from marketplace.web.creating import creating
from marketplace.web.transaction import By, Reads, Writes
from procurement.needs import queries, stating
from procurement.needs.schemas import NeedOut, NewNeed


@post("/needs", summary="State a need of my town", tags=["needs"])
@creating
async def state_need(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[NewNeed]
) -> NeedOut:
    del request
    return NeedOut.model_validate(
        await stating.state_need(session, data, by=by, now=await clock.now(session))
    )


@get("/needs", summary="My town's needs", tags=["needs"])
async def list_needs(reads: Reads, by: By) -> list[NeedOut]:
    by.require(OrganisationKind.TOWN)
    return [NeedOut.model_validate(need) for need in await queries.mine(reads, by)]


@get("/needs/{need_id:uuid}", summary="One need of my town", tags=["needs"])
async def show_need(reads: Reads, by: By, need_id: FromPath[UUID]) -> NeedOut:
    return NeedOut.model_validate(await queries.one(reads, NeedId(need_id), by))


HANDLERS = [state_need, list_needs, show_need]
