"""The drain: claims outbox rows in PostgreSQL and sees each through, whatever dies meanwhile.

    claim     rows that are due, skipping locked ones; their next attempt is pushed forward (the lease), and committed
    start     `starts` is counted in a transaction of its own, so that work which kills its worker is noticed
    run       under the row's own lock: the handler's effects and `done` commit together, or not at all

The row lock is lease and fence in one: it vanishes with a killed process's connection, and a stalled worker cannot commit
twice. A row is dead after 5 failures, or 3 starts without an end; people decide what becomes of it. A handler whose outside service
is down says `Later`: for a day the row is put off, and nothing is counted.

An event that sets several things in motion is first split into one row each. Rows of the QUEUE lane are handed to ARQ as
ids; while Redis is down, or ARQ does not get to them, the drain runs them itself.
"""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from marketplace import logs, outbox
from marketplace.actor import SYSTEM
from marketplace.db import Session
from marketplace.ids import new_id
from marketplace.outbox import OutboxRow, OutboxStatus
from workers.routes import Lane, Later, Route, Routes
from workers.tools import Tools

MAX_FAILURES = 5
MAX_LOST_STARTS = 3
BATCH = 20
LEASE_SECONDS = {Lane.DRAIN: 3, Lane.QUEUE: 30}
PUT_OFF_AT_MOST = timedelta(days=1)
HANDED_AT_MOST = 3
"""After so many claims that ARQ never started, the drain stops waiting for it."""

log = logs.logger(__name__)


class Queue(Protocol):
    """The door to ARQ."""

    async def hand(self, row_id: UUID, claim: int) -> bool:
        """Hand over a row's id. False when the queue is out of reach."""


class Relay:
    """One process's drain. `queue` None: everything is run here."""

    def __init__(self, tools: Tools, routes: Routes, queue: Queue | None = None) -> None:
        self.tools = tools
        self.routes = routes
        self.queue = queue

    async def drain(self) -> int:
        """Claim what is due and see it through. Returns how many rows were claimed."""
        claimed = await self._claim()
        for row_id, lane, claims, starts in claimed:
            waits = lane is Lane.QUEUE and claims <= HANDED_AT_MOST + starts
            if not (waits and self.queue and await self.queue.hand(row_id, claims)):
                await self.run(row_id)
        return len(claimed)

    async def drain_all(self, *, patience: float = 30) -> None:
        """Drain until nothing is due: for tests and for commands that must not leave work behind."""
        deadline = asyncio.get_running_loop().time() + patience
        while await self.drain():
            if asyncio.get_running_loop().time() > deadline:
                raise TimeoutError("the outbox does not empty")

    async def run(self, row_id: UUID) -> None:
        """See one row through: done, or counted as failed, or dead. Never raises for what the handler raises."""
        with structlog.contextvars.bound_contextvars(outbox_id=str(row_id)):
            if not await self._start(row_id):
                return
            try:
                await self._run(row_id)
            except Later as later:
                log.info("outbox_put_off", reason=str(later))
                await self._put_off(row_id, later)
            except Exception as error:
                log.exception("outbox_failed")
                await self._fail(row_id, error)

    async def _claim(self) -> list[tuple[UUID, Lane, int, int]]:
        async with self.tools.database.transaction(SYSTEM) as session:
            due = (
                select(OutboxRow.id)
                .where(OutboxRow.status == OutboxStatus.PENDING, OutboxRow.next_at <= text("now()"))
                .order_by(OutboxRow.next_at, OutboxRow.id)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            )
            rows = (
                await session.execute(
                    update(OutboxRow)
                    .where(OutboxRow.id.in_(due.scalar_subquery()))
                    .values(
                        claims=OutboxRow.claims + 1,
                        next_at=text(f"now() + interval '{LEASE_SECONDS[Lane.DRAIN]} s'"),
                    )
                    .returning(
                        OutboxRow.id, OutboxRow.topic, OutboxRow.handler, OutboxRow.claims, OutboxRow.starts
                    )
                )
            ).all()
            lanes = {row.id: self._lane(row.topic, row.handler) for row in rows}
            queued = [row_id for row_id, lane in lanes.items() if lane is Lane.QUEUE]
            if queued:
                later = text(f"now() + interval '{LEASE_SECONDS[Lane.QUEUE]} s'")
                await session.execute(update(OutboxRow).where(OutboxRow.id.in_(queued)).values(next_at=later))
        return [
            (row.id, lanes[row.id], row.claims, row.starts)
            for row in sorted(rows, key=lambda row: str(row.id))
        ]

    def _routes(self, topic: str, handler: str) -> Sequence[Route]:
        found = self.routes.get(outbox.Event.by_topic.get(topic, outbox.Event), ())
        return [route for route in found if handler in {"", route.name}]

    def _lane(self, topic: str, handler: str) -> Lane:
        routes = self._routes(topic, handler)
        return routes[0].lane if len(routes) == 1 else Lane.DRAIN

    async def _start(self, row_id: UUID) -> bool:
        async with self.tools.database.transaction(SYSTEM) as session:
            row = await _locked(session, row_id)
            if row is None:
                return False
            if row.starts - row.failures >= MAX_LOST_STARTS:
                row.status = OutboxStatus.DEAD
                row.last_error = f"{MAX_LOST_STARTS} starts without an end"
                log.error("outbox_dead", topic=row.topic, handler=row.handler, reason=row.last_error)
                return False
            row.starts += 1
            return True

    async def _run(self, row_id: UUID) -> None:
        async with self.tools.database.transaction(SYSTEM) as session:
            row = await _locked(session, row_id)
            if row is None:
                return
            routes = self._routes(row.topic, row.handler)
            if row.topic not in outbox.Event.by_topic:
                raise LookupError(f"nobody declares the event {row.topic}")
            if row.handler and not routes:
                raise LookupError(f"no handler is called {row.handler} for {row.topic}")
            if len(routes) > 1:
                await _split(session, row, routes)
            elif routes:
                await routes[0].run(session, outbox.load(row.topic, row.payload), self.tools)
            row.status = OutboxStatus.DONE
            row.last_error = None
            await session.flush()
            await session.execute(
                update(OutboxRow).where(OutboxRow.id == row_id).values(done_at=text("now()"))
            )

    async def _put_off(self, row_id: UUID, later: Later) -> None:
        async with self.tools.database.transaction(SYSTEM) as session:
            row = await _locked(session, row_id)
            if row is None:
                return
            waiting = datetime.now(UTC) - row.created_at < PUT_OFF_AT_MOST
            if waiting:
                row.starts, row.claims = row.starts - 1, 0
                row.last_error = f"put off: {later}"[:500]
                await session.flush()
                soon = text(f"now() + interval '{later.seconds:.0f} s'")
                await session.execute(update(OutboxRow).where(OutboxRow.id == row_id).values(next_at=soon))
        if not waiting:
            await self._fail(row_id, later)

    async def _fail(self, row_id: UUID, error: Exception) -> None:
        async with self.tools.database.transaction(SYSTEM) as session:
            row = await _locked(session, row_id)
            if row is None:
                return
            row.failures += 1
            row.last_error = f"{type(error).__name__}: {error}"[:500]
            if row.failures >= MAX_FAILURES:
                row.status = OutboxStatus.DEAD
                log.error("outbox_dead", topic=row.topic, handler=row.handler, reason=row.last_error)
                return
            delay = min(3600.0, 2.0**row.failures) * random.uniform(0.75, 1.25)  # noqa: S311  jitter, not a secret
            await session.flush()
            await session.execute(
                update(OutboxRow)
                .where(OutboxRow.id == row_id)
                .values(next_at=text(f"now() + interval '{delay:.3f} s'"))
            )


async def _locked(session: Session, row_id: UUID) -> OutboxRow | None:
    """The row, if it is still to do and nobody else holds it."""
    found: OutboxRow | None = await session.scalar(
        select(OutboxRow)
        .where(OutboxRow.id == row_id, OutboxRow.status == OutboxStatus.PENDING)
        .with_for_update(skip_locked=True)
    )
    return found


async def _split(session: Session, row: OutboxRow, routes: Sequence[Route]) -> None:
    children: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "topic": row.topic,
            "handler": route.name,
            "key": f"{row.key}/{route.name}",
            "payload": row.payload,
            "status": OutboxStatus.PENDING,
            "claims": 0,
            "starts": 0,
            "failures": 0,
            "trace_id": row.trace_id,
        }
        for route in routes
    ]
    await session.execute(insert(OutboxRow).values(children).on_conflict_do_nothing(index_elements=["key"]))
