"""A town's own software: a real HTTP server on loopback, that verifies what it gets as the documentation says to."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


@dataclass
class Received:
    """One message, as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    def verified_by(self, *secrets: str) -> bool:
        """Whether every one of `secrets` verifies it."""
        try:
            for secret in secrets:
                Webhook(secret).verify(self.body, self.headers)
        except WebhookVerificationError:
            return False
        return True


@dataclass
class Receiver:
    """`statuses`: what it answers, one after another, then 204 for ever. `hold`: while set, it answers nothing."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    hold: float = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/crochets"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            # values keep their case: base64 is not to be lowered
            kept = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.received.append(Received({name.lower(): value for name, value in kept.items()}, body))
            status = self.statuses.pop(0) if self.statuses else 204
            await asyncio.sleep(self.hold)
            said = b"" if status == 204 else f"réponse {status}".encode()
            writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(said)}\r\n\r\n".encode() + said)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiving(**options: Any) -> AsyncIterator[Receiver]:
    found = Receiver()
    server = await asyncio.start_server(found.talk, "127.0.0.1", 0, **options)
    found.port = server.sockets[0].getsockname()[1]
    async with server:
        yield found
