"""One invoice an order, equal to it to the cent; numbers without a gap; paid by one party, confirmed by the other."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from marketplace import clock
from marketplace.actor import SYSTEM, Role
from marketplace.ids import OrderId
from procurement.billing import invoicing
from tests.support import story
from tests.support.story import Story
from tests.support.world import TOWN_CODES, Caller, World

PDF = b"%PDF-1.7\n%facture de test\n%%EOF\n"


async def accepted(world: World, quantities: list[tuple[str, str]]) -> tuple[Story, list[dict[str, Any]]]:
    """Every town's order is delivered and accepted."""
    told = await story.ordered(world, quantities, sellers=3)
    orders = await told.sellers[0].read("/orders")
    towns = {town.organisation.insee: town for town in told.towns if town.organisation}
    for order in orders:
        at = f"/orders/{order['id']}"
        await towns[order["insee"]].did(f"{at}/issue", {"engagement": "E-1"})
        await told.sellers[0].did(f"{at}/delivery")
        await towns[order["insee"]].did(f"{at}/acceptance")
    return told, sorted(orders, key=lambda order: str(order["number"]))


async def give(
    seller: Caller, order: dict[str, Any], file: bytes | None = PDF, **facts: Any
) -> httpx.Response:
    """The supplier's own invoice, sent as a form with its PDF."""
    day = await seller.read("/compass", nature="supplies", amount_ht="1")
    sent = (
        {"number": "F-1", "issued_on": day["date"]}
        | {n: order[n] for n in ("ht_cents", "vat_cents", "ttc_cents")}
        | facts
    )
    files = {} if file is None else {"file": ("facture.pdf", file, "application/pdf")}
    parts = {name: (None, str(value)) for name, value in sent.items()}
    return await seller.http.post(
        f"/api/v1/orders/{order['id']}/invoice", files=parts | files, headers=seller.headers
    )


async def test_the_suppliers_own_invoice_is_the_orders_to_the_cent_and_its_number_serves_once(
    world: World,
) -> None:
    told, (first, second) = await accepted(world, [("12", "0"), ("8", "0")])
    seller, today = told.sellers[0], await world.today()
    for wrong, file, found in (
        ({"ht_cents": first["ht_cents"] + 1}, PDF, [("ht_cents", "amount")]),
        ({"ht_cents": 1, "vat_cents": 2, "ttc_cents": 3}, PDF, [("ht_cents", "amount"), ("vat_cents", "amount"), ("ttc_cents", "amount")]),
        ({"ttc_cents": first["ttc_cents"] - 1, "issued_on": today + timedelta(days=1)}, PDF, [("ttc_cents", "amount"), ("issued_on", "future")]),
        ({"issued_on": today - timedelta(days=1)}, PDF, [("issued_on", "order")]),
        ({}, None, [("file", "required")]),
        ({}, b"PK\x03\x04", [("file", "file_type")]),
        ({"number": ""}, PDF, [("number", "string_too_short")]),
        ({"ht_cents": -1}, PDF, [("ht_cents", "greater_than_equal")]),
    ):  # fmt: skip
        refusal = await give(seller, first, file, **wrong)
        assert refusal.status_code == 422, (wrong, refusal.text)
        assert [(error["path"], error["code"]) for error in refusal.json()["errors"]] == found
    assert (await give(told.towns[0], first)).status_code == 403
    assert (await give(told.sellers[1], first)).status_code == 404
    assert await seller.read("/invoices") == []
    done = await give(seller, first)
    assert done.status_code == 201
    invoice = done.json()
    assert [invoice[n] for n in ("ht_cents", "vat_cents", "ttc_cents")] == [
        first[n] for n in ("ht_cents", "vat_cents", "ttc_cents")
    ]
    assert (invoice["issued_by"], invoice["due_on"]) == ("supplier", str(today + timedelta(days=30)))
    assert (await told.towns[0].get(f"/files/{invoice['file_id']}")).content == PDF
    assert (await told.towns[1].get(f"/files/{invoice['file_id']}")).status_code == 404
    twice = await give(seller, first, number="F-2")
    assert (twice.status_code, twice.json()["code"]) == (409, "move_refused")
    reused = await give(seller, second)
    assert [(e["path"], e["code"]) for e in reused.json()["errors"]] == [("number", "duplicate")]
    assert (await seller.read(f"/orders/{second['id']}"))["state"] == "accepted"
    both = await asyncio.gather(*(give(seller, second, number=f"F-{n}") for n in (3, 4)))
    assert sorted(answer.status_code for answer in both) == [201, 409]


async def test_a_mandate_names_one_series_that_is_its_suppliers_alone(world: World) -> None:
    first, second = await world.startup("Une"), await world.startup("Deux")
    for prefix in ("", "q", "minuscule", "TROP-LONG-PREFIXE", "A" * 13):
        refusal = await first.post("/billing-mandate", {"prefix": prefix})
        assert (refusal.status_code, refusal.json()["errors"][0]["path"]) == (422, "prefix"), prefix
    assert (await first.get("/billing-mandate")).status_code == 404
    given = await asyncio.gather(*(first.post("/billing-mandate", {"prefix": f"SERIE{n}"}) for n in range(3)))
    assert sorted(answer.status_code for answer in given) == [201, 409, 409]
    prefix = (await first.read("/billing-mandate"))["prefix"]
    taken = await second.post("/billing-mandate", {"prefix": prefix})
    assert (taken.status_code, [(e["path"], e["code"]) for e in taken.json()["errors"]]) == (
        422,
        [("prefix", "taken")],
    )
    assert (await (await world.town()).post("/billing-mandate", {"prefix": "VILLE"})).status_code == 403
    assert (await first.delete("/billing-mandate")).status_code == 204
    assert (await first.delete("/billing-mandate")).status_code == 404
    await first.did("/billing-mandate", {"prefix": "AUTRE"})


async def test_under_mandate_numbers_are_gapless_however_many_are_issued_at_once(world: World) -> None:
    told, orders = await accepted(world, [("5", "0")] * len(TOWN_CODES))
    seller = told.sellers[0]
    await seller.did("/billing-mandate", {"prefix": "QUINQUET"})

    async def issue(order: dict[str, Any], *, fail: bool = False) -> None:
        async with world.as_worker.transaction(SYSTEM) as session:
            await invoicing.issue_under_mandate(session, OrderId(order["id"]), now=await clock.now(session))
            if fail:
                raise RuntimeError("rolled back")

    async def fail(order: dict[str, Any]) -> None:
        with pytest.raises(RuntimeError, match="rolled back"):
            await issue(order, fail=True)

    await issue(orders[0])
    await fail(orders[1])
    await asyncio.gather(
        *(issue(order) for order in orders[:-1]), fail(orders[-1]), *(issue(order) for order in orders[1:3])
    )
    await issue(orders[-1])
    await issue(orders[-1])
    invoices = await seller.read("/invoices")
    year = (await world.today()).year
    assert sorted(i["number"] for i in invoices) == [f"QUINQUET-{year}-{n:05d}" for n in range(1, 9)]
    assert {i["order_id"]: i["ttc_cents"] for i in invoices} == {o["id"]: o["ttc_cents"] for o in orders}
    assert {i["issued_by"] for i in invoices} == {"mandate"}
    await world.work()
    found = await seller.read(f"/invoices/{invoices[0]['id']}")
    assert (await seller.get(f"/files/{found['file_id']}")).content.startswith(b"%PDF-")
    csv = await world.http.get("/factures.csv", headers=seller.headers)
    assert len(csv.content.decode("utf-8-sig").splitlines()) == 9


async def test_a_payment_is_recorded_by_the_town_and_confirmed_by_the_supplier_alone(world: World) -> None:
    told, orders = await accepted(world, [("12", "0"), ("8", "0")])
    seller, today = told.sellers[0], await world.today()
    payers = {"18279": told.towns[0], "18033": told.towns[1]}
    for i, order in enumerate(orders):
        assert (await give(seller, order, number=f"F-{i}")).status_code == 201
    invoices = {i["order_id"]: i for i in await seller.read("/invoices")}
    invoice, order = invoices[orders[1]["id"]], orders[1]
    at, town = f"/invoices/{invoice['id']}/payment", payers[order["insee"]]
    paid = {"number": "M-1", "paid_on": str(today), "cents": invoice["ttc_cents"]}
    for wrong, found in (
        ({"cents": invoice["ttc_cents"] - 1}, [("cents", "amount")]),
        (
            {"cents": 1, "paid_on": str(today + timedelta(days=1))},
            [("cents", "amount"), ("paid_on", "future")],
        ),
        ({"paid_on": str(today - timedelta(days=1))}, [("paid_on", "order")]),
        ({"number": ""}, [("number", "string_too_short")]),
    ):
        refusal = await town.post(at, paid | wrong)
        assert refusal.status_code == 422, wrong
        assert [(error["path"], error["code"]) for error in refusal.json()["errors"]] == found
    early = await seller.post(f"{at}/confirmation")
    assert (early.status_code, early.json()["code"]) == (409, "move_refused")
    assert (await seller.post(at, paid)).status_code == 403
    assert town.organisation
    agent = await world.member(town.organisation, frozenset({Role.AGENT}))
    assert (await agent.post(at, paid)).json()["code"] == "not_their_move"
    records = await asyncio.gather(*(town.post(at, paid) for _ in range(3)))
    assert sorted(answer.status_code for answer in records) == [201, 409, 409]
    own = await town.post(f"{at}/confirmation")
    assert (own.status_code, own.json()["code"]) == (403, "not_their_move")
    other = payers[orders[0]["insee"]]
    assert (await other.post(f"{at}/confirmation")).status_code in {403, 404}
    assert (await told.sellers[1].post(f"{at}/confirmation")).status_code == 404
    assert (await told.sellers[1].get(f"/invoices/{invoice['id']}")).status_code == 404
    disputed = await seller.did(f"{at}/dispute", {"reason": "Rien reçu"})
    assert disputed["state"] == "issued"
    await town.did(at, paid | {"number": "M-2"})
    confirmed = await asyncio.gather(*(seller.post(f"{at}/confirmation") for _ in range(3)))
    assert sorted(answer.status_code for answer in confirmed) == [200, 409, 409]
    await world.work()
    assert (await town.read(f"/orders/{order['id']}"))["state"] == "paid"
    assert (await told.fresh())["state"] == "execution"
    early_end = await told.coordinator.post(f"{told.path}/closure")
    assert (early_end.status_code, early_end.json()["code"]) == (409, "move_refused")
    last = invoices[orders[0]["id"]]
    await other.did(f"/invoices/{last['id']}/payment", paid | {"number": "M-3", "cents": last["ttc_cents"]})
    await seller.did(f"/invoices/{last['id']}/payment/confirmation")
    await world.work()
    assert (await told.fresh())["state"] == "review"
    await told.coordinator.did(f"{told.path}/closure")
    assert (await told.fresh())["state"] == "closed"
