"""A startup's desk gathers what waits for it, and nothing of another's."""

from tests.support import story
from tests.support.world import Caller, World


async def test_the_desk_shows_what_waits_for_this_startup_and_nothing_of_another(world: World) -> None:
    told, consultation = await story.consulting(world, [("12", "0"), ("8", "0")], sellers=3)
    first, second = told.sellers[:2]

    async def desk(who: Caller) -> str:
        return (await world.http.get("/espace-entreprise", headers=who.headers)).text

    assert f"/consultations/{consultation}" in await desk(first)
    await first.did(
        f"/consultations/{consultation}/quotes", story.offer(told.line, [(0, 18765)], quality="Zibeline")
    )
    assert "187,65" not in await desk(second)
    await world.advance(22)
    compared = await told.coordinator.read(f"{told.path}/comparison")
    scores = {o["quote_id"]: {"quality": "20", "environment": "10"} for o in compared["offers"]}
    await told.coordinator.did(f"{told.path}/evaluation", {"scores": scores}, method="put", If_Match="0")
    await told.coordinator.did(f"{told.path}/award", {"reasons": "Seule offre."})
    await told.coordinator.did(f"{told.path}/award/notification")
    await world.work()
    orders = [order["id"] for order in await first.read("/orders")]
    assert len(orders) == 2
    shown, hidden = await desk(first), await desk(second)
    assert all(order in shown for order in orders)
    assert not any(order in hidden for order in orders)
    assert await second.read("/orders") == []


async def test_the_desk_is_for_startups(world: World) -> None:
    town = await world.town()
    assert (await world.http.get("/espace-entreprise", headers=town.headers)).status_code == 403
    assert (await world.http.get("/espace-entreprise")).status_code == 303
