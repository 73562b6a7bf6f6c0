"""ARQ on a real Valkey: ids in JSON, never pickle; losing it loses nothing."""

import asyncio
import contextlib
import json
import pickle
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from marketplace.db import Session, asyncpg_url
from marketplace.embedded import Addresses
from tests.support.world import World
from tests.workers.bells import Rang, announce, heard, make_due, ring, rows
from workers.main import arq_loop, drain_loop
from workers.queue import QUEUE_NAME, ArqQueue, Consumer, redis_settings
from workers.relay import Relay
from workers.routes import Lane, Route
from workers.tools import Tools

LATE = {Rang: (Route("ring", ring, Lane.QUEUE),)}


@pytest.fixture
async def redis(addresses: Addresses) -> AsyncIterator[Redis]:
    client = Redis.from_url(addresses.redis)
    await client.delete(QUEUE_NAME)
    yield client
    await client.delete(QUEUE_NAME)
    await client.aclose()


@pytest.fixture
async def handing(belfry: World, addresses: Addresses) -> AsyncIterator[Relay]:
    queue = ArqQueue(addresses.redis)
    yield Relay(Tools(belfry.settings, belfry.as_worker), LATE, queue)
    await queue.close()


@contextlib.asynccontextmanager
async def running(work: Awaitable[None]) -> AsyncIterator[None]:
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], Awaitable[Any]], patience: float = 15) -> None:
    deadline = time.monotonic() + patience
    while not await true():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.05)


async def test_what_waits_in_redis_is_json_and_holds_an_id_only(
    belfry: World, handing: Relay, redis: Redis
) -> None:
    await announce(belfry, 1)
    await handing.drain()
    assert await heard(belfry) == []
    (row,) = await rows(belfry)
    kept = await redis.get(f"arq:job:{row.id}:1")
    document = json.loads(kept)
    assert (document["f"], document["a"], document["k"]) == ("run_outbox", [str(row.id)], {})


async def test_the_consumer_runs_what_it_is_handed(
    belfry: World, handing: Relay, redis: Redis, addresses: Addresses
) -> None:
    await announce(belfry, 1, 2, 3)
    await handing.drain()
    async with running(Consumer(addresses.redis, Relay(handing.tools, LATE)).run()):
        await until(lambda: _heard(belfry, [1, 2, 3]))
    assert {(row.status, row.starts) for row in await rows(belfry)} == {("done", 1)}


async def test_a_consumer_told_to_stop_finishes_what_it_has_in_hand(
    belfry: World, handing: Relay, redis: Redis, addresses: Addresses
) -> None:
    begun = asyncio.Event()

    async def slowly(session: Session, event: Rang, tools: Tools) -> None:
        begun.set()
        await asyncio.sleep(0.5)
        await ring(session, event, tools)

    await announce(belfry, 1)
    await handing.drain()
    slow = Relay(handing.tools, {Rang: (Route("ring", slowly, Lane.QUEUE),)})
    async with running(Consumer(addresses.redis, slow).run()):
        await begun.wait()
    assert await heard(belfry) == [1]
    assert [(row.status, row.starts) for row in await rows(belfry)] == [("done", 1)]


async def test_losing_all_of_redis_loses_nothing(
    belfry: World, handing: Relay, redis: Redis, addresses: Addresses
) -> None:
    await announce(belfry, 1, 2, 3)
    await handing.drain()
    await redis.delete(QUEUE_NAME, *[f"arq:job:{row.id}:1" for row in await rows(belfry)])
    await make_due(belfry)
    await handing.drain()
    async with running(Consumer(addresses.redis, Relay(handing.tools, LATE)).run()):
        await until(lambda: _heard(belfry, [1, 2, 3]))


async def test_a_pickled_payload_is_refused_unread(
    belfry: World, handing: Relay, redis: Redis, addresses: Addresses, tmp_path: Path
) -> None:
    trap = tmp_path / "sprung"
    await redis.set(
        "arq:job:trap", pickle.dumps({"t": 1, "f": "run_outbox", "a": (Trap(str(trap)),), "k": {}, "et": 0})
    )
    await redis.zadd(QUEUE_NAME, {"trap": 1})
    await announce(belfry, 1)
    await handing.drain()
    async with running(Consumer(addresses.redis, Relay(handing.tools, LATE)).run()):
        await until(lambda: _heard(belfry, [1]))
        await until(lambda: _gone(redis, "arq:job:trap"))
    assert not trap.exists()


class Trap:
    """Unpickling it creates a file."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (self.path, "w")


async def test_a_redis_that_is_down_is_said_and_done_without(belfry: World, tmp_path: Path) -> None:
    queue = ArqQueue(f"unix://{tmp_path}/nobody.sock")
    await announce(belfry, 1)
    await Relay(Tools(belfry.settings, belfry.as_worker), LATE, queue).drain()
    assert await heard(belfry) == [1]


async def test_the_consumer_comes_back_by_itself_after_it_ended(belfry: World) -> None:
    lives = []

    class Dying:
        async def run(self) -> None:
            lives.append(time.monotonic())
            raise ConnectionError("Redis a disparu")

    async with running(arq_loop(Dying())):  # type: ignore[arg-type]
        await until(lambda: _reached(lives, 2))
    assert lives[1] - lives[0] >= 1


async def test_the_drain_survives_a_database_that_cuts_every_connection(
    belfry: World, addresses: Addresses
) -> None:
    stop = asyncio.Event()
    relay = Relay(Tools(belfry.settings, belfry.as_worker), {Rang: (Route("ring", ring),)})
    async with running(drain_loop(relay, [], stop)):
        await announce(belfry, 1)
        await until(lambda: _heard(belfry, [1]))
        await cut_connections(belfry, addresses)
        await announce(belfry, 2)
        await until(lambda: _heard(belfry, [1, 2]))
        stop.set()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("unix:///run/valkey.sock", ("/run/valkey.sock", None, False)),
        ("redis://cache.invalid:6380/2", (None, "cache.invalid", False)),
        ("rediss://cache.invalid/0", (None, "cache.invalid", True)),
    ],
)
def test_every_form_of_address_is_understood(url: str, expected: tuple[str | None, str | None, bool]) -> None:
    found = redis_settings(url)
    assert (found.unix_socket_path, None if found.unix_socket_path else found.host, found.ssl) == expected


async def cut_connections(world: World, addresses: Addresses) -> None:
    superuser = create_async_engine(asyncpg_url(addresses.superuser)[0], poolclass=NullPool)
    name = make_url(world.settings.database.worker_url or "").database
    async with superuser.connect() as connection:
        await connection.execute(
            text(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = :name and usename = 'lotcommun_worker'"
            ),
            {"name": name},
        )
    await superuser.dispose()


async def _heard(world: World, numbers: list[int]) -> bool:
    return sorted(await heard(world)) == numbers


async def _gone(redis: Redis, key: str) -> bool:
    return not await redis.exists(key)


async def _reached(lives: list[float], count: int) -> bool:
    return len(lives) >= count
