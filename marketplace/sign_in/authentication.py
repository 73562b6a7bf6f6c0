"""Who makes this request: the cookie's session, the API key, or nobody. Asked anew at every request."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send
from sqlalchemy import text

from marketplace.accounts import api_keys
from marketplace.accounts.models import Proof
from marketplace.actor import ANONYMOUS, Actor, OrganisationKind, Role
from marketplace.db import Database
from marketplace.errors import SignInNeeded
from marketplace.sign_in import sessions
from marketplace.sign_in.cookies import cookie_name
from marketplace.words import N_

TOUCH_EVERY = timedelta(minutes=5)


class KeyRefused(SignInNeeded):
    code = "key_refused"
    sentence = N_("Cette clé d’API est inconnue, expirée ou révoquée.")


class Authentication(ASGIMiddleware):
    """Sets the request's actor (`scope["user"]`) and, for a browser, its session."""

    @staticmethod
    def should_bypass_for_scope(scope: Scope) -> bool:
        """Static files and probes ask for nobody."""
        return scope["path"].startswith(("/static/", "/healthz", "/readyz", "/metrics"))

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
        database: Database = connection.app.state.database
        scope["user"] = ANONYMOUS
        authorization = connection.headers.get("authorization", "")
        cookie = connection.cookies.get(cookie_name(secure=connection.app.state.secure_cookies))
        if authorization.lower().startswith("bearer "):
            scope["user"] = await _by_key(database, authorization[7:].strip())
        elif cookie:
            scope["user"] = await _by_session(database, cookie, scope)
        await next_app(scope, receive, send)


async def _by_key(database: Database, secret: str) -> Actor:
    async with database.reading(ANONYMOUS) as reads:
        found = (
            await reads.execute(
                text("select * from find_api_key(:secret)"), {"secret": api_keys.secret_hash(secret)}
            )
        ).one_or_none()
    if found is None:
        raise KeyRefused
    actor = _actor(found, "key", read_only=found.scope == "read")
    if found.last_used_at is None or found.last_used_at < datetime.now(UTC) - TOUCH_EVERY:
        async with database.transaction(actor) as session:
            await api_keys.used(session, found.key_id)
    return actor


async def passkey_awaited(request: Request[Any, Any, Any], token: str) -> bool:
    """Whether the session just opened acts for nobody until its person proves themselves with a passkey."""
    found = await _session(request.app.state.database, token)
    return (
        found is not None and _in_session(found, staff_passkey=request.app.state.staff_passkey).passkey_needed
    )


async def _session(database: Database, token: str) -> Any:
    async with database.reading(ANONYMOUS) as reads:
        return (
            await reads.execute(
                text("select * from find_session(:token)"), {"token": sessions.token_hash(token)}
            )
        ).one_or_none()


async def _by_session(database: Database, token: str, scope: Scope) -> Actor:
    found = await _session(database, token)
    if found is None:
        return ANONYMOUS
    actor = _in_session(found, staff_passkey=scope["litestar_app"].state.staff_passkey)
    scope["session_token"] = token  # type: ignore[typeddict-unknown-key]
    scope["session_id"] = found.session_id  # type: ignore[typeddict-unknown-key]
    scope["session_proof"] = Proof(found.proof)  # type: ignore[typeddict-unknown-key]
    if found.last_seen_at < datetime.now(UTC) - TOUCH_EVERY:
        async with database.transaction(actor) as session:
            await sessions.seen(session, found.session_id)
    return actor


def _in_session(found: Any, *, staff_passkey: bool) -> Actor:
    """Staff whose session was opened with less than a passkey act for nobody, until they prove themselves with one."""
    actor = replace(_actor(found, "session"), proved_at=found.proved_at)
    if staff_passkey and actor.kind is OrganisationKind.SUPERVISOR and found.proof != Proof.PASSKEY:
        return replace(actor, organisation_id=None, kind=None, roles=frozenset(), passkey_needed=True)
    return actor


def _actor(found: Any, channel: Any, *, read_only: bool = False) -> Actor:
    return Actor(
        person_id=found.person_id,
        organisation_id=found.organisation_id,
        kind=OrganisationKind(found.kind) if found.kind else None,
        roles=frozenset(Role(role) for role in found.roles),
        channel=channel,
        read_only=read_only,
        name=found.person_name,
        organisation_name=found.organisation_name or "",
    )
