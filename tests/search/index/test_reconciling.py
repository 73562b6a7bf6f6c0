"""An index that was damaged is found out, field by field, and mended."""

from typing import Any
from uuid import UUID

import pytest

from marketplace.actor import SYSTEM, OrganisationKind, Role
from marketplace.ids import new_id
from search.engines import SearchEngine
from search.index.reconciling import compare, reconcile
from tests.search.index.following import Followed, published
from tests.support.meilisearch.server import Fake, fault
from tests.support.world import World
from workers import search_jobs
from workers.queue import Consumer

NAMES = ("Lanterne", "Compteur", "Jauge", "Balise", "Fantôme")


@pytest.fixture
def fake() -> Fake:
    return Fake()


async def market(world: World, fake: Fake) -> tuple[Followed, dict[str, str]]:
    """Five published sheets in both indexes."""
    followed = await Followed(world, fake).build()
    seller = await world.startup()
    curator = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    ids = {name: await published(seller, curator, name=name) for name in NAMES}
    await world.work()
    return followed, ids


async def truth(world: World) -> dict[UUID, Any]:
    from search.index.reading import every_document

    async with world.as_worker.reading(SYSTEM) as reads:
        return {document.id: document async for document in every_document(reads, await world.today())}


async def damage_postgres(world: World, fake: Fake, ids: dict[str, str]) -> None:
    await world.sql("delete from search_entry where solution_id = :id", id=ids["Lanterne"])
    await world.sql(
        "update search_entry set summary = 'Tout autre chose' where solution_id = :id", id=ids["Compteur"]
    )
    await world.sql("update search_entry set version = 0 where solution_id = :id", id=ids["Jauge"])


async def damage_server(world: World, fake: Fake, ids: dict[str, str]) -> None:
    docs = fake.indexes["lotcommun_sheets"].docs
    del docs[ids["Lanterne"]]
    docs[ids["Compteur"]]["summary"] = "Tout autre chose"
    docs[ids["Jauge"]]["version"] = 0
    stranger = str(new_id())
    docs[stranger] = docs[ids["Balise"]] | {"id": stranger}


@pytest.mark.parametrize("which", ["postgres", "meilisearch"])
async def test_damage_is_counted_then_mended(world: World, fake: Fake, which: str) -> None:
    followed, ids = await market(world, fake)
    engine = followed.engines.named(which)
    sound, _ = await compare(world.as_worker, engine)
    assert (sound.held, sound.sound) == (5, True)
    await {"postgres": damage_postgres, "meilisearch": damage_server}[which](world, fake, ids)
    await world.sql("update solution set state = 'suspended' where id = :id", id=ids["Fantôme"])
    ghosts = 1 if which == "postgres" else 2
    found, _ = await compare(world.as_worker, engine)
    assert (found.missing, found.stale, found.ghosts, found.sound) == (1, 2, ghosts, False)
    assert await reconcile(world.as_worker, engine) == found
    assert (await compare(world.as_worker, engine))[0].sound
    assert await followed.held(engine) == await truth(world)


@pytest.mark.parametrize("lost", ["the index", "its settings"])
async def test_an_index_that_is_lost_is_built_again(world: World, fake: Fake, lost: str) -> None:
    followed, _ = await market(world, fake)
    if lost == "the index":
        fake.indexes.clear()
    else:
        fake.indexes["lotcommun_sheets"].settings["dictionary"] = []
    assert (await compare(world.as_worker, followed.server))[0].not_built
    found = await reconcile(world.as_worker, followed.server)
    assert found.not_built
    assert (await compare(world.as_worker, followed.server))[0].sound
    assert await followed.held() == await truth(world)


async def test_the_night_mends_every_index_and_a_server_that_is_down_stops_none(
    world: World, fake: Fake
) -> None:
    followed, ids = await market(world, fake)
    await damage_postgres(world, fake, ids)
    fake.refuses = lambda _method, _path: (500, fault("internal", "internal"))
    assert [one.engine for one in await search_jobs.reconcile_indexes(world.tools)] == ["postgres"]
    assert (await compare(world.as_worker, followed.engines.embedded))[0].sound
    fake.refuses = lambda _method, _path: None
    assert [one.engine for one in await search_jobs.reconcile_indexes(world.tools)] == [
        "postgres",
        "meilisearch",
    ]
    assert "reconcile" in " ".join(job.name for job in Consumer.crons)


async def test_what_no_sheet_says_cannot_enter_an_index(world: World, fake: Fake) -> None:
    """Marker words in all that a sheet keeps from visitors, then every stored value of both indexes is looked at."""
    followed = await Followed(world, fake).build()
    seller = await world.startup()
    curator = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    answers = {
        "backups": "SECRETSAUVEGARDE",
        "penetration_test_by": "SECRETINTRUSION",
        "log_months": 7,
        "hosting_country": "france",
    }
    cited = {
        "id": str(new_id()), "town": "18033", "started_on": "2024-03-01", "scope": "Centre-ville",
        "contact": {"name": "SECRETCONTACT", "role": "SECRETFONCTION", "email": "secretcontact@ville-bourges.fr"},
    }  # fmt: skip
    sheet = await published(seller, curator, name="Lanterne", answers=answers, references=[cited])
    await world.work()
    whole = await seller.read(f"/my/solutions/{sheet}")
    assert "SECRETCONTACT" in str(whole["content"])
    assert "SECRETSAUVEGARDE" in str(whole["content"])
    await seller.did(
        f"/my/solutions/{sheet}", whole["content"] | {"summary": "SECRETBROUILLON", "name": "SECRETREVISION"},
        method="put", If_Match=str(whole["version"]),
    )  # fmt: skip
    await seller.did(f"/my/solutions/{sheet}/submission")
    await world.sql("update solution_revision set reason = 'SECRETNOTE'")
    await world.sql("update solution set review_reason = 'SECRETRELECTURE'")
    for engine in followed.engines.written:
        await _refreshed(world, engine, sheet)
    tables = await world.sql(
        "select string_agg(tablename, ',') from pg_tables where tablename like 'search\\_%' and tablename not like '%log%'"
    )
    stored = [
        await world.sql(f"select string_agg(t::text, ' ') from {table} t") or ""
        for table in tables.split(",")
    ]
    stored.append(str([(index.docs, index.settings) for index in fake.indexes.values()]))
    assert sum("Lanterne" in one or "lanterne" in one for one in stored) >= 2
    markers = ("sauvegarde", "intrusion", "contact", "fonction", "brouillon", "revision", "note", "relecture")
    for one in stored:
        assert not [marker for marker in markers if f"secret{marker}" in one.lower()]


async def _refreshed(world: World, engine: SearchEngine, sheet: str) -> None:
    from marketplace.ids import SolutionId
    from search.index.refreshing import refresh, reindex

    async with world.as_worker.transaction(SYSTEM) as session:
        await refresh(session, engine, [SolutionId(UUID(sheet))])
    async with world.as_worker.transaction(SYSTEM) as session:
        await reindex(session, engine)
