"""Offers are sealed until the timer opens all of them: nobody reads one before, nobody deposits one after."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.support import story
from tests.support.story import GRIDS
from tests.support.world import World

SECRET = 18765
"""A unit price, in cents, that nothing but the opened offer may say."""
LONG_SECRET = 187_654_321_098
"""Long enough that no ciphertext, hash or identifier says it by chance."""
TWO = [("120", "10"), ("80", "0")]


async def test_a_sealed_offer_is_ciphertext_for_everybody_and_a_receipt_for_its_depositor(
    world: World,
) -> None:
    told, consultation = await story.consulting(world, TWO)
    seller, other = told.sellers[:2]
    at = f"/consultations/{consultation}"
    sealed = story.offer(told.line, [(0, LONG_SECRET)], quality="Garantie zibeline")
    receipt = await seller.did(f"{at}/quotes", sealed, Idempotency_Key="offre-1")
    assert await seller.did(f"{at}/quotes", sealed, Idempotency_Key="offre-1") == receipt
    assert set(receipt) == {"quote_id", "sha256", "deposited_at", "opens_at"}
    stored = await world.sql("select encode(sha256(ciphertext), 'hex') from quote")
    assert stored == receipt["sha256"]
    assert await world.sql("select content from quote") is None
    mine = await seller.read(at)
    assert (mine["my_quote"], mine["my_quote_state"]) == (receipt, "sealed")
    assert (await other.read(at))["my_quote"] is None
    await world.work()
    for table in (
        "quote",
        "outbox",
        "audit_line",
        "idempotency_record",
        "mail",
        "consultation",
        "consolidation",
        "job_chunk",
    ):
        rows = await world.sql(f"select coalesce(string_agg(t::text, ' '), '') from {table} t")
        assert str(LONG_SECRET) not in rows, table
        assert "zibeline" not in rows, table
    assert await world.sql("select count(*) from idempotency_record") == 1
    for who in (told.coordinator, told.towns[1], other, await world.staff()):
        for path in (f"{told.path}/comparison", f"{told.path}/award"):
            assert (await who.get(path)).status_code == 404, path
        for path in (at, told.path, f"{told.path}/consultation", f"{told.path}/members"):
            assert str(LONG_SECRET) not in (await who.get(path)).text
    scored = await told.coordinator.put(f"{told.path}/evaluation", {"scores": {}}, If_Match="0")
    assert (scored.status_code, scored.json()["code"]) == (409, "move_refused")
    stranger = await world.startup("Sans fiche")
    for answer in (await stranger.get(at), await stranger.get(f"/consultations/{uuid4()}")):
        assert answer.status_code == 404
    uninvited = await stranger.post(f"{at}/quotes", story.offer(told.line, [(0, 1)]))
    assert uninvited.status_code == 404
    assert (await told.coordinator.post(f"{at}/quotes", story.offer(told.line, [(0, 1)]))).status_code == 403


async def test_every_fault_of_an_offer_is_told_at_its_place_and_nothing_is_kept(world: World) -> None:
    told, consultation = await story.consulting(world, TWO, sellers=3)
    steps = "lines[0].tiers.steps"

    def with_line(**changes: Any) -> dict[str, Any]:
        sound = story.offer(told.line, [(0, 100)])
        return sound | {"lines": [sound["lines"][0] | changes]}

    def tiers(*rows: dict[str, Any]) -> dict[str, Any]:
        return with_line(tiers={"steps": list(rows)})

    def row(start: str, cents: int = 100, **more: str) -> dict[str, Any]:
        return {"from": start, "unit_price_cents": cents} | more

    for body, found in (
        (tiers(), [(steps, "tiers_empty")]),
        (tiers(row("5")), [(f"{steps}[0].from", "tiers_start")]),
        (tiers(row("0", to="10"), row("20")), [(f"{steps}[0].to", "tiers_gap")]),
        (tiers(row("0", to="30"), row("20")), [(f"{steps}[0].to", "tiers_overlap")]),
        (tiers(row("0"), row("20"), row("10")), [(f"{steps}[2].from", "tiers_order")]),
        (tiers(row("0"), row("20"), row("20")), [(f"{steps}[2].from", "tiers_order")]),
        (tiers(row("0", to="50")), [(f"{steps}[0].to", "tiers_end")]),
        (tiers(row("0"), row("2.5")), [(f"{steps}[1].from", "precision")]),
        (tiers(row("0", -1)), [(f"{steps}[0].unit_price_cents", "greater_than_equal")]),
        (
            tiers(row("1", to="10"), row("20", to="30"), row("20")),
            [
                (f"{steps}[0].from", "tiers_start"), (f"{steps}[0].to", "tiers_gap"), (f"{steps}[1].to", "tiers_overlap"),
                (f"{steps}[2].from", "tiers_order"),
            ],
        ),
        (story.offer(str(uuid4()), [(0, 100)]), [("lines[0].line_id", "unknown_line")]),
        (with_line(pack="0", supply_limit="1.5"),
         [("lines[0].pack", "pack"), ("lines[0].supply_limit", "precision")]),
        (story.offer(told.line, [(0, 100)], delivery_weeks=0, quality=""),
         [("delivery_weeks", "greater_than_equal"), ("quality", "string_too_short")]),
        (story.offer(told.line, [(0, 100)]) | {"lines": []}, [("lines", "too_short")]),
    ):  # fmt: skip
        refusal = await told.sellers[0].post(f"/consultations/{consultation}/quotes", body)
        assert refusal.status_code == 422, body
        told_of = [(error["path"], error["code"]) for error in refusal.json()["errors"]]
        assert sorted(told_of) == sorted(found), body
    twice = story.offer(told.line, [(0, 100)])
    refusal = await told.sellers[0].post(
        f"/consultations/{consultation}/quotes", twice | {"lines": twice["lines"] * 2}
    )
    assert [(e["path"], e["code"]) for e in refusal.json()["errors"]] == [("lines[1].line_id", "duplicate")]
    assert await world.sql("select count(*) from quote") == 0


async def test_an_offer_is_replaced_or_taken_back_before_the_deadline_and_only_the_last_is_opened(
    world: World,
) -> None:
    told, consultation = await story.consulting(world, TWO)
    first, second, third, fourth = told.sellers
    at = f"/consultations/{consultation}"
    for seller in (first, second, third):
        await seller.did(f"{at}/quotes", story.offer(told.line, [(0, 30000)]))
    answers = await asyncio.gather(
        *(first.post(f"{at}/quotes", story.offer(told.line, [(0, cents)])) for cents in (20000, 20100, 20200))
    )
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    last = await first.did(f"{at}/quotes", story.offer(told.line, [(0, SECRET)]))
    assert (await first.read(at))["my_quote"]["sha256"] == last["sha256"]
    assert (await second.post(f"{at}/quotes/withdrawal")).status_code == 204
    again = await second.post(f"{at}/quotes/withdrawal")
    assert again.status_code == 404
    assert (await fourth.post(f"{at}/refusal", {"reason": ""})).status_code == 422
    assert (await fourth.post(f"{at}/refusal", {"reason": "Carnet plein"})).status_code == 204
    await world.advance(22)
    offers = (await told.coordinator.read(f"{told.path}/comparison"))["offers"]
    assert sorted(offer["unit_prices"][told.line] for offer in offers) == [SECRET, 30000]


async def test_offers_open_at_the_deadline_on_the_databases_clock_even_late_and_none_comes_after(
    world: World,
) -> None:
    told, consultation = await story.consulting(world, TWO)
    at = f"/consultations/{consultation}"
    await told.sellers[0].did(f"{at}/quotes", story.offer(told.line, [(0, SECRET)]))
    await world.advance(21)
    assert (await told.sellers[0].read(at))["state"] == "open"
    await world.sql("update clock_shift set shift = shift + :by", by=timedelta(days=9))
    late = await told.sellers[1].post(f"{at}/quotes", story.offer(told.line, [(0, 1)]))
    assert (late.status_code, late.json()["code"]) == (409, "deadline_passed")
    back = await told.sellers[0].post(f"{at}/quotes/withdrawal")
    assert (back.status_code, back.json()["code"]) == (409, "deadline_passed")
    assert (await told.coordinator.get(f"{told.path}/comparison")).status_code == 404
    await world.work()
    assert (await told.fresh())["state"] == "analysis"
    assert (await told.sellers[0].read(at))["my_quote_state"] == "opened"
    await world.work()
    assert len((await told.coordinator.read(f"{told.path}/comparison"))["offers"]) == 1
    after = await told.sellers[1].post(f"{at}/quotes", story.offer(told.line, [(0, 1)]))
    assert (after.status_code, after.json()["code"]) == (409, "deadline_passed")
    for who in (told.towns[1], told.sellers[1], await world.staff(), world.visitor):
        assert (await who.get(f"{told.path}/comparison")).status_code in {401, 404}


async def test_a_tampered_offer_is_unreadable_and_the_others_are_opened(world: World) -> None:
    told, consultation = await story.consulting(world, TWO)
    at = f"/consultations/{consultation}"
    for seller, (_, steps) in zip(told.sellers, GRIDS, strict=True):
        await seller.did(f"{at}/quotes", story.offer(told.line, steps))
    spoilt, swapped, copied = (seller.actor.organisation_id for seller in told.sellers[:3])
    await world.sql(
        "update quote set ciphertext = overlay(ciphertext placing '\\x00'::bytea from 40) where startup_id = :one",
        one=spoilt,
    )
    await world.sql(
        "update quote set ciphertext = (select ciphertext from quote where startup_id = :from) where startup_id = :to",
        **{"from": copied, "to": swapped},
    )
    await world.advance(22)
    assert (await told.fresh())["state"] == "analysis"
    shown = [
        offer["supplier"] for offer in (await told.coordinator.read(f"{told.path}/comparison"))["offers"]
    ]
    assert shown == ["Mât et Maille", "Veillelune"]
    for seller, state in zip(told.sellers, ("unreadable", "unreadable", "opened", "opened"), strict=True):
        assert (await seller.read(at))["my_quote_state"] == state


async def test_without_any_offer_the_consultation_is_unsuccessful_and_may_be_launched_again(
    world: World,
) -> None:
    told, consultation = await story.consulting(world, TWO)
    sha256 = told.pool["frozen_sha256"]
    await world.advance(22)
    assert (await told.fresh())["state"] == "unsuccessful"
    theirs = await told.towns[1].post(f"{told.path}/relaunch")
    assert (theirs.status_code, theirs.json()["code"]) == (403, "not_their_move")
    await told.coordinator.did(f"{told.path}/relaunch")
    assert ((await told.fresh())["state"], told.pool["frozen_sha256"]) == ("frozen", sha256)
    due = {"quotes_due_on": str(await world.today() + timedelta(days=10))}
    again = await told.coordinator.did(f"{told.path}/consultation", due)
    assert again["id"] != consultation
    await world.work()
    closed = await told.sellers[0].post(
        f"/consultations/{consultation}/quotes", story.offer(told.line, [(0, 1)])
    )
    assert closed.status_code == 409
    await told.sellers[0].did(f"/consultations/{again['id']}/quotes", story.offer(told.line, [(0, 100)]))


async def test_a_consultation_that_cannot_be_judged_is_refused_with_every_fault(world: World) -> None:
    told = await story.frozen(world, TWO)
    today = await world.today()
    price = {"id": "price", "label": "Prix", "weight": 60, "kind": "price"}
    quality = {"id": "quality", "label": "Qualité", "weight": 40, "kind": "quality"}
    for body, codes in (
        ({"quotes_due_on": str(today)}, ["past"]),
        ({"quotes_due_on": "9999-12-31"}, ["less_than_equal"]),
        ({"criteria": [price, quality]}, ["environment"]),
        ({"criteria": [quality, quality], "quotes_due_on": str(today - timedelta(days=3))},
         ["past", "weights", "price_criterion", "duplicate", "environment"]),
        ({"criteria": []}, ["too_short"]),
    ):  # fmt: skip
        sent = {"quotes_due_on": str(today + timedelta(days=9))} | body
        refusal = await told.coordinator.post(f"{told.path}/consultation", sent)
        assert refusal.status_code == 422, body
        assert [error["code"] for error in refusal.json()["errors"]] == codes
    assert (await told.fresh())["state"] == "frozen"
    due = {"quotes_due_on": str(today + timedelta(days=9))}
    both = await asyncio.gather(*(told.coordinator.post(f"{told.path}/consultation", due) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [201, 409]
