"""Long work in pieces: progress shows, pieces run once, the last one finalises; and what has served is forgotten."""

import asyncio
from dataclasses import replace

from tests.support import story
from tests.support.world import World
from workers import housekeeping
from workers.relay import Relay
from workers.routing import ROUTES

NEEDS = [("40", "0"), ("30", "0"), ("20", "0"), ("10", "0"), ("5", "0")]


async def test_orders_are_prepared_in_pieces_that_show_their_progress(world: World) -> None:
    told = await story.awarded(world, NEEDS)
    relay = Relay(replace(world.tools, chunk_size=2), ROUTES)
    seen = []
    while await relay.drain():
        told_now = await told.coordinator.read(f"{told.path}/progress")
        seen.append((told_now["job"], told_now["done"], told_now["total"]))
    assert ("orders", 0, 5) in seen
    assert seen[-1] == (None, 0, 0)
    assert await world.sql("select done || '/' || total from job_run") == "5/5"
    orders = await told.coordinator.read(f"{told.path}/orders")
    assert [o["lines"][0]["quantity"] for o in orders] == [firm for firm, _ in NEEDS]


async def test_pieces_delivered_twice_and_at_once_make_each_order_once(world: World) -> None:
    told = await story.awarded(world, NEEDS)
    relay = Relay(replace(world.tools, chunk_size=1), ROUTES)
    while not await world.sql("select count(*) from job_chunk"):
        await relay.drain()
    await world.sql(
        "insert into outbox (id, topic, handler, key, payload, status, claims, starts, failures)"
        " select gen_random_uuid(), topic, handler, key || '+', payload, 'pending', 0, 0, 0 from outbox"
        " where topic = 'orders.chunk'"
    )
    await asyncio.gather(*(Relay(relay.tools, ROUTES).drain_all() for _ in range(3)))
    await world.sql("update outbox set next_at = now() where status = 'pending'")
    await relay.drain_all()
    orders = await told.coordinator.read(f"{told.path}/orders")
    assert [o["lines"][0]["quantity"] for o in orders] == [firm for firm, _ in NEEDS]
    assert (
        await world.sql("select count(*) from outbox where topic = 'orders.prepared' and handler = ''") == 1
    )
    assert await world.sql("select count(*) from outbox where status <> 'done'") == 0


async def test_housekeeping_forgets_what_has_served_and_nothing_else(world: World) -> None:
    rows = "insert into outbox (id, topic, key, payload, status, claims, starts, failures, done_at) values "
    for key, status, days in (
        ("old", "done", 91),
        ("new", "done", 89),
        ("dead", "dead", 400),
        ("late", "pending", 400),
    ):
        await world.sql(
            rows
            + f"(gen_random_uuid(), 'test.kept', '{key}', '{{}}', '{status}', 0, 0, 0, now() - interval '{days} days')"
        )
    await housekeeping.prune(world.as_worker)
    assert await world.sql("select string_agg(key, ',' order by key) from outbox") == "dead,late,new"
