"""The stand-in at the other end of an HTTP connection of httpx2, judged on the way when a judge is given."""

import json
from collections.abc import Awaitable, Callable

import httpx2

from tests.support.meilisearch.oracle import Oracle
from tests.support.meilisearch.server import Fake


def wired(fake: Fake, judge: Oracle | None = None, before: Callable[[httpx2.Request], Awaitable[None]] | None = None) -> httpx2.MockTransport:  # fmt: skip
    """A transport that leads to `fake`. `before` may wait, or raise, ahead of each request."""

    async def handle(request: httpx2.Request) -> httpx2.Response:
        if before:
            await before(request)
        path, query = request.url.path, dict(request.url.params)
        body = json.loads(request.content) if request.content else None
        operation = judge.request(request.method, path, query, body) if judge else None
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ") or None
        status, answer = fake.handle(request.method, path, query, body, bearer)
        if judge and operation:
            judge.answer(operation, status, answer)
        return httpx2.Response(status, json=answer)

    return httpx2.MockTransport(handle)
