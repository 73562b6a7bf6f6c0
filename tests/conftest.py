"""The test bench: real PostgreSQL and Valkey, embedded; real migrations once into a template; one cloned database a test.

`world` is what most tests take: the application, its database under each role, the worker's drain, and verbs to make
people. Nothing is mocked but outside services that cannot be reached.
"""

import asyncio
import itertools
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from marketplace import logs, migrations
from marketplace.db import asyncpg_url
from marketplace.demo import people
from marketplace.embedded import Addresses, engines
from marketplace.embedded.engines import instance_secrets
from marketplace.embedded.postgres import DATABASE, address
from marketplace.settings import Settings
from marketplace.territories import loading
from marketplace.web.fonts import make_fonts
from tests.support.meilisearch.given import GIVEN
from tests.support.world import World

SHARED = Path(__file__).parent.parent.parent / "shared"
TEMPLATE = "template_test"
HASTE = (
    "alter system set fsync = off",
    "alter system set synchronous_commit = off",
    "alter system set full_page_writes = off",
    "select pg_reload_conf()",
)
"""These engines end with the session: a database dropped without waiting for the disk costs a tenth. Tests of engines start their own."""
DEPARTMENTS = ("18", "58", "75", "42", "01", "36")
"""The departments kept in the template: enough towns for a pool, small enough to clone in milliseconds."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that need `../shared` are not collected without it: a user does not have it."""
    if not SHARED.is_dir():
        items[:] = [item for item in items if item.get_closest_marker("shared") is None]


@pytest.fixture(autouse=True, scope="session")
def _only_loopback() -> Iterator[None]:
    """No test reaches the network: connecting anywhere but here fails."""
    real = socket.socket.connect

    def connect(self: socket.socket, target: object) -> None:
        host = target[0] if isinstance(target, tuple) else target
        if isinstance(target, tuple) and host not in {"127.0.0.1", "::1", "localhost"}:
            raise OSError(f"a test tried to reach {host}")
        real(self, target)  # type: ignore[arg-type]

    socket.socket.connect = connect  # type: ignore[assignment,method-assign]
    yield
    socket.socket.connect = real  # type: ignore[method-assign]


def _quick_folder() -> str | None:
    """Memory for the engines' files where there is enough of it: a database is cloned four times faster there."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 4_000_000_000 else None


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="lc-tests-", dir=_quick_folder()) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def addresses(data_dir: Path) -> Iterator[Addresses]:
    """The embedded engines, once a session, with the migrated template."""
    logs.configure(level="ERROR", json=False)
    with engines(data_dir) as found:
        asyncio.run(_make_template(found))
        yield found


def _cited() -> set[str]:
    """The towns that the demo's sheets cite as references."""
    return {reference["town"] for record in people.records() for reference in record.get("references", [])}


async def _make_template(found: Addresses) -> None:
    await migrations.upgrade(found.owner, app_role="lotcommun_app", worker_role="lotcommun_worker")
    await loading.load(found.worker)
    owner = _engine(found.owner)
    departments = ", ".join(f"'{code}'" for code in DEPARTMENTS)
    cited = ", ".join(f"'{town}'" for town in _cited())
    kept = f"select insee from commune where department_code in ({departments}) or insee in ({cited})"
    async with owner.begin() as connection:
        await connection.execute(text(f"delete from former_commune where present_insee not in ({kept})"))
        await connection.execute(text(f"delete from commune where insee not in ({kept})"))
        await connection.execute(
            text("delete from epci e where not exists (select from commune c where c.epci_siren = e.siren)")
        )
    await _outside_transaction(owner, "vacuum full")
    await owner.dispose()
    superuser = _engine(found.superuser)
    await _outside_transaction(superuser, f"alter database {DATABASE} rename to {TEMPLATE}", *HASTE)
    await superuser.dispose()


def _engine(url: str) -> AsyncEngine:
    return create_async_engine(asyncpg_url(url)[0], poolclass=NullPool)


async def _outside_transaction(engine: AsyncEngine, *statements: str) -> None:
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))


_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def template(addresses: Addresses) -> str:
    """The database that each test's own is cloned from."""
    del addresses
    return TEMPLATE


@asynccontextmanager
async def cloned(addresses: Addresses, template: str) -> AsyncIterator[dict[str, str]]:
    """A database cloned from `template` (about 35 ms), by role; gone at the end."""
    name = f"test_{next(_numbers)}"
    superuser = _engine(addresses.superuser)
    await _outside_transaction(
        superuser, f"create database {name} template {template} owner lotcommun_owner strategy file_copy"
    )
    sockets = Path(addresses.app.partition("host=")[2])
    yield {role: address(sockets, role, name) for role in ("app", "worker", "owner", "postgres")}
    await _outside_transaction(superuser, f"drop database {name} with (force)")
    await superuser.dispose()


@pytest.fixture
async def database_urls(addresses: Addresses, template: str) -> AsyncIterator[dict[str, str]]:
    """A database of this test's own, by role."""
    async with cloned(addresses, template) as urls:
        yield urls


@pytest.fixture
def settings(
    database_urls: dict[str, str], addresses: Addresses, data_dir: Path, fonts: Path, tmp_path: Path
) -> Settings:
    """Settings of a demo instance on this test's own database and folder."""
    shutil.copytree(fonts, tmp_path / "fonts")
    return settings_on(database_urls, addresses, data_dir, tmp_path)


def settings_on(urls: dict[str, str], addresses: Addresses, data_dir: Path, folder: Path) -> Settings:
    """Settings of a demo instance on the database of `urls` and the files of `folder`."""
    return Settings.read(
        {
            "DATABASE_URL": urls["app"],
            "DATABASE_WORKER_URL": urls["worker"],
            "DATABASE_OWNER_URL": urls["owner"],
            "REDIS_URL": addresses.redis,
            "MARKETPLACE_DATA_DIR": str(folder),
            "MARKETPLACE_DEMO": "1",
            "MARKETPLACE_LOG_LEVEL": "ERROR",
            "WEB_REQUESTS_PER_MINUTE": "100000",  # tests walk every address; what is promised is tried with its own settings
            **instance_secrets(data_dir),
        }
    )


@pytest.fixture(scope="session")
def fonts(data_dir: Path) -> Path:
    """The site's fonts, made once."""
    folder = data_dir / "fonts"
    make_fonts(folder)
    return folder


@pytest.fixture
async def world(settings: Settings, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    async with World.open(settings) as made:
        yield made


@pytest.fixture
def shared() -> Path:
    """`../shared`: real data and contracts. Tests that take it are marked `shared`."""
    return SHARED


@pytest.fixture
def command() -> Callable[..., list[str]]:
    """The command line of `marketplace …` in this environment."""

    def made(*arguments: str) -> list[str]:
        return [sys.executable, "-m", "marketplace", *arguments]

    return made


@pytest.fixture
def wait_until() -> Callable[..., None]:
    """Wait for something to become true, or fail saying what did not."""

    def wait(true: Callable[[], bool], what: str, patience: float = 20) -> None:
        deadline = time.monotonic() + patience
        while not true():
            if time.monotonic() > deadline:
                pytest.fail(f"{what} did not happen in {patience} s")
            time.sleep(0.05)

    return wait


assert not set(GIVEN) & set(os.environ)
os.environ.pop("DATABASE_URL", None)
