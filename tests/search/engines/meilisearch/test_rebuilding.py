"""A rebuild: beside what serves, then in its place, with nothing lost, nothing left, and no moment without an answer."""

from collections.abc import Callable

import httpx2
import pytest

from search.engines import Changes
from search.engines.failures import EngineDown, EngineRefused, IndexNotBuilt
from search.engines.meilisearch import MeilisearchEngine
from tests.search.engines.benches import Bench, sheet
from tests.search.engines.meilisearch.conftest import Door
from tests.search.engines.test_search_contract import LEAK, MARKET
from tests.support.meilisearch.server import Fake, fault
from tests.support.world import World

SERVING = "lotcommun_sheets"


async def test_the_former_index_answers_until_the_new_one_does_and_goes(
    bench: Bench, fake: Fake, door: Door, make: Callable[..., MeilisearchEngine], world: World
) -> None:
    await bench.rebuilds(*MARKET)
    onlooker, seen = Bench(world, make()), []

    async def look(request: httpx2.Request) -> None:
        if not request.url.path.endswith("multi-search"):
            seen.append((await onlooker.finds()).total)

    door.before = look
    assert await bench.rebuilds(LEAK) == 1
    assert len(seen) > 15
    assert set(seen) == {len(MARKET), 1}
    assert seen == sorted(seen, reverse=True)
    assert list(fake.indexes) == [SERVING]


async def test_a_first_build_is_never_seen_empty(
    bench: Bench, door: Door, make: Callable[..., MeilisearchEngine], world: World
) -> None:
    onlooker, seen = Bench(world, make()), []

    async def look(request: httpx2.Request) -> None:
        if not request.url.path.endswith("multi-search"):
            try:
                seen.append((await onlooker.finds()).total)
            except EngineDown:
                seen.append(None)

    door.before = look
    await bench.rebuilds(*MARKET)
    assert set(seen) == {None, len(MARKET)}


STEPS = {
    "the fresh index": ("POST", "/indexes"),
    "its settings": ("PATCH", "settings"),
    "its documents": ("POST", "/documents"),
    "its count": ("GET", "/stats"),
    "the swap": ("POST", "/swap-indexes"),
    "any task": ("GET", "/tasks/"),
}


@pytest.mark.parametrize("step", STEPS)
async def test_whatever_fails_the_former_index_serves_and_nothing_is_left(
    bench: Bench, fake: Fake, step: str
) -> None:
    await bench.rebuilds(*MARKET)
    method, part = STEPS[step]
    broken = []

    def refuses(verb: str, path: str) -> tuple[int, object] | None:
        if verb == method and part in path and not broken:
            broken.append(path)
            return 500, fault("internal", "internal")
        return None

    fake.refuses = refuses
    with pytest.raises(EngineDown):
        await bench.rebuilds(LEAK)
    assert broken
    assert (await bench.finds()).total == len(MARKET)
    assert list(fake.indexes) == [SERVING]


async def test_a_task_that_fails_or_is_cancelled_fails_the_rebuild(bench: Bench, fake: Fake) -> None:
    await bench.rebuilds(*MARKET)
    for status in ("failed", "canceled"):
        done: list[int] = []

        def refuses(
            verb: str, path: str, status: str = status, done: list[int] = done
        ) -> tuple[int, object] | None:
            found = [task for task in fake.tasks if task.kind == "documentAdditionOrUpdate"]
            if path == f"/tasks/{found[-1].uid}" and not done:
                done.append(found[-1].uid)
                found[-1].status = status
                return 200, found[-1].view()
            return None

        fake.refuses = refuses
        with pytest.raises(EngineRefused):
            await bench.rebuilds(LEAK)
        assert done
        assert (await bench.finds()).total == len(MARKET)
        assert list(fake.indexes) == [SERVING]


async def test_what_a_killed_rebuild_left_goes_at_the_next_one(bench: Bench, fake: Fake) -> None:
    fake._create(f"{SERVING}_build_abc", "id")
    fake._create("autre_sheets_build_abc", "id")
    fake._create("autre_sheets", "id")
    await bench.rebuilds(LEAK)
    assert set(fake.indexes) == {SERVING, "autre_sheets_build_abc", "autre_sheets"}


async def test_two_rebuilds_at_once_are_one(bench: Bench, world: World) -> None:
    await bench.rebuilds(*MARKET)

    async def meanwhile() -> Changes:
        with pytest.raises(EngineRefused, match="another rebuild"):
            await bench.rebuilds(LEAK)
        return Changes()

    assert await bench.rebuilds(*MARKET, meanwhile=meanwhile) == len(MARKET)


async def test_an_index_that_was_never_built_stays_so(bench: Bench, fake: Fake) -> None:
    await bench.puts(sheet("Seule"))
    await bench.removes(LEAK.id)
    assert fake.indexes == {}
    with pytest.raises(IndexNotBuilt):
        await bench.finds()
    with pytest.raises(IndexNotBuilt):
        await bench.holds()


async def test_an_index_with_other_settings_is_not_built(bench: Bench, fake: Fake) -> None:
    await bench.rebuilds(*MARKET)
    fake.indexes[SERVING].settings["dictionary"] = ["lotcommun0123456789abcdef"]
    with pytest.raises(IndexNotBuilt):
        await bench.holds()


async def test_many_documents_go_by_batches(
    bench: Bench, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("writing", "rebuilding", "engine"):
        monkeypatch.setattr(f"search.engines.meilisearch.{module}.BATCH", 4)
    many = [sheet(f"Borne {i}") for i in range(10)]
    assert await bench.rebuilds(*many) == 10
    assert fake.heard.count(("POST", f"/indexes/{fake_name(fake)}/documents")) == 3
    assert set(await bench.holds()) == {one.id for one in many}
    await bench.puts(*[sheet(f"Autre {i}") for i in range(5)])
    await bench.removes(*[one.id for one in many])
    assert (await bench.finds()).total == 5


def fake_name(fake: Fake) -> str:
    return next(path.split("/")[2] for verb, path in fake.heard if verb == "POST" and "_build_" in path)
