"""Schema changes: complete, once, and never on a database of a later version."""

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from marketplace import migrations
from marketplace.db import Database, asyncpg_url
from marketplace.embedded import Addresses
from marketplace.embedded.postgres import address
from marketplace.migrations.tables import metadata
from marketplace.settings import needed
from tests.support.world import World

ROLES = {"app_role": "lotcommun_app", "worker_role": "lotcommun_worker"}


async def execute(url: str, *statements: str) -> None:
    engine = create_async_engine(asyncpg_url(url)[0], poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True, "target_metadata": metadata}
    )
    return list(compare_metadata(context, metadata))


async def test_the_migrations_make_exactly_the_tables_that_the_code_declares(
    database_urls: dict[str, str],
) -> None:
    engine = create_async_engine(asyncpg_url(database_urls["owner"])[0], poolclass=NullPool)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_migrating_twice_changes_nothing(database_urls: dict[str, str]) -> None:
    assert await migrations.upgrade(database_urls["owner"], **ROLES) == []


async def test_a_new_database_is_migrated_once_by_two_who_start_together(
    addresses: Addresses, database_urls: dict[str, str]
) -> None:
    name = "test_fresh"
    sockets = database_urls["owner"].partition("host=")[2]
    await execute(addresses.superuser, f"create database {name} owner lotcommun_owner")
    url = address(sockets, "owner", name)  # type: ignore[arg-type]
    try:
        database = Database(url, pool_size=1)
        with pytest.raises(migrations.DatabaseBehind, match="marketplace migrate"):
            await migrations.check(database.engine)
        said: list[str] = []
        both = await asyncio.gather(
            *(migrations.upgrade(url, **ROLES, say=said.append) for _ in range(2)),
        )
        applied = max(both, key=len)
        assert min(both, key=len) == []
        assert said == [f"Migration {revision}" for revision in applied]
        await migrations.check(database.engine)
        await database.close()
    finally:
        await execute(addresses.superuser, f"drop database {name} with (force)")


async def test_a_database_of_a_newer_version_is_refused_with_what_to_do(world: World) -> None:
    await world.sql("update alembic_version set version_num = '9999'")
    owner = needed(world.settings.database.owner_url, "owner")
    with pytest.raises(migrations.DatabaseNewer, match=r"plus récente \(9999\).*Mettez ce programme à jour"):
        await migrations.upgrade(owner, **ROLES)
    ready = await world.http.get("/readyz")
    assert (ready.status_code, ready.json()["database"]) == (503, "database_newer")
    assert await world.sql("select version_num from alembic_version") == "9999"


async def test_a_database_of_an_older_version_is_told_by_its_readiness(world: World) -> None:
    await world.sql("update alembic_version set version_num = '0002'")
    ready = await world.http.get("/readyz")
    assert (ready.status_code, ready.json()["database"]) == (503, "database_behind")
