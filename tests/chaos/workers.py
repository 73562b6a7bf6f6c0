"""A real worker process that is killed with SIGKILL while it works, and started again, until all is done."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from marketplace.launch.instance import environment
from tests.support.world import World

IN_HAND = "select count(*) from outbox where status = 'pending' and starts > failures"
WEARY = "select count(*) from outbox where status = 'pending' and starts - failures > 1"
"""Rows that two deaths have interrupted: a third would rightly lay them aside, so they are let through."""


class Sink:
    """An SMTP server that counts each Message-ID it accepts, a little slowly."""

    def __init__(self) -> None:
        self.accepted: list[str] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.sleep(0.03)
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self.accepted.append(message_from_bytes(content)["Message-ID"])
        return "250 OK"


class Killer:
    """The worker process of a world, and the hand that kills it."""

    def __init__(self, world: World, *, smtp_port: int, kills: int, seed: int) -> None:
        self.world, self.left, self.random = world, kills, random.Random(seed)
        self.environment = os.environ | environment(world.settings) | {
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            "SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
        }  # fmt: skip
        self.log: Path = world.settings.instance.data_dir / "worker.log"
        self.child = self._started()

    async def until_quiet(self, kills: int = 0, *, patience: float = 120) -> None:
        """Let the worker empty the outbox, killing it `kills` times on the way, at random moments with work in hand."""
        deadline = time.monotonic() + patience
        while await self._pending():
            assert time.monotonic() < deadline, f"not quiet: {await self._pending()} rows. {self.said()}"
            assert self.child.poll() is None, f"the worker ended by itself. {self.said()}"
            await asyncio.sleep(0.01)
            if not kills or not self.left or not await self.world.sql(IN_HAND):
                continue
            await asyncio.sleep(self.random.uniform(0, 0.08))
            if not await self.world.sql(WEARY):
                kills, self.left = kills - 1, self.left - 1
                await self._kill()

    async def _kill(self) -> None:
        self.child.kill()
        self.child.wait()
        # A dead process's locks go with its connections; its leases are brought forward rather than waited for.
        await asyncio.sleep(0.1)
        await self.world.sql("update outbox set next_at = now() where status = 'pending'")
        self.child = self._started()

    async def _pending(self) -> int:
        return int(await self.world.sql("select count(*) from outbox where status = 'pending'"))

    def said(self) -> str:
        return self.log.read_text()[-2000:]

    def stop(self) -> int:
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(40)

    def _started(self) -> subprocess.Popen[Any]:
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "marketplace", "worker"]
            return subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, cwd="/")
