"""`/api/v1`: sessions, who I am, on whose behalf."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.params import FromPath, JSONBody

from marketplace.accounts import queries
from marketplace.errors import SignInNeeded
from marketplace.ids import OrganisationId
from marketplace.sign_in import half_open, passkeys, passwords, sessions
from marketplace.sign_in.cookies import (
    device_of,
    half_open_of,
    own_session_of,
    session_id_of,
    with_half_open,
    with_session,
)
from marketplace.sign_in.schemas import (
    ActFor,
    Begun,
    GivenCode,
    Me,
    MyOrganisation,
    PasskeyAnswer,
    PasskeyOptions,
    SessionOut,
    SignedIn,
    SignIn,
)
from marketplace.web import csrf
from marketplace.web.context import client_address
from marketplace.web.rates import SECOND_FACTOR, SIGN_IN
from marketplace.web.transaction import By, Reads, Writes, actor_of


def signed_in(request: Request[Any, Any, Any], token: str, *, status: int = 201) -> Response[Any]:
    """The answer that gives a program its session."""
    answer = Response(SignedIn(csrf_token=csrf.token(request.app.state.secret, token)), status_code=status)
    return with_session(request, answer, token)


@post("/sessions", summary="Sign in with a password", tags=["accounts"])
async def sign_in(request: Request[Any, Any, Any], data: JSONBody[SignIn]) -> Response[Begun]:
    tries = (SIGN_IN, client_address(request), data.email.lower())
    await request.app.state.rates.hit(*tries)
    found = await passwords.sign_in(
        request.app.state.database, email=data.email, password=data.password.get_secret_value(), device=device_of(request)
    )  # fmt: skip
    await request.app.state.rates.passed(*tries)
    await sessions.leave(request.app.state.database, actor_of(request), session_id_of(request))
    if isinstance(found, passwords.CodeAwaited):
        answer = Response(Begun(second_factor_needed=True, csrf_token=None), status_code=201)
        return with_half_open(request, answer, found.token)
    token = csrf.token(request.app.state.secret, found.token)
    answer = Response(Begun(second_factor_needed=False, csrf_token=token), status_code=201)
    return with_session(request, answer, found.token)


@post("/sessions/second-factor", summary="Give the code that completes a sign-in", tags=["accounts"])
async def give_code(request: Request[Any, Any, Any], data: JSONBody[GivenCode]) -> Response[SignedIn]:
    half = await half_open_of(request)
    await request.app.state.rates.hit(SECOND_FACTOR, str(half.person_id))
    token = await half_open.complete(
        request.app.state.database, half, code=data.code, secret=request.app.state.secret, device=device_of(request)
    )  # fmt: skip
    return signed_in(request, token)


@post("/sessions/passkey-options", summary="Begin to sign in with a passkey", tags=["accounts"])
async def passkey_sign_in_options(request: Request[Any, Any, Any], session: Writes) -> PasskeyOptions:
    await request.app.state.rates.hit(passkeys.CEREMONIES, client_address(request))
    made = await passkeys.begin_sign_in(session, site=passkeys.site(request.app.state.base_url))
    return PasskeyOptions.model_validate(made)


@post("/sessions/passkey", summary="Sign in with a passkey", tags=["accounts"])
async def sign_in_with_passkey(
    request: Request[Any, Any, Any], data: JSONBody[PasskeyAnswer]
) -> Response[SignedIn]:
    await request.app.state.rates.hit(SIGN_IN, client_address(request))
    token = await passkeys.sign_in(
        request.app.state.database, data.challenge_id, data.credential,
        site=passkeys.site(request.app.state.base_url), device=device_of(request),
    )  # fmt: skip
    await sessions.leave(request.app.state.database, actor_of(request), session_id_of(request))
    return signed_in(request, token)


@get("/sessions", summary="My open sessions", tags=["accounts"])
async def my_sessions(request: Request[Any, Any, Any], reads: Reads, by: By) -> list[SessionOut]:
    by.require_session()
    current = session_id_of(request)
    return [
        SessionOut(
            id=s.id, device=s.device, proof=s.proof, created_at=s.created_at, last_seen_at=s.last_seen_at,
            expires_at=s.expires_at, current=s.id == current,
        )
        for s in await sessions.mine(reads, by)
    ]  # fmt: skip


@delete("/sessions/current", summary="Sign out", tags=["accounts"], status_code=204)
async def sign_out(request: Request[Any, Any, Any], session: Writes) -> Response[None]:
    session_id = session_id_of(request)
    if session_id is not None:
        await sessions.sign_out(session, session_id)
    return with_session(request, Response(None, status_code=204), None)


@delete("/sessions/others", summary="End all my other sessions", tags=["accounts"], status_code=204)
async def end_other_sessions(request: Request[Any, Any, Any], session: Writes, by: By) -> None:
    by.require_session()
    await sessions.end_others(session, own_session_of(request), by=by)


@delete("/sessions/{session_id:uuid}", summary="End one of my sessions", tags=["accounts"], status_code=204)
async def end_session(session: Writes, by: By, session_id: FromPath[UUID]) -> None:
    by.require_session()
    await sessions.end_one(session, session_id, by=by)


@get("/me", summary="Who I am", tags=["accounts"])
async def me(by: By) -> Me:
    if not by.signed_in:
        raise SignInNeeded
    return Me(
        name=by.name, organisation_id=by.organisation_id, organisation_name=by.organisation_name, kind=by.kind,
        roles=sorted(by.roles), channel=by.channel, passkey_needed=by.passkey_needed,
    )  # fmt: skip


@get("/me/organisations", summary="The organisations I may act for", tags=["accounts"])
async def my_organisations(reads: Reads, by: By) -> list[MyOrganisation]:
    if not by.signed_in:
        raise SignInNeeded
    return [
        MyOrganisation(id=o.id, name=o.name, kind=o.kind, roles=sorted(a.role_set))
        for o, a in await queries.mine(reads, by)
    ]


@put("/me/organisation", summary="Choose on whose behalf I act (sessions only)", tags=["accounts"])
async def act_for(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[ActFor]
) -> Response[SignedIn]:
    session_id = own_session_of(request)
    token = await sessions.act_for(session, by, session_id, OrganisationId(data.organisation_id))
    return signed_in(request, token, status=200)


HANDLERS = [
    sign_in, give_code, passkey_sign_in_options, sign_in_with_passkey, my_sessions, sign_out, end_other_sessions, end_session,
    me, my_organisations, act_for,
]  # fmt: skip
