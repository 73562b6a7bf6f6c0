"""Towns with the same need, told of one another by the worker."""

from typing import Any

from sqlalchemy import text

from tests.support import story
from tests.support.world import Caller, World

NEED = {"text": "Réduire la facture de l’éclairage public", "domain": story.DOMAIN, "unit": "light_point", "alike": True}  # fmt: skip
QUANTITIES = ("120", "400", "700", "90", "60")


async def state(town: Caller, quantity: str | None = "120", **more: Any) -> dict[str, Any]:
    need: dict[str, Any] = await town.did("/needs", NEED | {"quantity": quantity} | more)
    return need


async def alike(world: World, count: int = 3, **more: Any) -> list[Caller]:
    """`count` towns that stated the same need and wait for others; the worker has done its work."""
    towns = await world.towns(count)
    for town, quantity in zip(towns, QUANTITIES, strict=False):
        await state(town, quantity, **more)
    await world.work()
    return towns


async def proposal_of(town: Caller) -> dict[str, Any]:
    """The one proposal made to a town, whole."""
    (one,) = await town.read("/proposals")
    found: dict[str, Any] = await town.read(f"/proposals/{one['id']}")
    return found


async def accept(*towns: Caller) -> None:
    for town in towns:
        (one,) = await town.read("/proposals")
        await town.did(f"/proposals/{one['id']}/acceptance")


async def rows(world: World, who: Caller, statement: str) -> list[Any]:
    """What raw SQL gives to `who`, under the application's role."""
    async with world.app.state.database.transaction(who.actor) as session:
        return list((await session.execute(text(statement))).all())


async def more_towns(world: World, first: int, last: int, domain: str = story.DOMAIN) -> None:
    """Towns that wait, numbered from `first` to `last`, written as the owner: twenty sign-ups would be long."""
    await world.sql(
        "insert into organisation (id, kind, name, siren, fictional) select gen_random_uuid(), 'town', 'Ville ' || n, (800000000 + n)::text, true"
        " from generate_series(cast(:first as int), cast(:last as int)) n",
        first=first, last=last,
    )  # fmt: skip
    await world.sql(
        "insert into need (id, town_id, text, domain, unit, years, alike_until) select gen_random_uuid(), o.id, 'Un besoin de ' || o.name, cast(:domain as text), 'light_point', 1,"
        " now() + interval '30 days' from organisation o where o.siren::int between 800000000 + :first and 800000000 + :last",
        domain=domain, first=first, last=last,
    )  # fmt: skip
