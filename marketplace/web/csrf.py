"""A form of ours, sent from a page of ours, by the person it was shown to.

Two checks on every unsafe request but those of API keys, which a browser never sends by itself:

- it comes from our own origin. `Sec-Fetch-Site` and `Origin` must both agree, each when it is there; `Origin: null` never does.
  Every browser of the last five years sends one of them with a cross-site POST, so this alone keeps another site from
  signing somebody in (there is no session yet to bind a token to);
- with a session, it carries the token bound to it, in the field `_csrf` or the header `X-CSRF-Token`, whatever the headers
  say or leave out.

A body that is not a form (`text/plain`) cannot carry the field, and a page of another site cannot send the header.
"""

import hashlib
import hmac
from typing import Any

from litestar import Request

from marketplace.errors import Forbidden
from marketplace.web.transaction import actor_of
from marketplace.words import N_

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
ASKS = "asks"
"""The option of a handler that is posted to because its question is long, and that changes nothing: a key that only reads may ask."""
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
    if site is not None and site not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    scheme = "https" if request.app.state.secure_cookies else "http"
    return origin is None or origin == f"{scheme}://{request.headers.get('host')}"
