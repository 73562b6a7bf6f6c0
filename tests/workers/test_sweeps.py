"""Deadlines: everything that is due, however old, once; nothing before."""

import asyncio

from tests.support import story
from tests.support.world import World
from workers.routing import DEADLINES
from workers.sweeps import sweep


async def test_a_deadline_is_met_once_even_years_late_and_never_early(world: World) -> None:
    told = await story.declared(world, [("40", "0"), ("30", "0")])
    assert await sweep(world.tools, DEADLINES) == 0
    await world.sql("update pool set census_ends_at = market_now() - interval '3 years'")
    swept = await asyncio.gather(*(sweep(world.tools, DEADLINES) for _ in range(4)))
    assert sum(swept) == 1
    await world.work()
    pool = await told.fresh()
    assert pool["state"] == "consolidation"
    assert await sweep(world.tools, DEADLINES) == 0


async def test_offers_sealed_for_years_are_opened_by_the_first_sweep(world: World) -> None:
    told, consultation = await story.consulting(world, [("40", "0"), ("30", "0")])
    await told.sellers[0].did(
        f"/consultations/{consultation}/quotes", story.offer(told.line, story.GRIDS[0][1])
    )
    await world.advance(20)
    assert (await told.fresh())["state"] == "consultation"
    await world.sql("update consultation set deadline_at = market_now() - interval '3 years'")
    await world.work()
    assert (await told.fresh())["state"] == "analysis"
