"""What PostgreSQL itself refuses about evidence, asked in raw SQL under the application's role."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from marketplace.actor import ANONYMOUS, Actor
from marketplace.db import Database
from marketplace.ids import new_id
from marketplace.settings import needed
from tests.catalog.evidence.proving import Market, market
from tests.support.world import World


@pytest.fixture
async def app(world: World) -> AsyncIterator[Database]:
    database = Database(needed(world.settings.database.url, "DATABASE_URL"), pool_size=1)
    yield database
    await database.close()


async def offered(told: Market) -> str:
    made = await told.attach()
    await told.ask()
    return str(made.json()["id"])


async def seen(app: Database, by: Actor) -> dict[str, int]:
    """How many rows of each table somebody sees."""
    found = {}
    async with app.reading(by) as session:
        for table in ("evidence", "evidence_request", "stored_file"):
            found[table] = int(await session.scalar(text(f"select count(*) from {table}")) or 0)
    return found


async def does(app: Database, by: Actor, statement: str, **values: Any) -> int:
    """How many rows a statement changes; -1 when it is refused."""
    try:
        async with app.transaction(by) as session:
            return (await session.execute(text(statement), values)).rowcount  # type: ignore[attr-defined,no-any-return]
    except DBAPIError:
        return -1


async def test_what_waits_is_its_startups_and_the_curators_and_what_counts_is_everybodys(
    world: World, app: Database
) -> None:
    told = await market(world)
    evidence_id = await offered(told)
    other, town = await world.startup("Lucivoie"), await world.town()
    private = {"evidence": 1, "evidence_request": 1, "stored_file": 1}
    nothing = dict.fromkeys(private, 0)
    assert await seen(app, told.seller.actor) == private
    assert await seen(app, told.curator.actor) == private, (
        "a curator sees the files that are offered as evidence"
    )
    for outsider in (ANONYMOUS, other.actor, town.actor):
        assert await seen(app, outsider) == nothing
    await told.curator.did(f"/reviews/evidence/{evidence_id}/acceptance")
    for outsider in (ANONYMOUS, other.actor, town.actor):
        assert await seen(app, outsider) == nothing | {"evidence": 1}
    await told.curator.did(f"/reviews/{told.id}/suspension", {"reason": "Un doute."})
    assert await seen(app, ANONYMOUS) == nothing


async def test_nobody_makes_their_own_evidence_count(world: World, app: Database) -> None:
    told = await market(world)
    evidence_id = await offered(told)
    other = await world.startup("Lucivoie")
    insert = (
        "insert into evidence (id, solution_id, path, kind, digest, source, dated_on, state, state_since)"
        " values (:id, :sheet, 'prices', :kind, 'd', 'x', current_date, :state, now())"
    )
    for by, kind, state, done in (
        (told.seller.actor, "document", "accepted", -1), (told.seller.actor, "delivery", "accepted", -1),
        (told.seller.actor, "confirmation", "offered", -1), (told.seller.actor, "document", "offered", 1),
        (other.actor, "document", "offered", -1), (ANONYMOUS, "document", "offered", -1),
    ):  # fmt: skip
        assert await does(app, by, insert, id=new_id(), sheet=told.id, kind=kind, state=state) == done, (
            kind,
            state,
        )
    accept = "update evidence set state = 'accepted' where id = :id"
    assert await does(app, told.seller.actor, accept, id=evidence_id) == -1
    assert await does(app, other.actor, accept, id=evidence_id) == 0
    assert await does(app, ANONYMOUS, accept, id=evidence_id) == 0
    assert await does(app, told.curator.actor, accept, id=evidence_id) == 1
    assert await does(app, told.seller.actor, "delete from evidence") == -1


async def test_an_answer_is_written_only_by_who_spends_the_link_in_the_same_transaction(
    world: World, app: Database
) -> None:
    told = await market(world)
    await offered(told)
    token = await world.sql("select token_id from evidence_request")
    answer = "select answer_evidence_request(:token, 'exact', null, 'x', 'y')"
    for by in (ANONYMOUS, told.seller.actor, told.curator.actor):
        async with app.transaction(by) as session:
            assert await session.scalar(text(answer), {"token": token}) is None
    forged = "update evidence_request set answer = 'exact', answered_at = now()"
    assert await does(app, told.seller.actor, forged) == -1, "a startup does not answer for the town"
    assert await does(app, ANONYMOUS, "update evidence_request set answer = 'exact'") == 0
    assert await does(app, ANONYMOUS, "delete from evidence_request") == -1
    await world.http.post(await told.link(), data={"answer": "wrong", "said": "Non.", "name": "x", "role": "y"}, headers={"Origin": "http://localhost:8000"})  # fmt: skip
    async with app.transaction(ANONYMOUS) as session:
        assert await session.scalar(text(answer), {"token": token}) is None, "nobody answers over an answer"


async def test_contract_data_is_read_by_all_and_written_by_the_loader_alone(
    world: World, app: Database
) -> None:
    told = await market(world)
    for by in (ANONYMOUS, told.seller.actor, told.curator.actor):
        assert await does(app, by, "delete from public_contract") == -1
        assert await does(app, by, "update public_contract set object = ''") == -1
        async with app.reading(by) as session:
            assert await session.scalar(text("select count(*) from public_contract")) == 0
