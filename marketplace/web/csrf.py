"""A form of ours, sent from a page of ours, by the person it was shown to.

Two checks on every unsafe request that a browser's cookie signs: it comes from our own origin (`Sec-Fetch-Site`, else
`Origin`), and it carries the token bound to its session, in the field `_csrf` or the header `X-CSRF-Token`.
API keys need neither: a browser never sends them by itself.
"""

import hashlib
import hmac
from typing import Any

from litestar import Request

from marketplace.errors import Forbidden
from marketplace.web.transaction import actor_of
from marketplace.words import N_

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


class ForgedRequest(Forbidden):
    code = "forged_request"
    sentence = N_(
        "Ce formulaire a expiré ou ne vient pas de ce site. Revenez à la page, rechargez-la, puis recommencez."
    )


def token(secret: str, session_token: str) -> str:
    """The form token of a session."""
    return hmac.new(secret.encode(), b"csrf:" + session_token.encode(), hashlib.sha256).hexdigest()


async def refuse_forged(request: Request[Any, Any, Any]) -> None:
    """Litestar's `before_request` of every router: raise `ForgedRequest` for what another site, or nobody, made."""
    if request.method in SAFE or actor_of(request).channel == "key":
        return
    if not _same_origin(request):
        raise ForgedRequest
    session_token: str = request.scope.get("session_token", "")  # type: ignore[assignment]
    if not session_token:
        return
    given = request.headers.get("x-csrf-token")
    if given is None and request.headers.get("content-type", "").startswith(FORM_TYPES):
        given = str((await request.form()).get("_csrf", ""))
    expected = token(request.app.state.secret, session_token)
    if not hmac.compare_digest((given or "").encode(errors="replace"), expected.encode()):
        raise ForgedRequest


def _same_origin(request: Request[Any, Any, Any]) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("host")
