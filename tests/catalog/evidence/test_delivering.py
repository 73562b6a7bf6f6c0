"""Delivered here: an order that a town accepts raises the reference it covers, and is shown beside when it covers none.

The real chain, from the order to the sheet, is in tests/procurement/orders/test_order_lifecycle.py.
"""

from decimal import Decimal
from typing import Any

from catalog.evidence import delivering
from marketplace.actor import SYSTEM
from marketplace.ids import OrganisationId, new_id
from tests.catalog.evidence.proving import BOURGES, Market, market, reference
from tests.support.world import World


async def deliver(told: Market, **changes: Any) -> int:
    world = told.world
    startup_id = told.seller.actor.organisation_id
    assert startup_id is not None
    async with world.as_worker.transaction(SYSTEM) as session:
        return await delivering.record(
            session,
            **{
                "order_id": new_id(), "startup_id": OrganisationId(startup_id), "domain": "eclairage-public", "town_name": "Bourges",
                "insee": BOURGES, "siren": None, "delivered": [(Decimal(800), "light_point"), (Decimal(400), "light_point")],
                "on": await world.today(), "now": await world.now(),
            } | changes,
        )  # type: ignore[arg-type]  # fmt: skip


async def lines(told: Market) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        await told.world.visitor.read(f"/solutions/{told.sheet['slug']}/evidence")
    )["deliveries"]
    return found


async def test_a_delivery_proves_the_reference_of_that_town_and_says_it_once(world: World) -> None:
    told = await market(world)
    order_id = new_id()
    assert await deliver(told, order_id=order_id) == 1
    assert await deliver(told, order_id=order_id) == 0, "told twice, kept once"
    assert await told.level() == "delivered"
    assert await lines(told) == []
    await world.advance(2 * 366)
    assert await told.level() == "declared"


async def test_a_reference_that_says_more_than_was_delivered_is_not_proven_and_the_delivery_is_a_line_of_its_own(
    world: World,
) -> None:
    cases = [
        ("quantity", reference(quantity="1201")), ("unit", reference(quantity="3", unit="town")), ("town", reference(town="18279")),
    ]  # fmt: skip
    for what, cited in cases:
        told = await market(world, references=[cited], name=f"Autre {what}")
        await deliver(told)
        assert await told.level() == "declared", what
        (line,) = await lines(told)
        assert (line["town_name"], line["delivered"]) == (
            "Bourges",
            [{"quantity": "1200", "unit": "light_point"}],
        )


async def test_only_published_sheets_of_that_startup_and_domain_are_told(world: World) -> None:
    told = await market(world, domains=["mobilite"])
    assert await deliver(told) == 0
    other = await market(world)
    await other.curator.did(f"/reviews/{other.id}/suspension", {"reason": "Un doute."})
    assert await deliver(other) == 0
