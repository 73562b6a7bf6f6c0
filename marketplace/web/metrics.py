"""`/metrics`, for Prometheus: what this process answers, and what the database says is waiting.

Never public: with `METRICS_TOKEN`, whoever bears it; without, only a request made on this machine that no proxy passed on.
Labels are route templates, methods and statuses: never an id, a name or an address. Each process counts its own requests
and is a target of its own; what is waiting is the same whichever is asked.
"""

import asyncio
import hmac
import platform
import time
from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import Headers, State
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from marketplace import VERSION, logs
from marketplace.actor import ANONYMOUS
from marketplace.db import Database
from marketplace.errors import NotFound

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
HERE = frozenset({"127.0.0.1", "::1", "localhost"})
BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
MAILS = ("queued", "sending", "unknown")

log = logs.logger(__name__)

disable_created_metrics()  # type: ignore[no-untyped-call]  # a third more lines, which nobody reads


class Metrics:
    """The counts of one process."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        self.requests = Counter(
            "lot_commun_http_requests", "Requests answered.", ("method", "route", "status"), registry=registry
        )
        self.seconds = Histogram(
            "lot_commun_http_request_duration_seconds", "Time to the first byte of the answer.", ("method", "route"),
            registry=registry, buckets=BUCKETS,
        )  # fmt: skip
        self.outbox = Gauge(
            "lot_commun_outbox_rows", "Work to do, or given up.", ("status",), registry=registry
        )
        self.oldest = Gauge(
            "lot_commun_outbox_oldest_due_seconds", "Age of the oldest work that is due.", registry=registry
        )
        self.mails = Gauge("lot_commun_mails", "Mails not known to be sent.", ("state",), registry=registry)
        self.unsealed = Gauge(
            "lot_commun_audit_unsealed_seconds",
            "Age of the oldest audit line without its seal.",
            registry=registry,
        )
        self.up = Gauge("lot_commun_database_up", "Whether the database answers.", registry=registry)
        self.connections = Gauge(
            "lot_commun_database_connections", "This process's connections.", ("state",), registry=registry
        )
        self.searches = Counter(
            "lot_commun_searches", "Searches answered.", ("engine", "degraded"), registry=registry
        )
        self.search_degraded = Gauge(
            "lot_commun_search_degraded", "Whether PostgreSQL answers for a server that is down.", registry=registry
        )  # fmt: skip
        built = Gauge(
            "lot_commun_build_info", "The version that runs.", ("version", "python"), registry=registry
        )
        built.labels(VERSION, platform.python_version()).set(1)

    def answered(self, scope: Scope, status: int, seconds: float) -> None:
        """Count one answer."""
        method = scope["method"] if scope["method"] in METHODS else "OTHER"  # type: ignore[typeddict-item]
        route = scope.get("path_template") or "unknown"
        self.requests.labels(method, route, status).inc()
        self.seconds.labels(method, route).observe(seconds)

    def searched(self, engine: str, degraded: bool) -> None:
        """Count one search."""
        self.searches.labels(engine, str(int(degraded))).inc()

    async def ask(self, database: Database) -> None:
        """Take what the database knows. A database that does not answer is a figure too."""
        pool = database.engine.pool
        if isinstance(pool, QueuePool):
            self.connections.labels("in_use").set(pool.checkedout())
            self.connections.labels("idle").set(pool.checkedin())
        try:
            async with database.reading(ANONYMOUS) as reads:
                rows = await reads.execute(text("select name, value from operating_figures()"))
                found: dict[str, float] = {row.name: row.value for row in rows}
        except (SQLAlchemyError, OSError) as error:
            log.warning("metrics_without_database", error=type(error).__name__)
            self.up.set(0)
            return
        self.up.set(1)
        for status in ("pending", "dead"):
            self.outbox.labels(status).set(found[f"outbox_{status}"])
        self.oldest.set(found["outbox_oldest_seconds"])
        for state in MAILS:
            self.mails.labels(state).set(found.get(f"mails_{state}", 0))
        self.unsealed.set(found.get("audit_unsealed_seconds", 0))


class Metered:
    """Around the whole application: times every answer, down to unknown addresses and refusals."""

    def __init__(self, app: ASGIApp, state: State) -> None:
        self.app, self.state = app, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self.state.metrics.answered(scope, status, time.perf_counter() - started)
            await send(message)

        try:
            await self.app(scope, receive, answer)
        except Exception:
            if not status:
                self.state.metrics.answered(scope, 500, time.perf_counter() - started)
            raise


@get("/metrics", include_in_schema=False, media_type=CONTENT_TYPE_LATEST)
async def show(request: Request[Any, Any, Any], state: State) -> Response[bytes]:
    """The counts, in Prometheus's text form. Raises `NotFound` for whoever may not know that they exist."""
    token: SecretStr | None = state.settings.metrics.token
    if token is None:
        if not _made_here(request.scope.get("client"), request.headers):
            raise NotFound
    elif not _bears(request.headers, token):
        return Response(b"", status_code=401, headers={"WWW-Authenticate": "Bearer"}, media_type="text/plain")
    metrics: Metrics = state.metrics
    await metrics.ask(state.database)
    written = await asyncio.to_thread(
        generate_latest, metrics.registry
    )  # a long text: others are answered meanwhile
    return Response(written, media_type=CONTENT_TYPE_LATEST)


def _bears(headers: Headers, token: SecretStr) -> bool:
    given = headers.get("authorization", "")
    return hmac.compare_digest(given.encode(), f"Bearer {token.get_secret_value()}".encode())


def _made_here(client: tuple[str, int] | None, headers: Headers) -> bool:
    """From this machine to this machine's own name, and by no proxy: a proxy beside us must not open the door."""
    host = headers.get("host", "").rsplit(":", 1)[0].strip("[]")
    return (
        client is not None
        and client[0] in HERE
        and host in HERE
        and not any(name in headers for name in PASSED_ON)
    )


HANDLERS = [show]
