from collections.abc import AsyncIterator

import pytest

from marketplace.db import Database
from marketplace.settings import Settings, needed
from tests.support.world import World
from tests.workers.bells import hang_bell


@pytest.fixture
async def belfry(settings: Settings) -> AsyncIterator[World]:
    """The worker's side of a world alone, with a table that the tests' handlers write in."""
    database = Database(needed(settings.database.worker_url, "worker"), pool_size=4)
    world = World(settings, app=None, http=None, database=database)  # type: ignore[arg-type]
    await hang_bell(world)
    yield world
    await database.close()
