"""The index follows the directory: each published change reaches it through the outbox, and all at once by a rebuild."""

from typing import Any

from marketplace.actor import SYSTEM, OrganisationKind, Role
from search.engines.postgres import PostgresEngine
from search.index.refreshing import reindex
from tests.catalog.solutions.sheets import content
from tests.support.curating import publish, sent_back
from tests.support.world import Caller, World

REASON = {"reason": "À revoir."}


async def found(world: World, text: str = "") -> list[str]:
    return [hit["name"] for hit in (await world.visitor.read("/solutions", q=text))["items"]]


async def published(seller: Caller, curator: Caller, **changes: Any) -> str:
    drafted = await seller.did("/my/solutions", content(**changes))
    await seller.did(f"/my/solutions/{drafted['id']}/submission")
    await publish(curator, drafted["id"])
    return str(drafted["id"])


async def test_a_sheet_is_found_from_its_publication_until_it_is_taken_down(world: World) -> None:
    seller, curator = (
        await world.startup(),
        await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION),
    )
    sheet = await published(seller, curator, name="Lanterne douce")
    assert await found(world, "lanterne") == []
    await world.work()
    assert await found(world, "lanterne") == ["Lanterne douce"]
    for decision, body, names in (
        ("suspension", REASON, []), ("reinstatement", REASON, ["Lanterne douce"]), ("archive", REASON, [])
    ):  # fmt: skip
        await curator.did(f"/reviews/{sheet}/{decision}", body)
        await world.work()
        assert await found(world, "lanterne") == names, decision


async def test_drafts_and_reviews_never_enter_the_index(world: World) -> None:
    seller, curator = (
        await world.startup(),
        await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION),
    )
    drafted = await seller.did("/my/solutions", content())
    for step in (None, f"/my/solutions/{drafted['id']}/submission"):
        if step:
            await seller.did(step)
        await world.work()
        assert await world.sql("select count(*) from search_entry") == 0
    await sent_back(curator, drafted["id"])
    await world.work()
    assert await world.sql("select count(*) from search_entry") == 0


async def test_a_rebuild_gives_back_the_same_index_after_it_was_lost(world: World) -> None:
    seller, curator = (
        await world.startup(),
        await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION),
    )
    for name in ("Lanterne douce", "Compteur d’eau", "Jauge de bac"):
        await published(seller, curator, name=name)
    gone = await published(seller, curator, name="Vieux phare")
    await curator.did(f"/reviews/{gone}/suspension", REASON)
    await world.work()
    kept = "select json_agg(e order by solution_id)::text from (select solution_id, slug, name, summary, description, supplier, domains, tags, maturity, fictional, priced, version, favour, keys, gist, digest from search_entry) e"
    words = "select json_agg(w order by word)::text from search_word w"
    before = await world.sql(kept)
    assert sorted(await found(world)) == ["Compteur d’eau", "Jauge de bac", "Lanterne douce"]
    await world.sql("delete from search_entry")
    await world.sql("insert into search_word values ('perime', 'perim')")
    for _ in range(2):
        async with world.as_worker.transaction(SYSTEM) as session:
            assert await reindex(session, PostgresEngine()) == 3
        assert await world.sql(kept) == before
        assert "perime" not in await world.sql(words)


async def test_an_event_delivered_twice_or_late_says_what_is_true_now(world: World) -> None:
    seller, curator = (
        await world.startup(),
        await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION),
    )
    sheet = await published(seller, curator, name="Lanterne douce")
    await curator.did(f"/reviews/{sheet}/suspension", REASON)
    await world.work()
    assert await found(world, "lanterne") == []
    await curator.did(f"/reviews/{sheet}/reinstatement", REASON)
    await world.sql("update outbox set topic = topic")
    await world.work()
    await world.work()
    assert await found(world, "lanterne") == ["Lanterne douce"]
