"""`/api/v1/me/interests`: one's own declared interests."""

from typing import Any
from uuid import UUID

from litestar import Request, delete, get, post
from litestar.params import FromPath, JSONBody

from marketplace import clock
from marketplace.errors import SignInNeeded
from marketplace.interests import declaring
from marketplace.interests.schemas import InterestOut, NewInterest
from marketplace.web.creating import creating
from marketplace.web.transaction import By, Reads, Writes


@get("/me/interests", summary="My declared interests", tags=["accounts"])
async def list_interests(reads: Reads, by: By) -> list[InterestOut]:
    if not by.signed_in:
        raise SignInNeeded
    return [InterestOut.of(interest) for interest in await declaring.mine(reads, by)]


@post("/me/interests", summary="Declare an interest in a firm", tags=["accounts"])
@creating
async def declare_interest(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[NewInterest]
) -> InterestOut:
    del request
    made = await declaring.declare(
        session, firm=data.firm, kind=data.kind, detail=data.detail, since=data.since, by=by,
        now=await clock.now(session),
    )  # fmt: skip
    return InterestOut.of(made)


@delete(
    "/me/interests/{interest_id:uuid}",
    summary="End a declared interest (it stays in the register)",
    tags=["accounts"],
    status_code=204,
)
async def end_interest(session: Writes, by: By, interest_id: FromPath[UUID]) -> None:
    if not by.signed_in:
        raise SignInNeeded
    await declaring.end(session, interest_id, by=by, now=await clock.now(session))


HANDLERS = [list_interests, declare_interest, end_interest]
