"""One order a town, exact to the cent."""

from tests.support import story
from tests.support.world import World

WORKED = [("120", "10"), ("80", "0"), ("45", "5")]
"""The worked example of the consolidation: A, B, C."""


async def test_every_town_gets_its_order_and_they_add_up_to_the_award(world: World) -> None:
    told = await story.ordered(world, WORKED)
    orders = await told.coordinator.read(f"{told.path}/orders")
    award = await told.coordinator.read(f"{told.path}/award")
    assert [(o["lines"][0]["quantity"], o["lines"][0]["unit_price_cents"]) for o in orders] == [
        ("120", 19000),
        ("80", 19000),
        ("45", 19000),
    ]
    assert sum(o["ht_cents"] for o in orders) == award["ht_cents"] == 245 * 19000
    assert sum(o["ttc_cents"] for o in orders) == award["ttc_cents"] == 245 * 19000 * 120 // 100


async def test_an_accepted_proposal_draws_on_tolerances_and_costs_less(world: World) -> None:
    told = await story.analysed(world, WORKED)
    compared = await told.coordinator.read(f"{told.path}/comparison")
    first = next(o for o in compared["offers"] if o["rank"] == 1)
    assert [(p["quantity"], p["saving_cents"]) for p in first["proposals"]] == [("250", 355_000)]
    award = {"reasons": "Première, avec cinq unités de plus.", "accepted": {told.line: "250"}}
    await told.coordinator.did(f"{told.path}/award", award)
    await told.coordinator.did(f"{told.path}/award/notification")
    await world.work()
    orders = await told.coordinator.read(f"{told.path}/orders")
    assert [o["lines"][0]["quantity"] for o in orders] == ["123", "80", "47"]
    assert sum(o["ht_cents"] for o in orders) == 250 * 17200
