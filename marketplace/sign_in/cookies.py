"""What a browser holds of a sign-in, and what a request says of whoever makes it."""

from typing import Any
from uuid import UUID

from litestar import Request, Response

from marketplace.accounts.models import Proof
from marketplace.errors import SignInNeeded
from marketplace.sign_in import devices, half_open, sessions


def cookie_name(*, secure: bool) -> str:
    """`__Host-` binds the cookie to this host over HTTPS; plain HTTP on loopback cannot have it."""
    return "__Host-session" if secure else "session"


def half_open_name(*, secure: bool) -> str:
    return "__Host-half-session" if secure else "half-session"


def with_session(request: Request[Any, Any, Any], answer: Response[Any], token: str | None) -> Response[Any]:
    """`answer`, giving the browser a session's token, or taking it back. What was half open is forgotten."""
    secure = request.app.state.secure_cookies
    _set(request, answer, cookie_name(secure=secure), token, int(sessions.LONGEST.total_seconds()))
    if half_open_name(secure=secure) in request.cookies:
        _set(request, answer, half_open_name(secure=secure), None)
    return answer


def with_half_open(request: Request[Any, Any, Any], answer: Response[Any], token: str) -> Response[Any]:
    """`answer`, giving the browser the token of a half-open session."""
    name = half_open_name(secure=request.app.state.secure_cookies)
    _set(request, answer, name, token, int(half_open.LIFETIME.total_seconds()))
    return answer


async def half_open_of(request: Request[Any, Any, Any]) -> half_open.HalfOpen:
    """Whose second factor this browser must give. Raises `HalfOpenEnded`."""
    token = request.cookies.get(half_open_name(secure=request.app.state.secure_cookies), "")
    return await half_open.find(request.app.state.database, token)


def session_id_of(request: Request[Any, Any, Any]) -> UUID | None:
    """The session that this request came with, if it came with one."""
    found: UUID | None = request.scope.get("session_id")  # type: ignore[assignment]
    return found


def own_session_of(request: Request[Any, Any, Any]) -> UUID:
    """The session that this request came with. Raises `SignInNeeded`."""
    found = session_id_of(request)
    if found is None:
        raise SignInNeeded
    return found


def proof_of(request: Request[Any, Any, Any]) -> Proof | None:
    """What this request's session was opened with."""
    found: Proof | None = request.scope.get("session_proof")  # type: ignore[assignment]
    return found


def device_of(request: Request[Any, Any, Any]) -> str:
    """What makes this request, in a few words."""
    return devices.named(request.headers.get("user-agent", ""))


def _set(
    request: Request[Any, Any, Any], answer: Response[Any], name: str, value: str | None, lifetime: int = 0
) -> None:
    answer.set_cookie(
        name, value or "", max_age=lifetime, httponly=True, samesite="lax", secure=request.app.state.secure_cookies, path="/"
    )  # fmt: skip
