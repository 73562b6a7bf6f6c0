"""When the search server is slow, gone or mad, PostgreSQL answers, in time, and the page says so."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from marketplace.actor import SYSTEM
from search.engines import SearchPage, SearchQuery
from search.engines.breaker import FIRST_PAUSE, LONGEST_PAUSE, Breaker, Circuit
from search.engines.failures import EngineDown, EngineRefused
from search.engines.meilisearch import MeilisearchEngine
from search.engines.postgres import PostgresEngine
from tests.search.engines.test_search_contract import MARKET
from tests.support.world import World

BUDGET = 0.3
"""Seconds that an answer may take in all when the server does not give it."""
ASKED = SearchQuery("éclairage", domains=("eclairage-public",))
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(talk: Talk) -> AsyncIterator[str]:
    """A server on loopback that does with each connection what `talk` does."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()


async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A byte now and then: no time-out of a single read ever passes."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n")
    for _ in range(1000):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


def answers(written: bytes, *, after: float = 0) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        await asyncio.sleep(after)
        writer.write(written)
        await writer.drain()

    return talk


def http(status: str, body: bytes, kind: str = "application/json") -> bytes:
    return (
        f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n".encode()
        + body
    )


BAD: dict[str, Talk] = {
    "hangs": hang,
    "trickles": trickle,
    "closes": answers(b""),
    "answers 503": answers(http("503 Service Unavailable", b"busy", "text/plain")),
    "answers 500 in JSON": answers(http("500 Internal Server Error", b'{"message":"x","code":"internal","type":"internal","link":""}')),
    "answers garbage": answers(b"\x00\xff\x13garbage\r\n\r\n"),
    "answers HTML": answers(http("200 OK", b"<html></html>", "text/html")),
    "answers other JSON": answers(http("200 OK", b'{"results": [1, 2, 3]}')),
    "answers late": answers(http("200 OK", b'{"results": []}'), after=1),
    "knows no index": answers(http("404 Not Found", b'{"message":"x","code":"index_not_found","type":"invalid_request","link":""}')),
}  # fmt: skip


async def timed(world: World, breaker: Breaker) -> tuple[SearchPage, float]:
    async with world.app.state.database.reading(SYSTEM) as reads:
        await reads.connection()
        started = time.perf_counter()
        found = await breaker.search(reads, ASKED)
        return found, time.perf_counter() - started


async def fill(world: World) -> None:
    async with world.as_worker.transaction(SYSTEM) as session:
        await PostgresEngine().rebuild(session, MARKET)


async def test_whatever_the_server_does_postgresql_answers_in_time_then_at_once(
    world: World, subtests: pytest.Subtests
) -> None:
    await fill(world)
    async with world.app.state.database.reading(SYSTEM) as reads:
        alone = await PostgresEngine().search(reads, ASKED)
    for what, talk in BAD.items():
        with subtests.test(what):
            firsts, nexts = [], []
            async with server(talk) as url:
                for _ in range(3):
                    engine = MeilisearchEngine(url)
                    breaker = Breaker(engine, PostgresEngine())
                    for times in (firsts, nexts, nexts):
                        found, seconds = await timed(world, breaker)
                        times.append(seconds)
                        assert (found.engine, found.degraded, found.hits) == ("postgres", True, alone.hits)
                    assert breaker.circuit is Circuit.OPEN
                    await engine.close()
            print(
                f"\n{what:22} first {statistics.median(firsts) * 1000:6.1f} ms, next {statistics.median(nexts) * 1000:5.1f} ms"
            )
            assert statistics.median(firsts) < BUDGET
            assert statistics.median(nexts) < 0.1


async def test_a_server_that_refuses_connections_is_no_different(world: World) -> None:
    await fill(world)
    async with server(hang) as url:
        pass
    engine = MeilisearchEngine(url)
    found, seconds = await timed(world, Breaker(engine, PostgresEngine()))
    assert (found.engine, found.degraded) == ("postgres", True)
    assert seconds < BUDGET
    await engine.close()


class Scripted:
    """An engine that does what it is told; `asked` counts."""

    def __init__(self, name: str, fails: type[EngineDown] | None = None) -> None:
        self.name, self.fails, self.asked = name, fails, 0
        self.waits: asyncio.Event | None = None

    async def search(self, session: object, query: SearchQuery) -> SearchPage:
        self.asked += 1
        if self.waits:
            await self.waits.wait()
        if self.fails:
            raise self.fails(engine=self.name, why="told so")
        return SearchPage((), 0, self.name)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time_() -> Clock:
    return Clock()


@pytest.fixture
def first() -> Scripted:
    return Scripted("first")


@pytest.fixture
def breaker(first: Scripted, time_: Clock) -> Breaker:
    return Breaker(first, Scripted("second"), seconds=time_)


async def who(breaker: Breaker) -> str:
    found = await breaker.search(None, SearchQuery())  # type: ignore[arg-type]
    assert found.degraded == (found.engine == "second")
    return found.engine


async def test_one_failure_opens_the_circuit_and_pauses_grow_up_to_a_minute(
    breaker: Breaker, first: Scripted, time_: Clock
) -> None:
    assert await who(breaker) == "first"
    first.fails = EngineDown
    pause = FIRST_PAUSE
    for _ in range(8):
        asked = first.asked
        assert await who(breaker) == "second"
        assert first.asked == asked + 1
        time_.now += pause - 0.01
        assert [await who(breaker) for _ in range(3)] == ["second"] * 3
        assert first.asked == asked + 1
        time_.now += 0.01
        assert breaker.circuit is Circuit.HALF_OPEN
        pause = min(LONGEST_PAUSE, pause * 2)
    assert pause == LONGEST_PAUSE


async def test_an_answer_closes_it_and_the_next_failure_starts_over(
    breaker: Breaker, first: Scripted, time_: Clock
) -> None:
    first.fails = EngineDown
    await who(breaker)
    time_.now += FIRST_PAUSE
    await who(breaker)
    time_.now += 2 * FIRST_PAUSE
    first.fails = None
    assert await who(breaker) == "first"
    assert (breaker.circuit, breaker.degraded()) == (Circuit.CLOSED, False)
    first.fails = EngineDown
    await who(breaker)
    time_.now += FIRST_PAUSE
    assert breaker.circuit is Circuit.HALF_OPEN


async def test_half_open_one_search_tries_and_the_others_do_not_wait(
    breaker: Breaker, first: Scripted, time_: Clock
) -> None:
    first.fails = EngineDown
    await who(breaker)
    time_.now += FIRST_PAUSE
    first.fails, first.waits, asked = None, asyncio.Event(), first.asked
    trial = asyncio.create_task(who(breaker))
    await asyncio.sleep(0)
    assert [await who(breaker) for _ in range(5)] == ["second"] * 5
    assert first.asked == asked + 1
    first.waits.set()
    assert await trial == "first"
    assert await who(breaker) == "first"


async def test_a_trial_whose_asker_leaves_lets_the_next_one_try(
    breaker: Breaker, first: Scripted, time_: Clock
) -> None:
    first.fails = EngineDown
    await who(breaker)
    time_.now += FIRST_PAUSE
    first.fails, first.waits = None, asyncio.Event()
    trial = asyncio.create_task(who(breaker))
    await asyncio.sleep(0)
    trial.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trial
    first.waits = None
    assert await who(breaker) == "first"


async def test_a_refused_query_opens_nothing(breaker: Breaker, first: Scripted) -> None:
    first.fails = EngineRefused
    assert await who(breaker) == "second"
    assert breaker.circuit is Circuit.CLOSED
    first.fails = None
    assert await who(breaker) == "first"


async def test_many_that_fail_together_count_once(breaker: Breaker, first: Scripted, time_: Clock) -> None:
    first.fails, first.waits = EngineDown, asyncio.Event()
    together = [asyncio.create_task(who(breaker)) for _ in range(20)]
    await asyncio.sleep(0)
    first.waits.set()
    assert set(await asyncio.gather(*together)) == {"second"}
    time_.now += FIRST_PAUSE
    assert breaker.circuit is Circuit.HALF_OPEN


async def test_who_answered_is_told(breaker: Breaker, first: Scripted) -> None:
    told: list[tuple[str, bool]] = []
    breaker.told = lambda engine, degraded: told.append((engine, degraded))
    await who(breaker)
    first.fails = EngineDown
    await who(breaker)
    assert told == [("first", False), ("second", True)]
