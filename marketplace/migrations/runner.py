"""Applying migrations, and refusing a database that a later version has changed."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from marketplace.db import asyncpg_url
from marketplace.errors import Unavailable
from marketplace.words import N_

LOCK = 5_108_201_176  # any number, the same for every `migrate`


class DatabaseNewer(Unavailable):
    code = "database_newer"
    sentence = N_(
        "La base a été modifiée par une version plus récente ({found}). Mettez ce programme à jour."
    )


class DatabaseBehind(Unavailable):
    code = "database_behind"
    sentence = N_("La base n’est pas à jour ({found} au lieu de {head}). Lancez « marketplace migrate ».")


class OwnerRefused(Unavailable):
    code = "owner_refused"
    sentence = N_(
        "Le rôle de DATABASE_OWNER_URL n’a pas le droit de modifier la base ({said}). Il doit la posséder, sans « noinherit »."
    )


def config(**attributes: object) -> Config:
    """Alembic's configuration, without a file."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.attributes.update(attributes)
    return made


async def upgrade(
    owner_url: str, *, app_role: str, worker_role: str, say: Callable[[str], None] = lambda _: None
) -> list[str]:
    """Apply what is missing, each revision in its own transaction. Returns the revisions applied.

    `app_role` and `worker_role` are the names that policies and privileges are given to. Raises `DatabaseNewer`, `OwnerRefused`.
    """
    engine = create_async_engine(
        asyncpg_url(owner_url)[0], poolclass=NullPool, connect_args=asyncpg_url(owner_url)[1]
    )
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_upgrade, app_role, worker_role, say)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == "42501":
            raise OwnerRefused(said=str(error.orig).rsplit(": ", 1)[-1]) from error
        raise
    finally:
        await engine.dispose()


def _upgrade(
    connection: Connection, app_role: str, worker_role: str, say: Callable[[str], None]
) -> list[str]:
    connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": LOCK})
    connection.commit()
    try:
        before = _found(connection)
        refuse_newer(before)
        script = ScriptDirectory.from_config(config())
        missing = [r.revision for r in script.iterate_revisions("head", before or "base")]
        for revision in reversed(missing):
            say(f"Migration {revision}")
            command.upgrade(
                config(connection=connection, app_role=app_role, worker_role=worker_role), revision
            )
            connection.commit()
        return missing[::-1]
    finally:
        connection.rollback()
        connection.execute(text("select pg_advisory_unlock(:lock)"), {"lock": LOCK})
        connection.commit()


async def check(engine: AsyncEngine) -> None:
    """Raise `DatabaseNewer` or `DatabaseBehind` unless the database is exactly at this version."""
    async with engine.connect() as connection:
        found = await connection.run_sync(_found)
    refuse_newer(found)
    head = ScriptDirectory.from_config(config()).get_current_head()
    if found != head:
        raise DatabaseBehind(found=found or "vide", head=head)


def _found(connection: Connection) -> str | None:
    found = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()
    return found


def refuse_newer(found: str | None) -> None:
    """Raise `DatabaseNewer` for a revision that this version does not know."""
    script = ScriptDirectory.from_config(config())
    if found is not None and found not in {r.revision for r in script.walk_revisions()}:
        raise DatabaseNewer(found=found)
