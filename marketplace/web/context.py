"""Around every request: whether it is for us, its id, its language, its log line, and the security headers of every answer."""

import time
from typing import Any

import structlog
from litestar import Request
from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from marketplace import logs
from marketplace.actor import Actor
from marketplace.ids import new_id
from marketplace.web import cookies, i18n
from marketplace.web.frontier import Frontier

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
DOWNLOAD_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
"""For a file that leaves: should a browser show it after all, it runs nothing and has no origin."""
STRICT_TRANSPORT = "max-age=31536000"
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked by address, by whatever keeps the process alive; they say nothing of the site."""

log = logs.logger(__name__)


class RequestContext:
    """The outermost layer: unknown addresses and static files pass through it too."""

    def __init__(self, app: ASGIApp, frontier: Frontier, jar: cookies.Jar) -> None:
        self.app = app
        self.frontier = frontier
        self.jar = jar
        self.headers = HEADERS | ({"Strict-Transport-Security": STRICT_TRANSPORT} if frontier.secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        await self._http(scope, receive, send)

    async def _http(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        request_id = str(new_id())
        scope["request_id"] = request_id  # type: ignore[typeddict-unknown-key]
        # from here on, `request.client` is the client, not the proxy before us
        scope["client"] = (self.frontier.client(scope), scope["client"][1] if scope["client"] else 0)
        headers = Headers.from_scope(scope)
        cookies.jar.set(self.jar)
        i18n.language.set(
            i18n.chosen(_cookie(headers, cookies.name_of("langue")), headers.get("accept-language"))
        )
        started = time.perf_counter()
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                sent = MutableScopeHeaders.from_message(message)
                if sent.get("content-disposition", "").startswith("attachment"):
                    sent["Content-Security-Policy"] = DOWNLOAD_POLICY
                for name, value in self.headers.items():
                    sent.setdefault(name, value)
                sent["X-Request-Id"] = request_id
                if status >= 400 or not scope["path"].startswith("/static/"):
                    sent.setdefault("Cache-Control", "no-store")
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                if scope["path"] in PROBES or self.frontier.answers_for(scope):
                    await self.app(scope, receive, answer)
                else:
                    await _misdirected(answer)
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


def client_address(request: Request[Any, Any, Any]) -> str:
    """Where the request comes from, for counting and for the record: see `frontier.py`."""
    return request.client.host if request.client else ""


async def _misdirected(send: Send) -> None:
    """A request for another host gets nothing of this one."""
    body = b"421 Misdirected Request\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 421, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _cookie(headers: Headers, name: str) -> str | None:
    cookies: dict[str, Any] = dict(
        part.strip().partition("=")[::2] for part in headers.get("cookie", "").split(";") if "=" in part
    )
    return cookies.get(name)
