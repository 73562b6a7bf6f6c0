"""What PostgreSQL itself refuses about reviews, asked in raw SQL under the application's role."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from marketplace.actor import ANONYMOUS, Role
from marketplace.db import Database
from marketplace.settings import needed
from tests.catalog.curation.test_deciding import people, submitted
from tests.support.curating import answered, review, sent_back
from tests.support.world import Caller, World

TABLES = ("review_tick", "review_remark", "review_decision")


@pytest.fixture
async def app(world: World) -> AsyncIterator[Database]:
    database = Database(needed(world.settings.database.url, "DATABASE_URL"), pool_size=1)
    yield database
    await database.close()


async def counts(app: Database, who: Caller) -> list[int]:
    async with app.reading(who.actor) as reads:
        return [int(await reads.scalar(text(f"select count(*) from {table}")) or 0) for table in TABLES]


async def test_rows_of_a_review_are_its_startups_and_the_curators_and_ticks_the_curators_alone(
    world: World, app: Database
) -> None:
    seller, curator = await people(world)
    drafted = await submitted(seller)
    found = await review(curator, drafted["id"])
    await curator.did(f"/reviews/{drafted['id']}/checklist", {"answers": answered(found)[:2]}, method="put")
    await curator.did(f"/reviews/{drafted['id']}/comments", {"path": "summary", "text": "Court."})
    await sent_back(curator, drafted["id"])
    assert await counts(app, curator) == [2, 1, 1]
    assert await counts(app, seller) == [0, 1, 1]
    for other in (await world.startup("Lucivoie"), await world.town(), await world.staff(Role.SUPERVISOR), world.visitor):  # fmt: skip
        assert await counts(app, other) == [0, 0, 0]


async def test_what_was_said_and_decided_is_not_rewritten_and_nobody_writes_as_another(
    world: World, app: Database
) -> None:
    seller, curator = await people(world)
    drafted = await submitted(seller)
    await curator.did(f"/reviews/{drafted['id']}/comments", {"path": "summary", "text": "Court."})
    await sent_back(curator, drafted["id"])
    as_another = (
        "insert into review_remark (id, solution_id, revision_id, path, kind, side, person_id, text, at)"
        " select gen_random_uuid(), solution_id, revision_id, path, kind, 'curator', person_id, 'x', at from review_remark"
    )
    for who, statement in (
        (curator, "update review_remark set text = 'x'"), (curator, "delete from review_remark"),
        (curator, "update review_decision set reason = 'x'"), (curator, "delete from review_decision"),
        (curator, "delete from review_tick"), (seller, as_another),
    ):  # fmt: skip
        with pytest.raises(ProgrammingError, match=r"permission denied|row-level security"):
            async with app.transaction(who.actor) as session:
                await session.execute(text(statement))
    async with app.transaction(seller.actor) as session:  # another's comment cannot be marked as withdrawn
        done = await session.execute(text("update review_remark set withdrawn_at = now() returning id"))
        assert done.all() == []


async def test_curators_names_are_told_to_curators_alone(world: World, app: Database) -> None:
    seller, curator = await people(world)
    other = await world.staff(Role.CURATOR)
    asked = text("select fellow_curator(:person)")
    for who, name in ((other, curator.actor.name), (seller, None), (await world.staff(Role.SUPERVISOR), None)):  # fmt: skip
        async with app.reading(who.actor) as reads:
            assert await reads.scalar(asked, {"person": curator.actor.person_id}) == name
    async with app.reading(other.actor) as reads:
        assert await reads.scalar(asked, {"person": seller.actor.person_id}) is None
    async with app.reading(ANONYMOUS) as reads:
        assert await reads.scalar(asked, {"person": curator.actor.person_id}) is None
