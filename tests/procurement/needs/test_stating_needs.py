"""A town states its need; what cannot be is refused with every fault, and nothing is kept."""

from uuid import uuid4

from marketplace.actor import Role
from tests.support.story import DOMAIN, UNIT
from tests.support.world import World

NEED = {"text": "Piloter l’éclairage public", "domain": DOMAIN, "unit": UNIT, "quantity": "40", "years": 2}


async def test_every_fault_of_a_need_is_told_at_its_place_and_nothing_is_kept(world: World) -> None:
    town = await world.town()
    for wrong, places in (
        ({"text": " "}, ["text"]),
        ({"text": "avec un \u0000 zéro"}, ["text"]),
        ({"domain": "chateaux-forts"}, ["domain"]),
        ({"unit": "furlong"}, ["unit"]),
        ({"quantity": "-4"}, ["quantity"]),
        ({"quantity": 4.5}, ["quantity"]),
        ({"quantity": "1e3"}, ["quantity"]),
        ({"quantity": "1000000001"}, ["quantity"]),
        ({"quantity": "12.5"}, ["quantity"]),
        ({"years": 5}, ["years"]),
        ({"years": 0}, ["years"]),
        ({"brand": "Quinquet"}, ["brand"]),
        ({"domain": "x", "quantity": "beaucoup", "years": 9}, ["domain", "quantity", "years"]),
    ):
        refusal = await town.post("/needs", NEED | wrong)
        assert refusal.status_code == 422, wrong
        assert [error["path"] for error in refusal.json()["errors"]] == places
        assert all(error["message"] for error in refusal.json()["errors"])
    assert await town.read("/needs") == []


async def test_a_need_belongs_to_its_town_alone(world: World) -> None:
    town, other = await world.towns(2)
    stated = await town.did("/needs", NEED)
    assert (stated["quantity"], stated["years"]) == ("40", 2)
    assert [need["id"] for need in await town.read("/needs")] == [stated["id"]]
    assert await other.read("/needs") == []
    theirs, missing = await other.get(f"/needs/{stated['id']}"), await other.get(f"/needs/{uuid4()}")
    assert (theirs.status_code, theirs.json()["code"]) == (missing.status_code, missing.json()["code"])
    assert theirs.status_code == 404


async def test_only_an_agent_of_a_town_states_a_need(world: World) -> None:
    accountant = await world.town(roles=frozenset({Role.ACCOUNTANT}))
    for who, status in ((accountant, 403), (await world.startup(), 403), (world.visitor, 401)):
        assert (await who.post("/needs", NEED)).status_code == status
    assert await world.sql("select count(*) from need") == 0
