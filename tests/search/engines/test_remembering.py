"""A page asked again is not computed again, and never outlives the state of the index that it was made of."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from marketplace.actor import SYSTEM
from marketplace.db import ReadSession, Session
from search.engines import Hit, SearchPage, SearchQuery
from search.engines.postgres import PostgresEngine
from search.engines.remembering import AT_ONCE, HITS, PAGES, Remembering
from tests.search.engines.benches import Bench, sheet
from tests.support.world import World

LAMP = sheet("Kit Lumière", "Télégestion de l’éclairage public.")


@pytest.fixture
async def bench(world: World) -> Bench:
    engine = PostgresEngine()
    made = Bench(world, engine, Remembering(engine))
    await made.puts(LAMP)
    return made


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    """The statements that the site's role runs meanwhile."""
    told: list[str] = []

    def note(*given: Any) -> None:
        told.append(given[2])

    engine = world.app.state.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_a_page_asked_again_costs_the_name_of_the_state_alone(bench: Bench) -> None:
    first = await bench.finds("lampadaire")
    with statements(bench.world) as told:
        assert await bench.finds("lampadaire") is first
    assert [one for one in told if "set_config" not in one] == [
        "SELECT search_state.content \nFROM search_state"
    ]
    assert [hit.name for hit in first.hits] == ["Kit Lumière"]


async def test_a_change_of_any_sheet_is_seen_at_once_and_one_taken_back_leaves_nothing(bench: Bench) -> None:
    other = sheet("Nuit calme", "Abaisse les lampadaires la nuit.")
    before = await bench.finds("lampadaire")
    async with Session(bench.world.as_worker.engine, info={"actor": SYSTEM}) as session:
        await bench.engine.upsert(session, [other])
        assert len((await bench.searcher.search(session, SearchQuery("lampadaire"))).hits) == 2
        await session.rollback()
    assert await bench.finds("lampadaire") == before
    await bench.puts(other)
    assert await bench.names("lampadaire") == ["Nuit calme", "Kit Lumière"]
    await bench.removes(LAMP.id)
    assert await bench.names("lampadaire") == ["Nuit calme"]


class Counted:
    """An engine whose index never changes, and that counts what it is asked."""

    name = "counted"

    def __init__(self, hits: int = 1) -> None:
        self.hits, self.asked = hits, 0
        self.under_way = self.most = 0

    async def search(self, session: Session | ReadSession, query: SearchQuery) -> SearchPage:
        self.asked += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0)
        self.under_way -= 1
        hit = Hit(LAMP.id, "kit", "Kit", "", "", (), (), "growth", True, False)
        return SearchPage((hit,) * self.hits, self.hits, self.name, index="0")

    async def state(self, session: Session | ReadSession) -> str:
        return "0"


async def test_the_pages_asked_least_lately_are_left_and_long_ones_are_never_kept(world: World) -> None:
    engine = Counted()
    searcher = Remembering(engine)
    async with world.as_worker.reading(SYSTEM) as reads:
        for turn in range(PAGES + 1):
            await searcher.search(reads, SearchQuery(str(turn)))
            await searcher.search(reads, SearchQuery("0"))
        assert engine.asked == PAGES + 1
        await searcher.search(reads, SearchQuery("1"))
        assert engine.asked == PAGES + 2
        long = Counted(HITS + 1)
        for _ in range(2):
            await Remembering(long).search(reads, SearchQuery("tout"))
        assert long.asked == 2


async def test_a_few_pages_are_computed_at_a_time_and_none_is_left(world: World) -> None:
    engine = Counted()
    searcher = Remembering(engine)
    async with world.as_worker.reading(SYSTEM) as reads:
        asked = [searcher.search(reads, SearchQuery(str(turn))) for turn in range(20)]
        assert len(await asyncio.gather(*asked)) == 20
    assert (engine.asked, engine.most) == (20, AT_ONCE)
