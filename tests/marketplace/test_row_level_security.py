"""Isolation, the second time: what PostgreSQL itself refuses, asked in raw SQL under the application's role."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from marketplace.actor import ANONYMOUS, SYSTEM
from marketplace.db import Database, Session, asyncpg_url
from marketplace.migrations import isolation
from marketplace.migrations.isolation import REFERENCE
from marketplace.migrations.tables import metadata
from marketplace.settings import needed
from tests.support import story
from tests.support.world import World

TENANTS = sorted({table.name for table in metadata.sorted_tables} - REFERENCE)

SHOWN_TO_ALL = {
    "organisation",
    "solution",
    "sheet_facts",
    "price_line",
    "solution_reference",
    "solution_attachment",
    "solution_change",
    "supplier",
    "stake",
}
"""The public identity of organisations, who owns startups, and published sheets."""


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


async def _faults(world: World, role: str = "lotcommun_app") -> list[str]:
    engine = create_async_engine(
        asyncpg_url(needed(world.settings.database.url, "app"))[0], poolclass=NullPool
    )
    try:
        async with engine.connect() as connection:
            return await isolation.faults(connection, role)
    finally:
        await engine.dispose()


async def test_the_catalogues_show_no_way_round_for_either_role(world: World) -> None:
    assert await _faults(world) == []
    worker = await _faults(world, "lotcommun_worker")
    assert worker == []


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        ("create table forgotten (id uuid)", "forgotten n’a pas de sécurité par ligne"),
        ("alter table quote disable row level security", "quote n’a pas de sécurité par ligne"),
        ("drop policy quote_select on quote", "quote donne select à lotcommun_app sans politique"),
        ("drop policy quote_update on quote", "quote donne update à lotcommun_app sans politique"),
        ("grant delete on quote to lotcommun_app", "quote donne delete à lotcommun_app sans politique"),
        ("grant update (name) on organisation to lotcommun_app", "organisation donne update"),
        ("grant truncate on need to lotcommun_app", "need donne à lotcommun_app plus que"),
        ("create policy wide on need for select using (true)", "une politique de need vaut pour tous"),
        ("create view caps as select * from price_cap; grant select on caps to lotcommun_app", "la vue caps"),
        ("create sequence numbers; grant usage on sequence numbers to lotcommun_app", "la séquence numbers"),
        (
            "create function leak() returns int language sql security definer as 'select 1'",
            "la fonction leak",
        ),
        ("grant execute on function in_pool(uuid) to public", "la fonction in_pool"),
        ("alter function in_pool(uuid) reset search_path", "la fonction in_pool"),
        ("alter default privileges grant select on tables to lotcommun_app", "droits par défaut"),
        ("grant create on schema public to lotcommun_app", "créer des objets"),
    ],
)
async def test_a_mistake_of_the_owner_is_seen_in_the_catalogues(
    world: World, mistake: str, said: str
) -> None:
    for statement in mistake.split("; "):
        await world.sql(statement)
    assert [fault for fault in await _faults(world) if said in fault], await _faults(world)


async def test_a_role_that_owns_or_inherits_is_seen_in_the_catalogues(
    world: World, database_urls: dict[str, str]
) -> None:
    superuser = create_async_engine(asyncpg_url(database_urls["postgres"])[0], poolclass=NullPool)
    try:
        async with superuser.connect() as connection:
            for mistake, said in (
                ("alter table need owner to lotcommun_app", "possède"),
                ("alter function in_pool(uuid) owner to lotcommun_app", "possède"),
                ("grant lotcommun_owner to lotcommun_app", "appartient à lotcommun_owner"),
                ("alter role lotcommun_app bypassrls", "nobypassrls"),
            ):
                await connection.exec_driver_sql(mistake)
                assert any(said in fault for fault in await isolation.faults(connection, "lotcommun_app"))
                await connection.rollback()  # roles are the whole server's: nothing of this may stay
            assert await isolation.faults(connection, "lotcommun_app") == []
    finally:
        await superuser.dispose()


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
            assert await visible(session, table) > 0 or table.startswith(("search_", "public_contract"))
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
        if who is stranger.actor:
            allowed = own | {
                "solution_confidential": told_rows["solution_confidential"]
            }  # of published sheets, to any town
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


async def test_no_actor_is_left_after_a_timeout_a_cancelled_task_or_a_lost_connection(
    world: World, app: Database
) -> None:
    town = await world.town()
    left = text("select current_setting('app.organisation', true), current_setting('app.person', true)")

    async def slow(statement: str) -> None:
        async with app.transaction(town.actor) as session:
            await session.execute(text(statement))
            await session.execute(text("select pg_sleep(20)"))

    for begin in (
        "set local statement_timeout = '50ms'",
        "select 1",
        "select pg_terminate_backend(pg_backend_pid())",
    ):
        task = asyncio.create_task(slow(begin))
        if begin == "select 1":
            await asyncio.sleep(0.2)
            task.cancel()
        with suppress(DBAPIError, asyncio.CancelledError):
            await task
        async with app.engine.connect() as connection:
            assert tuple((await connection.execute(left)).one()) in {(None, None), ("", "")}
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
