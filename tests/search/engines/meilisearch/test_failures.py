"""Whatever the server does wrong has one name, and a search takes no longer than it may."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from search.engines.failures import EngineDown, EngineRefused
from search.engines.meilisearch import MeilisearchEngine
from tests.search.engines.benches import Bench
from tests.search.engines.meilisearch.conftest import Door
from tests.search.engines.test_search_contract import MARKET
from tests.support.meilisearch.server import Fake, fault
from tests.support.world import World

SENSELESS: list[Any] = [
    None, [], {}, {"results": []}, {"results": [{}] * 3}, {"results": "oui"}, "texte", {"message": "bonjour"},
    {"results": [{"indexUid": "x", "hits": [{"stamp": 1}], "query": "", "processingTimeMs": 0, "totalHits": 1}] * 3},
    {"results": [{"indexUid": "x", "hits": [{"id": "pas un uuid"}], "query": "", "processingTimeMs": 0, "totalHits": 1}] * 3},
]  # fmt: skip


@pytest.mark.parametrize("answer", SENSELESS)
async def test_an_answer_without_sense_is_no_answer(world: World, answer: Any) -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, json=answer))
    bench = Bench(world, MeilisearchEngine("http://meilisearch.test", transport=transport))
    with pytest.raises(EngineDown):
        await bench.finds("éclairage")


@pytest.mark.parametrize("answer", [httpx2.Response(200, text="<html>Bonjour</html>"), httpx2.Response(502, text="Bad gateway"), httpx2.Response(204)])  # fmt: skip
async def test_neither_is_one_that_is_not_json(world: World, answer: httpx2.Response) -> None:
    bench = Bench(
        world, MeilisearchEngine("http://meilisearch.test", transport=httpx2.MockTransport(lambda _: answer))
    )
    with pytest.raises(EngineDown):
        await bench.finds("éclairage")


@pytest.mark.parametrize("key", ["une-autre-cle", None])
async def test_a_wrong_key_blames_the_server_not_the_query(
    world: World, fake: Fake, make: Callable[..., MeilisearchEngine], key: str | None
) -> None:
    with pytest.raises(EngineDown) as refused:
        await Bench(world, make(key)).finds()
    assert not isinstance(refused.value, EngineRefused)


async def test_a_refused_query_blames_the_query(bench: Bench, fake: Fake) -> None:
    await bench.rebuilds(*MARKET)
    fake.refuses = lambda _method, path: (400, fault("invalid_search_filter")) if "search" in path else None
    with pytest.raises(EngineRefused):
        await bench.finds()


async def test_a_search_takes_no_longer_than_it_may(
    world: World, door: Door, make: Callable[..., MeilisearchEngine]
) -> None:
    async def wait(_: httpx2.Request) -> None:
        await asyncio.sleep(5)

    door.before = wait
    started = time.monotonic()
    with pytest.raises(EngineDown):
        await Bench(world, make(search_seconds=0.1)).finds()
    assert time.monotonic() - started < 1


async def test_a_write_that_is_never_done_is_given_up(
    world: World, fake: Fake, make: Callable[..., MeilisearchEngine]
) -> None:
    bench = Bench(world, make())
    await bench.rebuilds(*MARKET)
    fake.refuses = lambda _method, path: (200, fake.tasks[-1].view()) if path.startswith("/tasks/") else None
    with pytest.raises(EngineDown, match="not done"):
        await Bench(world, make(write_seconds=0.2)).puts(MARKET[0])


async def test_a_server_that_did_not_answer_is_not_asked_again_at_once(
    fake: Fake, engine: MeilisearchEngine
) -> None:
    await engine.ready()
    fake.refuses = lambda _method, _path: (503, fault("internal", "internal"))
    for _ in range(3):
        with pytest.raises(EngineDown):
            await engine.ready()
    assert fake.heard.count(("GET", "/health")) == 2
