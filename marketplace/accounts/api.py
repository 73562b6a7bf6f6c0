"""`/api/v1/api-keys`."""

from typing import Any
from uuid import UUID

from litestar import Request, delete, get, post
from litestar.params import FromPath, JSONBody

from marketplace import clock
from marketplace.accounts import api_keys
from marketplace.accounts.api_keys import KeyState
from marketplace.accounts.schemas import KeyMade, KeyOut, NewKey, shown
from marketplace.actor import Actor, OrganisationKind, PasskeyNeeded
from marketplace.errors import SignInNeeded
from marketplace.web.creating import creating
from marketplace.web.transaction import By, Reads, Writes


@get("/api-keys", summary="My organisation's API keys", tags=["accounts"])
async def list_keys(reads: Reads, by: By) -> list[KeyOut]:
    if not by.signed_in:
        raise SignInNeeded
    return [KeyOut.of(view) for view in await api_keys.of_organisation(reads, by)]


@post("/api-keys", summary="Make an API key", tags=["accounts"])
@creating
async def make_key(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[NewKey]
) -> KeyMade:
    may_make_keys(request, by)
    key, secret = await api_keys.create(
        session, name=data.name, scope=data.scope, expires_at=data.expires_at, by=by
    )
    await session.refresh(key)
    return KeyMade(**shown(key, state=KeyState.LIVE, maker=by.name), secret=secret)


@delete("/api-keys/{key_id:uuid}", summary="Revoke an API key", tags=["accounts"], status_code=204)
async def revoke_key(session: Writes, by: By, key_id: FromPath[UUID]) -> None:
    await api_keys.revoke(session, key_id, now=await clock.now(session), by=by)


def may_make_keys(request: Request[Any, Any, Any], by: Actor) -> None:
    """A key lasts: a person proves again who they are, and staff make theirs from a session that a passkey opened.

    Raises `ProofNeeded` and `PasskeyNeeded`. A key makes keys for its person's organisation, but for staff.
    """
    if by.passkey_needed or (
        by.channel == "key" and by.kind is OrganisationKind.SUPERVISOR and request.app.state.staff_passkey
    ):
        raise PasskeyNeeded
    if by.channel == "session":
        by.require_recent_proof()


HANDLERS = [list_keys, make_key, revoke_key]
