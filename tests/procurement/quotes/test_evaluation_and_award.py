"""Opened offers are scored, ranked and awarded: to the first, for reasons, by the coordinator's signatory."""

import asyncio
import io
from typing import Any
from uuid import uuid4

from openpyxl import load_workbook

from marketplace.actor import Role
from tests.support import story
from tests.support.story import GRIDS, Story
from tests.support.world import World

TWO = [("120", "10"), ("80", "0")]
REASONS = {"reasons": "Première au classement."}


async def opened(world: World) -> tuple[Story, dict[str, Any]]:
    told, consultation = await story.consulting(world, TWO, sellers=3)
    for seller, (_, steps) in zip(told.sellers, GRIDS, strict=False):
        await seller.did(f"/consultations/{consultation}/quotes", story.offer(told.line, steps))
    await world.advance(22)
    return told, {
        o["supplier"]: o["quote_id"]
        for o in (await told.coordinator.read(f"{told.path}/comparison"))["offers"]
    }


async def test_every_offer_is_scored_on_every_criterion_before_the_first_is_awarded(world: World) -> None:
    told, quotes = await opened(world)
    evaluation, full = f"{told.path}/evaluation", {"quality": "20", "environment": "10"}
    scores: dict[str, Any] = dict.fromkeys(quotes.values(), full)
    unscored = await told.coordinator.post(f"{told.path}/award", REASONS)
    assert (unscored.status_code, unscored.json()["code"]) == (409, "not_scored")
    no_version = await told.coordinator.put(evaluation, {"scores": scores})
    assert (no_version.status_code, no_version.json()["code"]) == (428, "version_needed")
    first = next(iter(scores))
    for wrong, found in (
        ({first: full | {"quality": "25.5"}}, {(f"scores.{first}.quality", "too_high")}),
        ({first: full | {"price": "60"}}, {(f"scores.{first}.price", "price_criterion")}),
        ({first: full | {"charme": "1"}}, {(f"scores.{first}.charme", "unknown_criterion")}),
        ({first: {"quality": "-1"}}, {(f"scores.{first}.quality", "quantity")}),
    ):  # fmt: skip
        refusal = await told.coordinator.put(evaluation, {"scores": wrong}, If_Match="0")
        assert refusal.status_code == 422, wrong
        assert {(error["path"], error["code"]) for error in refusal.json()["errors"]} == found
    unknown = str(uuid4())
    refusal = await told.coordinator.put(
        evaluation,
        {
            "scores": {unknown: full},
        },
        If_Match="0",
    )
    assert [error["code"] for error in refusal.json()["errors"]] == ["unknown_quote"]
    theirs = await told.towns[1].put(evaluation, {"scores": scores}, If_Match="0")
    assert (theirs.status_code, theirs.json()["code"]) == (403, "not_their_move")
    partly = {"scores": dict(list(scores.items())[:2])}
    await told.coordinator.did(evaluation, partly, method="put", If_Match="0")
    half = await told.coordinator.post(f"{told.path}/award", REASONS)
    assert (half.status_code, half.json()["code"]) == (409, "not_scored")
    stale = await told.coordinator.put(evaluation, {"scores": scores}, If_Match="0")
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    versions = await asyncio.gather(
        *(told.coordinator.put(evaluation, {"scores": scores}, If_Match="1") for _ in range(3))
    )
    assert sorted(answer.status_code for answer in versions) == [200, 412, 412]
    compared = await told.coordinator.read(f"{told.path}/comparison")
    ranks = {o["supplier"]: (o["rank"], o["ht_cents"], o["scores"]["price"]) for o in compared["offers"]}
    assert ranks == {
        "Quinquet Systèmes": (1, 200 * 19000, "60"),
        "Veillelune": (2, 200 * 19800, "57.58"),
        "Lucivoie": (3, 200 * 20500, "55.61"),
    }
    assert all(sum(t["ht_cents"] for t in o["towns"]) == o["ht_cents"] for o in compared["offers"])


async def test_the_award_goes_to_the_first_by_the_signatory_once(world: World) -> None:
    told = await story.analysed(world, TWO, sellers=3)
    for wrong, path in (
        ({"reasons": ""}, "reasons"),
        ({"reasons": "x", "accepted": {told.line: "999"}}, f"accepted.{told.line}"),
    ):
        refusal = await told.coordinator.post(f"{told.path}/award", wrong)
        assert (refusal.status_code, refusal.json()["errors"][0]["path"]) == (422, path)
    proposals = await asyncio.gather(
        *(told.coordinator.post(f"{told.path}/award", REASONS) for _ in range(3))
    )
    assert sorted(answer.status_code for answer in proposals) == [201, 409, 409]
    award = await told.coordinator.read(f"{told.path}/award")
    assert (award["supplier_name"], award["ht_cents"], award["notified_at"]) == (
        "Quinquet Systèmes",
        3_800_000,
        None,
    )
    assert (await told.sellers[0].get(f"{told.path}/award")).status_code == 404
    await told.coordinator.did(f"{told.path}/award/withdrawal")
    assert (await told.coordinator.get(f"{told.path}/award")).status_code == 404
    await told.coordinator.did(f"{told.path}/award", REASONS)
    assert told.coordinator.organisation
    agent = await world.member(told.coordinator.organisation, frozenset({Role.AGENT}))
    refusal = await agent.post(f"{told.path}/award/notification")
    assert (refusal.status_code, refusal.json()["code"]) == (403, "not_their_move")
    notified = await asyncio.gather(
        *(told.coordinator.post(f"{told.path}/award/notification") for _ in range(3))
    )
    assert sorted(answer.status_code for answer in notified) == [200, 409, 409]
    await world.work()
    states = [(await s.read("/consultations"))[0]["my_quote_state"] for s in told.sellers]
    assert states == ["retained", "rejected", "rejected"]
    assert (await told.sellers[0].read(f"{told.path}/award"))["ht_cents"] == 3_800_000
    assert (await told.sellers[1].get(f"{told.path}/award")).status_code == 404
    table = await world.http.get(f"/achats/{told.pool['id']}/offres.xlsx", headers=told.coordinator.headers)
    rows = list(load_workbook(io.BytesIO(table.content)).worksheets[0].iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["Ville", "Bourges", "Vierzon", "Total"]
    assert (
        await world.http.get(f"/achats/{told.pool['id']}/offres.csv", headers=told.towns[1].headers)
    ).status_code == 404


async def test_a_consultation_without_follow_up_says_why_and_starts_again_from_the_frozen_perimeter(
    world: World,
) -> None:
    told = await story.analysed(world, TWO, sellers=3)
    assert (await told.coordinator.post(f"{told.path}/no-award", {"reason": ""})).status_code == 422
    await told.coordinator.did(f"{told.path}/no-award", {"reason": "Budget retiré"})
    assert (await told.fresh())["state"] == "no_award"
    await told.coordinator.did(f"{told.path}/relaunch")
    assert (await told.fresh())["state"] == "frozen"
