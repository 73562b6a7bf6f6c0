"""Events leave with the transaction, or not at all."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError, ProgrammingError

from marketplace import outbox
from marketplace.actor import SYSTEM
from marketplace.db import Database
from marketplace.ids import new_id
from marketplace.settings import needed
from tests.support.world import World

FIND = "select count(*) from outbox where topic = 'test.told'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(outbox.Event):
    topic = "test.told"
    subject: UUID
    day: date
    quantity: Decimal = Decimal("12.50")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldOnce(outbox.Event):
    topic = "test.told_once"
    subject: UUID

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.subject}"


def told() -> Told:
    return Told(subject=new_id(), day=date(2026, 11, 22))


async def test_an_event_is_a_row_of_the_transaction_that_announces_it(world: World) -> None:
    async with world.as_worker.transaction(SYSTEM) as session:
        outbox.record(session, told())
        await session.flush()
        await session.rollback()
    assert await world.sql(FIND) == 0
    async with world.as_worker.transaction(SYSTEM) as session:
        row = outbox.record(session, told(), trace_id="abc")
        assert await world.sql(FIND) == 0
    found = "select json_build_array(id, status, trace_id, claims) from outbox where topic = 'test.told'"
    assert await world.sql(found) == [str(row), "pending", "abc", 0]


async def test_a_business_key_leaves_once_whoever_repeats_it(world: World) -> None:
    event = ToldOnce(subject=new_id())
    async with world.as_worker.transaction(SYSTEM) as session:
        outbox.record(session, event)
    with pytest.raises(IntegrityError):
        async with world.as_worker.transaction(SYSTEM) as session:
            outbox.record(session, event)


async def test_the_application_writes_events_and_never_reads_them(world: World) -> None:
    town = await world.town()
    database = Database(needed(world.settings.database.url, "DATABASE_URL"), pool_size=1)
    try:
        async with database.transaction(town.actor) as session:
            row = outbox.record(session, told())
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with database.transaction(town.actor) as session:
                await session.get(outbox.OutboxRow, row)
    finally:
        await database.close()
    assert await world.sql(FIND) == 1


def test_an_event_reads_back_as_it_was_written_and_its_topic_is_its_own() -> None:
    event = told()
    assert outbox.load(event.topic, outbox.dump(event)) == event
    assert event.key != event.key
    with pytest.raises(KeyError):
        outbox.load("test.never_declared", {})
