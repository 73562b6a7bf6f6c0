"""Events of the tests' own, and a table where their handlers leave a mark."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import select, text
from sqlalchemy.engine import Row

from marketplace import outbox
from marketplace.actor import SYSTEM
from marketplace.db import Session
from marketplace.outbox import Event, OutboxRow
from tests.support.world import World
from workers.tools import Tools


@dataclass(frozen=True, slots=True, kw_only=True)
class Rang(Event):
    topic: ClassVar[str] = "test.rang"
    number: int


async def ring(session: Session, event: Rang, _tools: Tools) -> None:
    await session.execute(text("insert into bell values (:number)"), {"number": event.number})


async def hang_bell(world: World) -> None:
    await world.sql("create table bell (number int, rung_at serial)")
    await world.sql("grant all on bell, bell_rung_at_seq to lotcommun_worker")


async def announce(world: World, *numbers: int) -> None:
    async with world.as_worker.transaction(SYSTEM) as session:
        for number in numbers:
            outbox.record(session, Rang(number=number))


async def heard(world: World) -> list[int]:
    """The numbers rung, in order."""
    async with world.as_worker.reading(SYSTEM) as reads:
        return [row.number for row in await reads.execute(text("select number from bell order by rung_at"))]


async def rows(world: World) -> Sequence[Row[Any]]:
    """The outbox rows of these events, as announced."""
    wanted = (
        OutboxRow.id, OutboxRow.status, OutboxRow.starts, OutboxRow.failures, OutboxRow.claims, OutboxRow.last_error,
        OutboxRow.handler,
    )  # fmt: skip
    async with world.as_worker.reading(SYSTEM) as reads:
        found = await reads.execute(
            select(*wanted).where(OutboxRow.topic == Rang.topic).order_by(OutboxRow.id)
        )
        return found.all()


async def make_due(world: World) -> None:
    """Let every lease and back-off pass."""
    await world.sql("update outbox set next_at = now() where status = 'pending'")
