"""Sending webhooks: claimed, sent, noted, each committed, with no lock held while the other side takes its time.

A few go out at once, one an endpoint. A worker killed in between leaves a lease that ends after a minute; the next one sends
again under the same `webhook-id`.
"""

import asyncio
import contextlib
from datetime import UTC, datetime

from sqlalchemy.exc import DBAPIError

from marketplace import clock, logs
from marketplace.actor import SYSTEM
from marketplace.settings import needed
from marketplace.webhooks import delivering, secret_box
from marketplace.webhooks.delivering import Claimed
from marketplace.webhooks.guard import Guard
from marketplace.webhooks.posting import Answer, Failure, body_of, post, signed_headers
from workers.tools import Tools

PLACES = 8
IDLE_SECONDS = 1.0

log = logs.logger(__name__)


class Postman:
    """One process's sender of webhooks."""

    def __init__(self, tools: Tools, guard: Guard | None = None) -> None:
        self.tools = tools
        self.guard = guard or Guard(private=tools.settings.webhook.allow_private)
        self._secret = needed(tools.settings.web.secret, "WEB_SECRET").get_secret_value()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop, then finish what is in hand. A database that is down is waited for."""
        in_hand: set[asyncio.Task[None]] = set()
        while not stop.is_set():
            pause = IDLE_SECONDS
            try:
                for claimed in await self._claim(PLACES - len(in_hand)):
                    in_hand.add(asyncio.create_task(self._see_through(claimed)))
                    pause = 0.05
            except (DBAPIError, OSError) as error:
                log.warning("database_unreachable", error=str(error))
                pause = 5.0
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
            in_hand = {task for task in in_hand if not task.done()}
        if in_hand:
            await asyncio.wait(in_hand, timeout=15)

    async def round(self) -> int:
        """Send once what is due, one an endpoint. Returns how many went out."""
        claimed = await self._claim(PLACES)
        await asyncio.gather(*(self._see_through(found) for found in claimed))
        return len(claimed)

    async def _claim(self, limit: int) -> list[Claimed]:
        if limit <= 0:
            return []
        async with self.tools.database.transaction(SYSTEM) as session:
            return await delivering.claim(session, limit=limit, now=await clock.now(session))

    async def _see_through(self, claimed: Claimed) -> None:
        try:
            answer = await self._send(claimed)
            async with self.tools.database.transaction(SYSTEM) as session:
                await delivering.note(session, claimed, answer, now=await clock.now(session))
        except Exception as error:  # noqa: BLE001  the lease ends, and it is sent again
            log.error("webhook_unnoted", delivery_id=str(claimed.delivery_id), error=repr(error))  # noqa: TRY400  its cause is in the message

    async def _send(self, claimed: Claimed) -> Answer:
        try:
            secrets = [
                secret_box.unseal(self._secret, claimed.endpoint_id, sealed)
                for sealed in claimed.sealed_secrets
            ]
        except secret_box.SecretLost:
            return Answer(Failure.SECRET)
        body = body_of(claimed.payload)
        # receivers refuse what is five minutes off: the real instant, not the market's, which demo mode moves
        headers = signed_headers(claimed.message_id, body, secrets, at=datetime.now(UTC))
        return await post(self.guard, claimed.url, body, headers)
