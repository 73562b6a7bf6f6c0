"""Around every request: its id, its language, its log line, and the security headers of every answer."""

import time
from typing import Any

import structlog
from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from marketplace import logs
from marketplace.actor import Actor
from marketplace.ids import new_id
from marketplace.web import i18n

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

log = logs.logger(__name__)


class RequestContext:
    """The outermost layer: unknown addresses and static files pass through it too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        await self._http(scope, receive, send)

    async def _http(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        request_id = str(new_id())
        scope["request_id"] = request_id  # type: ignore[typeddict-unknown-key]
        headers = Headers.from_scope(scope)
        i18n.language.set(i18n.chosen(_cookie(headers, "langue"), headers.get("accept-language")))
        started = time.perf_counter()
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                sent = MutableScopeHeaders.from_message(message)
                for name, value in HEADERS.items():
                    sent.setdefault(name, value)
                sent["X-Request-Id"] = request_id
                if not scope["path"].startswith("/static/"):
                    sent.setdefault("Cache-Control", "no-store")
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, answer)
            finally:
                milliseconds = round((time.perf_counter() - started) * 1000, 1)
                log.info(
                    "request",
                    method=scope["method"],
                    path=scope["path"],
                    status=status,
                    ms=milliseconds,
                    **_who(scope),
                )


def _who(scope: HTTPScope) -> dict[str, str]:
    """The ids of who acted and on whose behalf, never a name or an address."""
    by = scope.get("user")
    if not isinstance(by, Actor):
        return {}
    known = {"person_id": by.person_id, "organisation_id": by.organisation_id}
    return {name: str(value) for name, value in known.items() if value is not None}


def _cookie(headers: Headers, name: str) -> str | None:
    cookies: dict[str, Any] = dict(
        part.strip().partition("=")[::2] for part in headers.get("cookie", "").split(";") if "=" in part
    )
    return cookies.get(name)
