"""A site whose search server is down: it answers, says so, and is ready."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from marketplace.actor import OrganisationKind, Role
from marketplace.errors import Invalid
from marketplace.settings import Settings
from search.index.engines import Engines
from tests.marketplace.web.test_metrics import figures
from tests.search.index.following import published
from tests.support.world import World

DEAD = "http://127.0.0.1:9"


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[World]:
    """With a server that nobody answers for."""
    given = settings.meilisearch.model_copy(update={"url": DEAD})
    async with World.open(replace(settings, meilisearch=given)) as made:
        yield made


async def test_it_searches_says_so_and_is_ready(world: World) -> None:
    seller = await world.startup()
    curator = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    await published(seller, curator, name="Lanterne douce")
    await world.work()
    before = figures(await world.http.get("/metrics"))
    assert before["lot_commun_search_degraded{}"] == 0
    ready = await world.http.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"database": "ok", "search": "degraded"})
    for _ in range(2):
        found = await world.visitor.read("/solutions", q="lanterne")
        assert (found["engine"], found["total"]) == ("postgres", 1)
    assert (await world.http.get("/solutions?q=lanterne")).status_code == 200
    told = figures(await world.http.get("/metrics"))
    assert told["lot_commun_search_degraded{}"] == 1
    assert told["lot_commun_searches_total{degraded=1,engine=postgres}"] == 3
    assert (await world.http.get("/readyz")).json()["search"] == "degraded"
    assert await world.sql("select count(*) from outbox where status = 'dead'") == 0


def test_an_engine_is_asked_for_by_a_name_that_there_is(settings: Settings) -> None:
    engines = Engines.of(settings)
    assert [engine.name for engine in engines.written] == ["postgres"]
    assert engines.reader.name == engines.embedded.name
    with pytest.raises(Invalid, match="postgres"):
        engines.named("meilisearch")
