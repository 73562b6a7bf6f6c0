"""An upgrade changes how the index is made: it is made again once, whoever asks, and answers as before."""

import asyncio

import pytest

from marketplace.actor import SYSTEM, OrganisationKind, Role
from marketplace.launch.instance import bring_up_to_date
from search.engines import SearchQuery
from search.engines.postgres import PostgresEngine
from search.index.remaking import remake_outdated
from tests.search.index.test_refreshing import found, published
from tests.support.world import World


@pytest.fixture
async def upgraded(world: World) -> World:
    """An instance with two published sheets, as migration 0020 leaves it: an index without anything in it."""
    seller, curator = (
        await world.startup(),
        await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION),
    )
    for name in ("Lanterne douce", "Compteur d’eau"):
        await published(seller, curator, name=name)
    await world.work()
    for table in ("search_posting", "search_stem", "search_word", "search_entry"):
        await world.sql(f"delete from {table}")
    await world.sql("update search_state set entries = 0, content = 0, language = ''")
    assert await found(world) == []
    return world


async def test_an_index_that_an_upgrade_emptied_is_made_again_once_by_those_who_ask_together(
    upgraded: World,
) -> None:
    made = await asyncio.gather(*(remake_outdated(upgraded.as_worker, PostgresEngine()) for _ in range(3)))
    assert sorted(made, key=str) == [2, None, None]
    assert sorted(await found(upgraded)) == ["Compteur d’eau", "Lanterne douce"]
    assert await found(upgraded, "douce") == ["Lanterne douce"]


async def test_bringing_an_instance_up_to_date_makes_its_index_again_and_says_so(upgraded: World) -> None:
    said: list[str] = []
    assert await bring_up_to_date(upgraded.settings, say=said.append) == []
    assert said == ["Index de recherche reconstruit"]
    assert await found(upgraded, "douce") == ["Lanterne douce"]
    said.clear()
    await bring_up_to_date(upgraded.settings, say=said.append)
    assert said == []


async def test_readers_keep_the_former_index_until_the_new_one_is_whole(upgraded: World) -> None:
    await remake_outdated(upgraded.as_worker, PostgresEngine())
    engine = PostgresEngine()
    async with upgraded.as_worker.transaction(SYSTEM) as session:
        await engine.rebuild(session, [])
        async with upgraded.app.state.database.reading(SYSTEM) as reads:
            during = await engine.search(reads, SearchQuery("douce"))
            assert (during.total, (await engine.search(reads, SearchQuery())).total) == (1, 2)
    assert await found(upgraded) == []
