"""An order goes from its town to its supplier and back, step by step; each step is one party's."""

import asyncio
import re
from typing import Any
from uuid import uuid4

from tests.support import story
from tests.support.world import World


async def test_each_step_is_one_partys_and_comes_in_its_order(world: World) -> None:
    told = await story.ordered(world, [("12", "0"), ("8", "0")], sellers=3)
    town, seller = told.towns[1], told.sellers[0]
    order = next(o for o in await seller.read("/orders") if o["insee"] == "18033")
    at = f"/orders/{order['id']}"
    assert order["state"] == "prepared"
    for body, path in (
        ({}, "engagement"),
        ({"engagement": " "}, "engagement"),
        ({"engagement": "E" * 201}, "engagement"),
    ):
        refusal = await town.post(f"{at}/issue", body)
        assert (refusal.status_code, refusal.json()["errors"][0]["path"]) == (422, path)
    early = await seller.post(f"{at}/delivery")
    assert (early.status_code, early.json()["code"]) == (409, "move_refused")
    not_mine = await seller.post(f"{at}/issue", {"engagement": "E-1"})
    assert (not_mine.status_code, not_mine.json()["code"]) == (403, "not_their_move")
    issues = await asyncio.gather(*(town.post(f"{at}/issue", {"engagement": f"E-{i}"}) for i in range(3)))
    assert sorted(answer.status_code for answer in issues) == [200, 409, 409]
    issued = next(answer.json() for answer in issues if answer.status_code == 200)
    assert (await town.read(at))["engagement"] == issued["engagement"]
    await world.work()
    pdf = await seller.get(f"/files/{(await town.read(at))['file_id']}")
    assert pdf.content.startswith(b"%PDF-")
    theirs = await town.post(f"{at}/delivery")
    assert (theirs.status_code, theirs.json()["code"]) == (403, "not_their_move")
    await seller.did(f"{at}/delivery")
    assert (await town.post(f"{at}/refusal", {"reason": ""})).status_code == 422
    back = await town.did(f"{at}/refusal", {"reason": "Il manque deux modules"})
    assert (back["state"], back["refusal"]) == ("issued", "Il manque deux modules")
    await seller.did(f"{at}/delivery")
    own = await seller.post(f"{at}/acceptance")
    assert (own.status_code, own.json()["code"]) == (403, "not_their_move")
    accepted = await town.did(f"{at}/acceptance")
    assert (accepted["state"], accepted["refusal"]) == ("accepted", None)
    again = await town.post(f"{at}/acceptance")
    assert (again.status_code, again.json()["code"]) == (409, "move_refused")
    await world.work()
    await is_evidence(world, accepted)


async def is_evidence(world: World, order: dict[str, Any]) -> None:
    """An accepted order is « delivered here » on the seller's sheet: what, how much and where; no amount."""
    slug = await world.sql(
        "select s.slug from evidence e join solution s on s.id = e.solution_id where e.kind = 'delivery'"
    )
    (line,) = (await world.visitor.read(f"/solutions/{slug}/evidence"))["deliveries"]
    assert (line["insee"], line["delivered_on"]) == (order["insee"], str(await world.today()))
    ordered = [{"quantity": row["quantity"], "unit": row["unit"]} for row in order["lines"]]
    assert line["delivered"] == ordered
    kept = await world.sql("select to_jsonb(e) from evidence e where e.kind = 'delivery'")
    numbers = re.findall(
        r"\d+", str({name: value for name, value in kept.items() if not name.endswith(("id", "since", "at"))})
    )
    assert not {str(order["ht_cents"]), str(order["ttc_cents"]), str(order["ht_cents"] // 100)} & set(numbers)


async def test_an_order_of_another_town_does_not_exist(world: World) -> None:
    told = await story.ordered(world, [("12", "0"), ("8", "0"), ("5", "0")], sellers=3)
    orders = {o["insee"]: o["id"] for o in await told.coordinator.read(f"{told.path}/orders")}
    assert len(orders) == 3
    bourges, saint_amand = told.towns[1:]
    assert [o["insee"] for o in await bourges.read("/orders")] == ["18033"]
    assert [o["insee"] for o in await bourges.read(f"{told.path}/orders")] == ["18033"]
    at = f"/orders/{orders['18033']}"
    for outsider in (saint_amand, told.sellers[1], await world.staff()):
        assert (
            (await outsider.get(at)).json()["code"]
            == (await outsider.get(f"/orders/{uuid4()}")).json()["code"]
            == "not_found"
        )
        for act, body in (
            ("issue", {"engagement": "E"}),
            ("delivery", None),
            ("acceptance", None),
            ("refusal", {"reason": "Non"}),
        ):
            assert (await outsider.post(f"{at}/{act}", body)).status_code == 404, act
    coordinators = await told.coordinator.post(f"{at}/issue", {"engagement": "E"})
    assert coordinators.status_code in {403, 404}
    assert (await bourges.read(at))["state"] == "prepared"
    assert (await world.visitor.get("/orders")).status_code == 401
    csv = await world.http.get("/commandes.csv", headers=bourges.headers)
    assert csv.content.decode("utf-8-sig").splitlines()[1].split(";")[1:4] == [
        "Bourges",
        "Quinquet Systèmes",
        "préparé",
    ]
    page = await world.http.get(f"/commandes/{orders['18033']}", headers=saint_amand.headers)
    assert page.status_code == 404
