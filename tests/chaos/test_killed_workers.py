"""Killing the worker at any point of a purchase loses nothing and doubles nothing."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from aiosmtpd.smtp import SMTP

from tests.chaos.workers import Killer, Sink
from tests.support import story
from tests.support.world import World

PRICE = 19000
"""The best offer's, from 150 light points on; some 200 are bought, under the threshold of a publicity."""


@pytest.fixture
async def kill(world: World) -> AsyncIterator[Callable[[int, int], tuple[Killer, Sink]]]:
    """`kill(times, seed)`: a worker to be killed so many times, and the mail server it writes to."""
    sink = Sink()
    listening = await asyncio.get_running_loop().create_server(
        lambda: SMTP(sink, hostname="test"), "127.0.0.1", 0
    )
    made: list[Killer] = []

    def start(kills: int, seed: int) -> tuple[Killer, Sink]:
        made.append(Killer(world, smtp_port=listening.sockets[0].getsockname()[1], kills=kills, seed=seed))
        return made[0], sink

    yield start
    for killer in made:
        killer.child.kill()
        killer.child.wait()
    listening.close()
    await listening.wait_closed()


@pytest.mark.parametrize(
    ("kills", "towns", "seed"),
    [
        pytest.param(3, 4, 1, id="3 kills", marks=pytest.mark.proof),
        *(pytest.param(20, 8, seed, id=f"20 kills, seed {seed}", marks=pytest.mark.proof) for seed in (2, 3)),
    ],
)
async def test_a_worker_killed_at_random_loses_nothing_and_doubles_nothing(
    world: World, kill: Callable[[int, int], tuple[Killer, Sink]], kills: int, towns: int, seed: int
) -> None:
    firm = [str(200 // towns + i) for i in range(towns)]
    told = await story.declared(world, [(quantity, "0") for quantity in firm])
    killer, sink = kill(kills, seed)
    a_phase = -(-kills // 4)

    await told.coordinator.did(f"{told.path}/census/closure")
    await killer.until_quiet(a_phase)
    assert (await told.fresh())["state"] == "consolidation"
    for town in told.towns:
        await town.did(f"{told.path}/membership/confirmation")
    await told.coordinator.did(f"{told.path}/commitment")
    await killer.until_quiet(a_phase)
    await story.sign_all(told)
    await told.coordinator.did(f"{told.path}/freeze")
    await told.fresh()

    due = str(await world.today() + timedelta(days=21))
    consultation = (await told.coordinator.did(f"{told.path}/consultation", {"quotes_due_on": due}))["id"]
    await killer.until_quiet()
    for seller, (_, steps) in zip(told.sellers, story.GRIDS, strict=True):
        await seller.did(f"/consultations/{consultation}/quotes", story.offer(told.line, steps))
    await world.sql("update clock_shift set shift = shift + interval '22 days'")
    while (await told.fresh())["state"] == "consultation":
        await asyncio.sleep(0.05)
    await killer.until_quiet(a_phase)
    compared = await told.coordinator.read(f"{told.path}/comparison")
    scores = {o["quote_id"]: {"quality": "20", "environment": "10"} for o in compared["offers"]}
    await told.coordinator.did(f"{told.path}/evaluation", {"scores": scores}, method="put", If_Match="0")
    await told.coordinator.did(f"{told.path}/award", {"reasons": "Première au classement."})
    await told.coordinator.did(f"{told.path}/award/notification")
    await killer.until_quiet(a_phase)

    orders = await told.coordinator.read(f"{told.path}/orders")
    for town, order in zip(told.towns, sorted(orders, key=lambda o: o["number"]), strict=True):
        await town.did(f"/orders/{order['id']}/issue", {"engagement": "E-1"})
    await killer.until_quiet(kills)
    assert killer.left == 0, "every kill was done"
    assert killer.stop() == 0

    orders = await told.coordinator.read(f"{told.path}/orders")
    wanted = {
        town.organisation.insee: (quantity, int(quantity) * PRICE)
        for town, quantity in zip(told.towns, firm, strict=True)
        if town.organisation
    }
    assert {o["insee"]: (o["lines"][0]["quantity"], o["ht_cents"]) for o in orders} == wanted
    assert len(orders) == towns
    assert len({o["number"] for o in orders}) == towns
    assert all(o["file_id"] for o in orders), "each order has its document"
    award = await told.coordinator.read(f"{told.path}/award")
    assert sum(o["ht_cents"] for o in orders) == award["ht_cents"] == sum(map(int, firm)) * PRICE
    assert sum(o["ttc_cents"] for o in orders) == award["ttc_cents"] == award["ht_cents"] * Decimal("1.2")
    await _one_of_each(world, towns)
    await _every_mail_has_its_outcome(world, sink)


async def _one_of_each(world: World, towns: int) -> None:
    assert await world.sql("select count(*) from outbox where status <> 'done'") == 0
    assert await world.sql("select count(*) from agreement") == 1
    assert await world.sql("select count(*) from consolidation where kind = 'grid'") == len(story.GRIDS)
    assert await world.sql("select count(*) from consolidation where kind = 'quote'") == len(story.GRIDS)
    assert await world.sql("select count(*) from consolidation where kind = 'award'") == 1
    assert await world.sql("select done || '/' || total from job_run") == f"{towns}/{towns}"
    assert await world.sql("select count(*) from stored_file where name like '%.pdf'") == 1 + towns


async def _every_mail_has_its_outcome(world: World, sink: Sink) -> None:
    twice = {key: count for key, count in Counter(sink.accepted).items() if count > 1}
    assert not twice
    sent = await world.sql(
        "select coalesce(array_agg('<' || id || '@lot-commun>'), '{}') from mail where state = 'sent'"
    )
    unknown = await world.sql(
        "select coalesce(array_agg('<' || id || '@lot-commun>'), '{}') from mail where state = 'unknown'"
    )
    assert set(sent) <= set(sink.accepted) <= {*sent, *unknown}
    assert await world.sql("select count(*) from mail where state not in ('sent', 'unknown')") == 0
    assert await world.sql("select count(*) from mail where key like 'order:%'") == len(
        await _all_orders(world)
    )


async def _all_orders(world: World) -> list[str]:
    return list(await world.sql("select array_agg(id) from purchase_order"))
