"""Which engines a command works on: those of `DATABASE_URL`, else those of its data directory, found or started."""

import asyncio
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic_settings import BaseSettings
from sqlalchemy.engine import make_url

from marketplace import migrations
from marketplace.db import Database
from marketplace.embedded import EngineError, engines
from marketplace.embedded.engines import instance_secrets
from marketplace.settings import Settings, needed
from search.engines.postgres import PostgresEngine
from search.index.remaking import remake_outdated

Say = Callable[[str], None]


@contextmanager
def instance(
    data_dir: Path | None = None,
    *,
    say: Say = lambda _: None,
    alone: bool = False,
    migrate: bool = True,
    overrides: Mapping[str, str] | None = None,
) -> Iterator[Settings]:
    """Settings whose engines answer and whose database is up to date. Raises `EngineError`, `Unavailable`, `Invalid`.

    With `DATABASE_URL` in the environment nothing is started, and the database is checked, not migrated.
    """
    overrides = dict(overrides or {})
    chosen = {"MARKETPLACE_DATA_DIR": str(data_dir)} if data_dir else {}
    settings = Settings.read({**chosen, **overrides})
    if settings.database.url:
        if migrate:
            asyncio.run(_checked(settings.database.url))
        yield settings
        return
    if settings.database.worker_url or settings.database.owner_url:
        needed(
            settings.database.url, "DATABASE_URL"
        )  # half an address must not be mixed with our own engines
    folder = settings.instance.data_dir.absolute()
    with engines(folder, say=say, alone=alone) as addresses:
        given = {
            **addresses.environment(),
            **instance_secrets(folder),
            "MARKETPLACE_DATA_DIR": str(folder),
            **overrides,
        }
        found = Settings.read(
            {name: value for name, value in given.items() if name not in os.environ or name in overrides}
        )
        if migrate:
            asyncio.run(bring_up_to_date(found, say=say))
        yield found


@contextmanager
def temporary(*, say: Say = lambda _: None) -> Iterator[Settings]:
    """Settings of an empty instance in a folder of its own, gone at the end. No database or index that the environment names is touched."""
    with tempfile.TemporaryDirectory(prefix="lot-commun-") as name:
        folder = Path(name)
        with engines(folder, say=say) as addresses:
            own = {
                **addresses.environment(), **instance_secrets(folder), "MARKETPLACE_DATA_DIR": name,
                "MEILISEARCH_INDEX": f"temporaire-{secrets.token_hex(4)}",
            }  # fmt: skip
            settings = Settings.read(own)
            asyncio.run(bring_up_to_date(settings, say=say))
            yield settings


def refuse_given_database() -> None:
    """Raise `EngineError` when the environment names a database or an index: demo people and a moved clock must never get into it."""
    settings = Settings.read()
    given = settings.database
    if given.url or given.worker_url or given.owner_url:
        raise EngineError("La démonstration se lance sans DATABASE_URL : elle a ses propres moteurs.")
    if settings.meilisearch.url:
        raise EngineError(
            "La démonstration se lance sans MEILISEARCH_URL : elle lance son propre serveur de MEILISEARCH_BIN."
        )


async def _checked(url: str) -> None:
    database = Database(url, pool_size=1)
    try:
        await migrations.check(database.engine)
    except OSError as error:
        raise EngineError(
            f"La base de DATABASE_URL est injoignable : {error}. Voyez « marketplace doctor »."
        ) from None
    finally:
        await database.close()


async def bring_up_to_date(settings: Settings, *, say: Say = lambda _: None) -> list[str]:
    """Apply the missing migrations as the owner, and make the search index again if another version made it. Returns the migrations."""
    owner = needed(settings.database.owner_url, "DATABASE_OWNER_URL")
    done = await migrations.upgrade(
        owner,
        app_role=_role(needed(settings.database.url, "DATABASE_URL")),
        worker_role=_role(needed(settings.database.worker_url, "DATABASE_WORKER_URL")),
        say=say,
    )
    async with worker_database(settings) as database:
        if await remake_outdated(database, PostgresEngine()):
            say("Index de recherche reconstruit")
    return done


@asynccontextmanager
async def worker_database(settings: Settings) -> AsyncIterator[Database]:
    """The database under the worker's role, closed at the end: what operators' commands use."""
    database = Database(needed(settings.database.worker_url, "DATABASE_WORKER_URL"))
    try:
        yield database
    finally:
        await database.close()


def environment(settings: Settings) -> dict[str, str]:
    """The variables that give a child process these same settings."""
    given = {}
    for group in fields(settings):
        values: BaseSettings = getattr(settings, group.name)
        prefix = str(values.model_config.get("env_prefix"))
        for name, value in values:
            if value is not None:
                given[f"{prefix}{name}".upper()] = _written(value)
    return given


def _written(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Path):
        return str(value.absolute())
    return str(int(value)) if isinstance(value, bool) else str(value)


def _role(address: str) -> str:
    name = make_url(address).username
    if not name:
        raise ValueError(f"the address {make_url(address).render_as_string()} names no role")
    return name
