"""The drain: in order, once, whatever fails or dies."""

import asyncio
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from marketplace.db import Database, Session
from marketplace.settings import needed
from tests.support.world import World
from tests.workers.bells import Rang, announce, heard, make_due, ring, rows
from workers.relay import BATCH, MAX_FAILURES, MAX_LOST_STARTS, Relay
from workers.routes import Lane, Route
from workers.tools import Tools

RINGING = {Rang: (Route("ring", ring),)}


def relay(world: World, *routes: Route, database: Database | None = None) -> Relay:
    tools = Tools(world.settings, database or world.as_worker)
    return Relay(tools, {Rang: routes} if routes else RINGING)


async def test_rows_are_run_in_the_order_they_were_announced(belfry: World) -> None:
    await announce(belfry, *range(45))
    await relay(belfry).drain_all()
    assert await heard(belfry) == list(range(45))
    assert {(row.status, row.starts, row.failures) for row in await rows(belfry)} == {("done", 1, 0)}


async def test_two_relays_at_once_never_run_a_handler_twice(belfry: World) -> None:
    async def slowly(session: Session, event: Rang, tools: Tools) -> None:
        await asyncio.sleep(0.005)
        await ring(session, event, tools)

    await announce(belfry, *range(50))
    other = Database(needed(belfry.settings.database.worker_url, "worker"), pool_size=2)
    pair = [relay(belfry, Route("ring", slowly), database=database) for database in (belfry.as_worker, other)]
    await asyncio.gather(*(one.drain_all() for one in pair))
    await other.close()
    assert sorted(await heard(belfry)) == list(range(50))


async def test_drains_that_claim_at_once_share_the_rows_among_them(belfry: World) -> None:
    await announce(belfry, *range(3 * BATCH))
    one = relay(belfry)
    batches = await asyncio.gather(*(one._claim() for _ in range(3)))
    claimed = [row_id for batch in batches for row_id, *_ in batch]
    assert len(claimed) == len(set(claimed)) == 3 * BATCH


async def test_a_row_in_hand_is_left_alone_even_when_its_lease_is_over(belfry: World) -> None:
    begun, finish = asyncio.Event(), asyncio.Event()

    async def waiting(session: Session, event: Rang, tools: Tools) -> None:
        begun.set()
        await ring(session, event, tools)
        await finish.wait()

    await announce(belfry, 1)
    at_work = asyncio.create_task(relay(belfry, Route("ring", waiting)).drain())
    await begun.wait()
    (row,) = await rows(belfry)
    eager = relay(belfry)
    await asyncio.gather(*(eager.run(row.id) for _ in range(3)))
    assert await heard(belfry) == []
    finish.set()
    await at_work
    assert await heard(belfry) == [1]
    assert [(row.status, row.starts) for row in await rows(belfry)] == [("done", 1)]


async def test_a_row_delivered_again_after_its_end_does_nothing(belfry: World) -> None:
    await announce(belfry, 1)
    await relay(belfry).drain()
    (row,) = await rows(belfry)
    await relay(belfry).run(row.id)
    assert await heard(belfry) == [1]


async def test_effects_and_completion_commit_together_or_not_at_all(belfry: World) -> None:
    async def ring_then_fail(session: Session, event: Rang, tools: Tools) -> None:
        await ring(session, event, tools)
        raise ValueError("la corde a cassé")

    await announce(belfry, 1)
    await relay(belfry, Route("ring", ring_then_fail)).drain()
    assert await heard(belfry) == []
    (row,) = await rows(belfry)
    assert (row.status, row.failures, row.last_error) == ("pending", 1, "ValueError: la corde a cassé")


async def test_a_connection_cut_in_the_middle_loses_nothing_and_doubles_nothing(belfry: World) -> None:
    cut = iter([True, False])

    async def ring_and_be_cut(session: Session, event: Rang, tools: Tools) -> None:
        await ring(session, event, tools)
        if next(cut):
            await session.execute(text("select pg_terminate_backend(pg_backend_pid())"))

    await announce(belfry, 1)
    one = relay(belfry, Route("ring", ring_and_be_cut))
    await one.drain()
    assert await heard(belfry) == []
    await make_due(belfry)
    await one.drain()
    assert await heard(belfry) == [1]
    assert [(row.status, row.failures) for row in await rows(belfry)] == [("done", 1)]


async def test_a_failing_handler_is_retried_with_growing_pauses_then_laid_aside(belfry: World) -> None:
    async def fail(_session: Session, event: Rang, _tools: Tools) -> None:
        raise RuntimeError(f"rien à faire du {event.number}")

    await announce(belfry, 7)
    one = relay(belfry, Route("ring", fail))
    pauses = []
    for failures in range(1, MAX_FAILURES + 1):
        assert await one.drain() == 1
        assert await one.drain() == 0, "a row that failed waits"
        assert (await rows(belfry))[0].failures == failures
        pauses.append(float(await belfry.sql("select extract(epoch from next_at - now()) from outbox")))
        await make_due(belfry)
    assert all(later > sooner for sooner, later in pairwise(pauses[:-1])), pauses
    (row,) = await rows(belfry)
    assert (row.status, row.last_error) == ("dead", "RuntimeError: rien à faire du 7")
    assert await one.drain() == 0


async def test_a_row_that_fails_does_not_hold_back_the_others(belfry: World) -> None:
    async def fail_the_first(session: Session, event: Rang, tools: Tools) -> None:
        if event.number == 0:
            raise RuntimeError
        await ring(session, event, tools)

    await announce(belfry, 0, 1, 2)
    await relay(belfry, Route("ring", fail_the_first)).drain()
    assert await heard(belfry) == [1, 2]


async def test_work_that_kills_its_worker_three_times_is_laid_aside(belfry: World) -> None:
    await announce(belfry, 1)
    (row,) = await rows(belfry)
    one = relay(belfry)
    for _ in range(MAX_LOST_STARTS):
        assert await one._start(row.id)
    await one.run(row.id)
    (row,) = await rows(belfry)
    assert (row.status, row.last_error) == ("dead", "3 starts without an end")
    assert await heard(belfry) == []


async def test_two_lost_starts_are_forgiven(belfry: World) -> None:
    await announce(belfry, 1)
    (row,) = await rows(belfry)
    one = relay(belfry)
    for _ in range(MAX_LOST_STARTS - 1):
        assert await one._start(row.id)
    await one.run(row.id)
    assert await heard(belfry) == [1]


async def test_failures_do_not_count_as_lost_starts(belfry: World) -> None:
    failing = iter([True] * (MAX_FAILURES - 1) + [False])

    async def fail_at_first(session: Session, event: Rang, tools: Tools) -> None:
        if next(failing):
            raise RuntimeError
        await ring(session, event, tools)

    await announce(belfry, 1)
    one = relay(belfry, Route("ring", fail_at_first))
    for _ in range(MAX_FAILURES):
        await one.drain()
        await make_due(belfry)
    assert await heard(belfry) == [1]
    assert [(row.status, row.failures) for row in await rows(belfry)] == [("done", MAX_FAILURES - 1)]


async def test_an_event_with_two_routes_runs_each_once_and_they_fail_apart(belfry: World) -> None:
    failing = iter([True, False])

    async def fail_once(session: Session, event: Rang, tools: Tools) -> None:
        if next(failing):
            raise RuntimeError
        await session.execute(text("insert into bell values (100 + :number)"), {"number": event.number})

    await announce(belfry, 1)
    one = relay(belfry, Route("ring", ring), Route("echo", fail_once))
    await one.drain_all()
    assert await heard(belfry) == [1]
    await make_due(belfry)
    await one.drain_all()
    assert await heard(belfry) == [1, 101]
    assert {(row.handler, row.status) for row in await rows(belfry)} == {
        ("", "done"),
        ("ring", "done"),
        ("echo", "done"),
    }


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("handler", "gone", "LookupError: no handler is called gone for test.rang"),
        ("topic", "test.of_tomorrow", "LookupError: nobody declares the event test.of_tomorrow"),
    ],
)
async def test_what_this_version_does_not_know_is_kept_and_told_not_marked_done(
    belfry: World, column: str, value: str, said: str
) -> None:
    await announce(belfry, 1)
    await belfry.sql(f"update outbox set {column} = :value", value=value)
    await relay(belfry).drain()
    assert (
        await belfry.sql("select status || '/' || failures || '/' || last_error from outbox")
        == f"pending/1/{said}"
    )


async def test_a_handler_sees_the_event_as_it_was_announced(belfry: World) -> None:
    seen: list[Any] = []

    async def look(_session: Session, event: Rang, _tools: Tools) -> None:
        seen.append(event)

    await announce(belfry, 12)
    await relay(belfry, Route("ring", look)).drain()
    assert seen == [Rang(number=12)]


class NoQueue:
    """A queue out of reach."""

    def __init__(self) -> None:
        self.asked = 0

    async def hand(self, row_id: UUID, claim: int) -> bool:
        self.asked += 1
        return False


class Forgetful(NoQueue):
    """A queue that takes ids and loses them."""

    async def hand(self, row_id: UUID, claim: int) -> bool:
        self.asked += 1
        return True


async def test_while_the_queue_is_out_of_reach_the_drain_runs_everything(belfry: World) -> None:
    queue = NoQueue()
    await announce(belfry, 1, 2)
    one = relay(belfry, Route("ring", ring, Lane.QUEUE))
    one.queue = queue
    await one.drain()
    assert (queue.asked, await heard(belfry)) == (2, [1, 2])


async def test_ids_that_the_queue_loses_are_run_by_the_drain_in_the_end(belfry: World) -> None:
    queue = Forgetful()
    await announce(belfry, 1)
    one = relay(belfry, Route("ring", ring, Lane.QUEUE))
    one.queue = queue
    for _ in range(3):
        await one.drain()
        assert await one.drain() == 0, "handed over: its lease keeps others away"
        assert await heard(belfry) == []
        await make_due(belfry)
    await one.drain()
    assert (queue.asked, await heard(belfry)) == (3, [1])


async def test_money_and_law_never_wait_for_the_queue(belfry: World) -> None:
    queue = Forgetful()
    await announce(belfry, 1)
    one = relay(belfry, Route("ring", ring, Lane.DRAIN))
    one.queue = queue
    await one.drain()
    assert (queue.asked, await heard(belfry)) == (0, [1])
