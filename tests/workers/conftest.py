from collections.abc import AsyncIterator

import pytest

from tests.support.world import World
from tests.workers.bells import hang_bell


@pytest.fixture
async def belfry(world: World) -> AsyncIterator[World]:
    """A world with a table that the tests' handlers write in."""
    await hang_bell(world)
    yield world
