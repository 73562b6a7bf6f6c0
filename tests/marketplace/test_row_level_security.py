"""Isolation, the second time: what PostgreSQL itself refuses, asked in raw SQL under the application's role."""

from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from marketplace.actor import ANONYMOUS, SYSTEM
from marketplace.db import Database, Session
from marketplace.migrations.tables import metadata
from marketplace.settings import needed
from tests.support import story
from tests.support.world import World

REFERENCE = {
    "region", "department", "epci", "commune", "former_commune", "clock_shift", "search_entry", "search_word",
    "alembic_version",
}  # fmt: skip
"""What everybody may read; nothing of it is a tenant's."""

TENANTS = sorted({table.name for table in metadata.sorted_tables} - REFERENCE)

SHOWN_TO_ALL = {"organisation", "solution", "price_line"}
"""The public identity of organisations, and published sheets."""


@pytest.fixture
async def app(world: World) -> AsyncIterator[Database]:
    """The application's role, with one connection."""
    database = Database(needed(world.settings.database.url, "DATABASE_URL"), pool_size=1)
    yield database
    await database.close()


async def visible(session: Session, table: str) -> int:
    """How many rows of `table` the session's actor sees; -1 when the role may not even ask."""
    savepoint = await session.begin_nested()
    try:
        found = await session.scalar(text(f"select count(*) from {table}"))
    except ProgrammingError as error:
        await savepoint.rollback()
        if "permission denied" not in str(error):
            raise
        return -1
    return int(found or 0)


async def test_every_tenant_table_is_protected_and_the_roles_own_and_inherit_nothing(world: World) -> None:
    rows = await world.sql(
        "select json_object_agg(c.relname, json_build_array(c.relrowsecurity, c.relforcerowsecurity,"
        " (select count(*) from pg_policy p where p.polrelid = c.oid))) from pg_class c"
        " where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')"
    )
    assert set(rows) == {*TENANTS, *REFERENCE}, "a table that the metadata does not have, or the reverse"
    unprotected = [name for name in TENANTS if not rows[name][0] or not rows[name][2]]
    forced = [name for name in rows if rows[name][1]]
    assert (unprotected, forced) == ([], [])
    for role in ("lotcommun_app", "lotcommun_worker"):
        attributes = await world.sql(
            "select json_build_array(rolsuper, rolbypassrls, rolinherit, rolcreaterole, rolcreatedb) from pg_roles where rolname = :role",
            role=role,
        )
        assert attributes == [False] * 5
        owned = (
            "select count(*) from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = :role"
        )
        assert await world.sql(owned, role=role) == 0
        member = "select count(*) from pg_auth_members m join pg_roles r on r.oid = m.member where r.rolname = :role"
        assert await world.sql(member, role=role) == 0


async def test_the_worker_reads_by_explicit_policies_and_never_a_price_cap(world: World) -> None:
    served = await world.sql(
        "select json_agg(distinct c.relname) from pg_policy p join pg_class c on c.oid = p.polrelid"
        " join pg_roles r on r.oid = any(p.polroles) where r.rolname = 'lotcommun_worker'"
    )
    assert set(TENANTS) - set(served) == {"price_cap"}
    to_all = await world.sql("select count(*) from pg_policy where 0 = any(polroles)")
    assert to_all == 0, "a policy for PUBLIC"
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with world.as_worker.transaction(SYSTEM) as session:
            await session.execute(text("select * from price_cap"))


async def test_the_application_may_only_read_what_everybody_shares(app: Database) -> None:
    for table in sorted(REFERENCE):
        async with app.transaction(ANONYMOUS) as session:
            assert await visible(session, table) > 0 or table.startswith("search_")
        for statement in (f"delete from {table}", f"truncate {table}", f"drop table {table}"):
            with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
                async with app.transaction(ANONYMOUS) as session:
                    await session.execute(text(statement))


async def test_another_town_a_visitor_and_an_outside_startup_see_nothing_of_a_purchase(
    world: World, app: Database
) -> None:
    told = await story.ordered(world, [("120", "10"), ("80", "0")])
    stranger, outside = await world.town("18213"), await world.startup("Ombre et Lueur")
    told_rows = {name: int(await world.sql(f"select count(*) from {name}")) for name in TENANTS}
    filled = {"need", "pool", "membership", "need_line", "consultation", "quote", "award", "agreement", "signature",
              "deliberation", "purchase_order", "order_line", "invitation", "evaluation", "stored_file"}  # fmt: skip
    assert all(told_rows[name] for name in filled), "the story must fill what is then hidden"
    own = {"person": 1, "affiliation": 1, "api_key": 1, "audit_line": 1}  # the making of its own key
    for who in (stranger.actor, outside.actor, ANONYMOUS):
        allowed = own if who is not ANONYMOUS else {}
        async with app.transaction(who) as session:
            seen = {name: await visible(session, name) for name in TENANTS if name not in SHOWN_TO_ALL}
            assert {name: count for name, count in seen.items() if count > 0} == allowed
    async with app.transaction(told.coordinator.actor) as session:
        mine = {name: await visible(session, name) for name in TENANTS}
        assert min(mine["need"], mine["pool"], mine["quote"], mine["agreement"]) > 0
        assert [mine[name] for name in ("outbox", "audit_seal")] == [-1, -1]

    order = await world.sql("select min(id::text) from purchase_order")
    for statement in (
        "update purchase_order set state = 'paid'",
        "update pool set title = 'x'",
        "delete from need_line",
    ):
        async with app.transaction(stranger.actor) as session:
            done = await session.execute(text(f"{statement} where true"))
            assert done.rowcount == 0  # type: ignore[attr-defined]
    assert (
        await world.sql("select state from purchase_order where id = cast(:id as uuid)", id=order)
        == "prepared"
    )


async def test_nobody_writes_in_the_name_of_another(world: World, app: Database) -> None:
    ours, theirs = await world.town("18033"), await world.town("18197")
    insert = text(
        "insert into need (id, town_id, text, domain, unit) values (gen_random_uuid(), :town, 'x', 'eclairage-public', 'light_point')"
    )
    audit = text(
        "insert into audit_line (id, person_id, channel, action, subject) values (gen_random_uuid(), :person, 'key', 'x', 'x')"
    )
    for statement, values in (
        (insert, {"town": theirs.actor.organisation_id}),
        (audit, {"person": theirs.actor.person_id}),
    ):
        with pytest.raises(ProgrammingError, match="row-level security"):
            async with app.transaction(ours.actor) as session:
                await session.execute(statement, values)
    assert await world.sql("select count(*) from need") == 0


async def test_no_actor_is_left_on_a_pooled_connection(world: World, app: Database) -> None:
    town = await world.town()
    asked = text(
        "select pg_backend_pid(), current_setting('app.organisation', true), current_setting('app.roles', true)"
    )
    for end in ("select 1", "rollback", "select 1 / 0"):
        with suppress(DBAPIError):
            async with app.transaction(town.actor) as session:
                backend, organisation, _ = (await session.execute(asked)).one()
                assert organisation == str(town.actor.organisation_id)
                await (session.rollback() if end == "rollback" else session.execute(text(end)))
        async with app.engine.connect() as connection:
            left = (await connection.execute(asked)).one()
            assert tuple(left) in {(backend, None, None), (backend, "", "")}
            assert (await connection.execute(text("select count(*) from person"))).scalar_one() == 0


async def test_a_second_transaction_of_one_session_still_has_its_actor_and_a_reading_one_cannot_write(
    world: World, app: Database
) -> None:
    town = await world.town()
    async with app.transaction(town.actor) as session:
        await session.commit()
        assert await session.scalar(text("select count(*) from person")) == 1
    with pytest.raises(DBAPIError, match="read-only transaction"):
        async with app.reading(town.actor) as reads:
            await reads.execute(text("update person set name = 'x'"))
