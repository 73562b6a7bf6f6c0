"""The antivirus: clamd's INSTREAM command over TCP or a Unix socket. Off unless `ANTIVIRUS_URL` is given, and shown as such.

Fails closed: a file that could not be scanned is refused, to be sent again later.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from marketplace import logs
from marketplace.errors import Invalid, Unavailable, wrong
from marketplace.words import N_

PATIENCE = 30
CHUNK = 1 << 18

log = logs.logger(__name__)


class Infected(Invalid):
    code = "infected_file"
    sentence = N_("L’antivirus a trouvé un logiciel malveillant dans ce fichier : il n’a pas été gardé.")


class AntivirusDown(Unavailable):
    code = "antivirus_down"
    sentence = N_(
        "L’antivirus ne répond pas : le fichier n’a pas été gardé. Réessayez dans quelques minutes ; si cela dure, prévenez l’exploitant."
    )


class Antivirus:
    """A clamd at `tcp://host:port` or `unix:///path`."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)

    async def scan(self, content: bytes, *, field: str = "file") -> None:
        """Raises `Infected` for `field` when something is found, `AntivirusDown` when it cannot be known."""
        async with self._connected() as (reader, writer):
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                part = content[start : start + CHUNK]
                writer.write(len(part).to_bytes(4, "big") + part)
                await writer.drain()
            writer.write(bytes(4))
            await writer.drain()
            said = (await reader.readuntil(b"\0")).rstrip(b"\0").decode(errors="replace")
        if said.endswith(" FOUND"):
            log.warning("infected_file", found=said.removeprefix("stream: ").removesuffix(" FOUND"))
            raise Infected([wrong(field, Infected.sentence, code=Infected.code)])
        if said != "stream: OK":
            log.error("antivirus_down", said=said[:200])
            raise AntivirusDown

    async def ping(self) -> None:
        """Raises `AntivirusDown` unless it answers."""
        async with self._connected() as (reader, writer):
            writer.write(b"zPING\0")
            await writer.drain()
            said = await reader.readuntil(b"\0")
        if said != b"PONG\0":
            raise AntivirusDown

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        writer = None
        try:
            async with asyncio.timeout(PATIENCE):
                if self._parts.scheme == "unix":
                    reader, writer = await asyncio.open_unix_connection(self._parts.path)
                else:
                    reader, writer = await asyncio.open_connection(self._parts.hostname, self._parts.port)
                yield reader, writer
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            log.warning("antivirus_down", cause=repr(error))
            raise AntivirusDown from error
        finally:
            if writer is not None:
                writer.close()
