"""`POST /api/v1/matches`: a need sent, an explained short list answered, and what is refused."""

import json
import time
from datetime import UTC, datetime

import pytest

from catalog.opendata import importing
from marketplace.actor import SYSTEM
from marketplace.demo import people
from marketplace.tabular import SourceRow
from search.engines.postgres import PostgresEngine
from search.index.refreshing import reindex
from tests.support.world import World


@pytest.fixture
async def market(world: World) -> World:
    """The demo's directory."""
    async with world.as_worker.transaction(SYSTEM) as session:
        await people.make_people(session)
    rows = [SourceRow(record["id"], record) for record in people.records()]
    await importing.load(world.as_worker, rows, now=datetime(2026, 11, 24, tzinfo=UTC))
    async with world.as_worker.transaction(SYSTEM) as session:
        await reindex(session, PostgresEngine())
    return world


async def test_try(market: World) -> None:
    t = time.perf_counter()
    found = await market.visitor.did(
        "/matches",
        {
            "need": "télégestion de l’éclairage public",
            "town": "18279",
            "quantity": "1200",
            "budget": {"max": 40000000},
            "musts": {"eu_hosted": True},
            "limit": 3,
        },
    )
    print(time.perf_counter() - t)
    print(json.dumps(found, ensure_ascii=False, indent=1))
