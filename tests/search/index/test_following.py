"""Both indexes follow the directory, each by its own way: a server that is down holds nothing up, and catches up."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from catalog.evidence.levels import Kind
from marketplace.actor import SYSTEM, OrganisationKind, Role
from marketplace.ids import SolutionId
from search.engines.documents import Feature
from search.index.refreshing import refresh, reindex
from tests.catalog.evidence import proving
from tests.search.index.following import Followed, published
from tests.support.meilisearch.server import Fake, fault
from tests.support.world import World

REASON = {"reason": "À revoir."}


@pytest.fixture
def fake() -> Fake:
    return Fake()


async def cast(world: World) -> tuple[Any, Any]:
    return await world.startup(), await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)


async def test_what_is_published_is_in_both_and_what_is_taken_down_in_none(world: World, fake: Fake) -> None:
    followed = await Followed(world, fake).build()
    seller, curator = await cast(world)
    drafted = await seller.did("/my/solutions", {"name": "Brouillon", "summary": "S"})
    await world.work()
    assert await followed.names() == []
    sheet = await published(seller, curator, name="Lanterne douce")
    await world.work()
    for engine in followed.engines.written:
        assert await followed.names(engine) == ["Lanterne douce"]
    answer = await world.visitor.read("/solutions", q="lanterne")
    assert (answer["engine"], answer["total"]) == ("meilisearch", 1)
    await curator.did(f"/reviews/{sheet}/suspension", REASON)
    await world.work()
    for engine in followed.engines.written:
        assert await followed.names(engine) == []
    assert drafted["id"]


async def test_a_server_that_is_down_holds_nothing_up_and_catches_up(world: World, fake: Fake) -> None:
    followed = await Followed(world, fake).build()
    seller, curator = await cast(world)
    fake.refuses = lambda _method, _path: (503, fault("internal", "internal"))
    await published(seller, curator, name="Lanterne douce")
    await world.work()
    assert await followed.names(followed.engines.embedded) == ["Lanterne douce"]
    answer = await world.visitor.read("/solutions", q="lanterne")
    assert (answer["engine"], answer["total"]) == ("postgres", 1)
    waiting = "from outbox where handler = 'refresh_server' and status = 'pending'"
    assert await world.sql(f"select count(*) {waiting}") == 1
    assert await world.sql(f"select failures + starts {waiting}") == 0
    assert await world.sql(f"select next_at > now() + interval '30 s' {waiting}")
    assert await world.sql("select count(*) from outbox where status = 'dead'") == 0
    fake.refuses = lambda _method, _path: None
    followed.server._down_until = 0
    await world.sql("update outbox set next_at = now() where status = 'pending'")
    await world.work()
    assert await followed.names() == ["Lanterne douce"]
    assert await world.sql(f"select count(*) {waiting}") == 0


async def test_what_is_put_off_for_a_day_counts_as_failed(world: World, fake: Fake) -> None:
    await Followed(world, fake).build()
    seller, curator = await cast(world)
    fake.refuses = lambda _method, _path: (503, fault("internal", "internal"))
    await published(seller, curator, name="Lanterne douce")
    await world.work()
    await world.sql(
        "update outbox set next_at = now(), created_at = now() - interval '25 h' where status = 'pending'"
    )
    await world.work()
    assert await world.sql("select failures from outbox where handler = 'refresh_server'") == 1


async def test_a_document_that_the_server_refuses_is_a_failure_of_that_work(world: World, fake: Fake) -> None:
    await Followed(world, fake).build()
    seller, curator = await cast(world)
    fake.refuses = lambda method, path: (
        (400, fault("invalid_document_id")) if method == "POST" and path.endswith("/documents") else None
    )
    await published(seller, curator, name="Lanterne douce")
    await world.work()
    assert await world.sql("select failures from outbox where handler = 'refresh_server'") == 1


async def test_a_confirmation_enters_both_indexes_and_leaves_them_on_the_day_it_ends(
    world: World, fake: Fake
) -> None:
    followed = await Followed(world, fake).build()
    market = await proving.market(world)
    await world.work()
    (document,) = (await followed.held()).values()
    assert document.references == 1
    assert Feature.CONFIRMED not in document.features
    await world.sql(
        "insert into evidence (id, solution_id, path, kind, digest, source, dated_on, expires_on, state, state_since) "
        "select gen_random_uuid(), solution_id, 'references.' || id, :kind, digest, 'Bourges', current_date - 10, current_date + 40, 'accepted', now() "
        "from solution_reference",
        kind=Kind.CONFIRMATION.value,
    )
    async with world.as_worker.transaction(SYSTEM) as session:
        for engine in followed.engines.written:
            await refresh(session, engine, [SolutionId(document.id)])
    assert Feature.CONFIRMED in (await followed.held())[document.id].features
    await world.advance(41)
    assert Feature.CONFIRMED not in (await followed.held())[document.id].features
    assert market.id


async def test_what_is_older_never_covers_what_is_newer(world: World, fake: Fake) -> None:
    """A refresh that read the directory before a change, and writes after the one that read it since."""
    followed = await Followed(world, fake).build()
    seller, curator = await cast(world)
    id_ = SolutionId((await _one(world, seller, curator)).id)
    held_up, goes_on = asyncio.Event(), asyncio.Event()
    real = followed.server.upsert

    async def slow(session: Any, documents: Any) -> None:
        held_up.set()
        await goes_on.wait()
        await real(session, documents)

    async def once() -> None:
        async with world.as_worker.transaction(SYSTEM) as session:
            await refresh(session, followed.server, [id_])

    followed.server.upsert = slow  # type: ignore[method-assign]
    older = asyncio.create_task(once())
    await held_up.wait()
    await world.sql("update solution set name = 'Plus récente' where id = :id", id=id_)
    followed.server.upsert = real  # type: ignore[method-assign]
    newer = asyncio.create_task(once())
    await asyncio.sleep(0.2)
    assert not newer.done()
    goes_on.set()
    await asyncio.gather(older, newer)
    assert await followed.names() == ["Plus récente"]


async def test_what_changes_during_a_rebuild_is_neither_lost_nor_shown_as_it_was(
    world: World, fake: Fake
) -> None:
    followed = await Followed(world, fake).build()
    seller, curator = await cast(world)
    changed, gone = [await published(seller, curator, name=name) for name in ("Avant", "Retirée")]
    await world.work()
    real, touched = fake.handle, []

    def handle(method: str, path: str, *rest: Any) -> Any:
        if method == "POST" and path.endswith("/documents"):
            touched.append(path)
        return real(method, path, *rest)

    async def change() -> None:
        while not touched:
            await asyncio.sleep(0)
        await world.sql("update solution set name = 'Après' where id = :id", id=changed)
        await world.sql("update solution set state = 'suspended' where id = :id", id=gone)

    fake.handle = handle  # type: ignore[method-assign]
    meddler = asyncio.create_task(change())
    real_put = followed.server._client.seen_through

    async def patient(task: Any, *, seconds: float) -> None:
        if touched:
            await meddler
        await real_put(task, seconds=seconds)

    followed.server._client.seen_through = patient  # type: ignore[method-assign]
    async with world.as_worker.transaction(SYSTEM) as session:
        assert await reindex(session, followed.server) == 1
    assert await followed.names() == ["Après"]
    (document,) = (await followed.held()).values()
    assert replace(document, name="Après") == document


async def _one(world: World, seller: Any, curator: Any) -> Any:
    await published(seller, curator, name="Avant")
    await world.work()
    async with world.as_worker.reading(SYSTEM) as reads:
        from search.index.reading import every_document

        return await anext(every_document(reads, await world.today()))
