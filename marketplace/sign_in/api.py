"""`/api/v1`: sessions, who I am, on whose behalf."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.params import JSONBody

from marketplace.accounts import queries
from marketplace.errors import SignInNeeded
from marketplace.ids import OrganisationId
from marketplace.sign_in import sessions
from marketplace.sign_in.authentication import cookie_name
from marketplace.sign_in.schemas import ActFor, Me, MyOrganisation, SignedIn, SignIn
from marketplace.web import csrf
from marketplace.web.transaction import By, Reads, Writes, actor_of


def session_id_of(request: Request[Any, Any, Any]) -> UUID | None:
    """The session that this request came with, if it came with one."""
    found: UUID | None = request.scope.get("session_id")  # type: ignore[assignment]
    return found


def with_session(request: Request[Any, Any, Any], answer: Response[Any], token: str | None) -> Response[Any]:
    """`answer`, giving the browser a session's token, or taking it back."""
    secure = request.app.state.secure_cookies
    name = cookie_name(secure=secure)
    if token is None:
        answer.set_cookie(name, "", max_age=0, httponly=True, samesite="lax", secure=secure, path="/")
    else:
        lifetime = int(sessions.LIFETIME.total_seconds())
        answer.set_cookie(
            name, token, max_age=lifetime, httponly=True, samesite="lax", secure=secure, path="/"
        )
    return answer


@post("/sessions", summary="Sign in with a password", tags=["accounts"])
async def sign_in(request: Request[Any, Any, Any], data: JSONBody[SignIn]) -> Response[SignedIn]:
    token = await sessions.sign_in(
        request.app.state.database, email=data.email, password=data.password.get_secret_value()
    )
    await sessions.leave(request.app.state.database, actor_of(request), session_id_of(request))
    answer = Response(SignedIn(csrf_token=csrf.token(request.app.state.secret, token)), status_code=201)
    return with_session(request, answer, token)


@delete("/sessions/current", summary="Sign out", tags=["accounts"], status_code=204)
async def sign_out(request: Request[Any, Any, Any], session: Writes) -> Response[None]:
    session_id = session_id_of(request)
    if session_id is not None:
        await sessions.sign_out(session, session_id)
    return with_session(request, Response(None, status_code=204), None)


@get("/me", summary="Who I am", tags=["accounts"])
async def me(by: By) -> Me:
    if not by.signed_in:
        raise SignInNeeded
    return Me(
        name=by.name, organisation_id=by.organisation_id, organisation_name=by.organisation_name, kind=by.kind,
        roles=sorted(by.roles), channel=by.channel,
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
    session_id = session_id_of(request)
    if session_id is None:
        raise SignInNeeded
    token = await sessions.act_for(session, by, session_id, OrganisationId(data.organisation_id))
    answer = Response(SignedIn(csrf_token=csrf.token(request.app.state.secret, token)))
    return with_session(request, answer, token)


HANDLERS = [sign_in, sign_out, me, my_organisations, act_for]
