"""One market for all tests of the matrix: built once, and left as it was found by each."""

import itertools
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from marketplace.embedded import Addresses
from marketplace.embedded.engines import instance_secrets
from marketplace.embedded.postgres import address
from marketplace.settings import Settings
from marketplace.sign_in import authentication
from procurement.board import progress
from tests.conftest import TEMPLATE, _engine, _outside_transaction
from tests.matrix import build
from tests.matrix.build import Market
from tests.support.world import World

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
async def market(addresses: Addresses, data_dir: Path, fonts: Path) -> AsyncIterator[Market]:
    """The market, on a database of its own. What is committed there need not survive a power cut."""
    name = f"matrix_{next(_numbers)}"
    superuser = _engine(addresses.superuser)
    await _outside_transaction(
        superuser, f"create database {name} template {TEMPLATE} owner lotcommun_owner",
        f"alter database {name} set synchronous_commit = off",
    )  # fmt: skip
    sockets = Path(addresses.app.partition("host=")[2])
    folder = data_dir / name
    shutil.copytree(fonts, folder / "fonts")
    settings = Settings.read(
        {
            "DATABASE_URL": address(sockets, "app", name),
            "DATABASE_WORKER_URL": address(sockets, "worker", name),
            "DATABASE_OWNER_URL": address(sockets, "owner", name),
            "REDIS_URL": addresses.redis,
            "MARKETPLACE_DATA_DIR": str(folder),
            "MARKETPLACE_DEMO": "1",
            "MARKETPLACE_LOG_LEVEL": "ERROR",
            **instance_secrets(data_dir),
        }
    )
    kept = progress.TICK, progress.PATIENCE
    progress.TICK = progress.PATIENCE = 0.001  # one look, then the end: nothing moves while it is followed
    touched, authentication.TOUCH_EVERY = (
        authentication.TOUCH_EVERY,
        timedelta(days=1),
    )  # being asked changes nothing
    async with World.open(settings) as world:
        yield await build.market(world)
    authentication.TOUCH_EVERY = touched
    progress.TICK, progress.PATIENCE = kept
    await _outside_transaction(superuser, f"drop database {name} with (force)")
    await superuser.dispose()
