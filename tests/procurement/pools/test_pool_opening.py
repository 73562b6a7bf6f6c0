"""A pool opens from a need: what it asks, who sees its draft, what is refused."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.support import story
from tests.support.story import DOMAIN, UNIT
from tests.support.world import Caller, World


async def need_of(town: Caller) -> str:
    stated = await town.did("/needs", {"text": "Piloter l’éclairage public", "domain": DOMAIN, "unit": UNIT})
    return str(stated["id"])


async def wanted(world: World, need: str, **changes: Any) -> dict[str, Any]:
    today = await world.today()
    return {
        "need_id": need,
        "title": "Télégestion",
        "census_ends_on": str(today + timedelta(days=20)),
        "commitment_ends_on": str(today + timedelta(days=80)),
        "lines": [{"label": "Point lumineux", "unit": UNIT}],
    } | changes


async def test_a_pool_that_cannot_be_is_refused_with_every_fault_and_none_is_made(world: World) -> None:
    town, other = await world.towns(2)
    need = await need_of(town)
    today = await world.today()
    line = {"label": "Point lumineux", "unit": UNIT}
    for wrong, found in (
        (
            {
                "census_ends_on": str(today - timedelta(days=1)),
                "commitment_ends_on": str(today - timedelta(days=2)),
                "lines": [line, line | {"minimum": "10.5"}],
            },
            [("census_ends_on", "past"), ("commitment_ends_on", "order"), ("lines[1].minimum", "precision")],
        ),
        ({"census_ends_on": "9999-12-31", "commitment_ends_on": "9999-12-31"},
         [("census_ends_on", "less_than_equal"), ("commitment_ends_on", "less_than_equal")]),
        ({"lines": []}, [("lines", "too_short")]),
        ({"lines": [line | {"minimum": "-1"}]}, [("lines[0].minimum", "quantity")]),
        ({"lines": [line | {"vat_rate": "120"}]}, [("lines[0].vat_rate", "rate")]),
        ({"lines": [line | {"estimate_unit_cents": -1}]}, [("lines[0].estimate_unit_cents", "greater_than_equal")]),
        ({"cpv": ["34"]}, [("cpv[0]", "string_pattern_mismatch")]),
        ({"supplier": "Quinquet"}, [("supplier", "extra_forbidden")]),
    ):  # fmt: skip
        refusal = await town.post("/pools", await wanted(world, need, **wrong))
        assert refusal.status_code == 422, wrong
        assert [(error["path"], error["code"]) for error in refusal.json()["errors"]] == found
    assert (await other.post("/pools", await wanted(world, need))).status_code == 404
    assert (await (await world.startup()).post("/pools", await wanted(world, need))).status_code == 403
    assert (await world.visitor.post("/pools", await wanted(world, need))).status_code == 401
    assert await world.sql("select count(*) from pool") == 0


async def test_the_coordinator_is_the_first_member_and_the_draft_is_its_own(world: World) -> None:
    told = await story.opened(world, towns=2)
    pool = told.pool
    assert (pool["state"], pool["members"], pool["declared"]) == ("draft", 1, 0)
    assert pool["my_membership"]["state"] == "interested"
    assert pool["statement"] == "Piloter l’éclairage public"
    assert pool["lines"][0]["decimals"] == 0
    for outsider in (told.towns[1], told.sellers[0], world.visitor):
        hidden, missing = await outsider.get(told.path), await outsider.get(f"/pools/{uuid4()}")
        assert hidden.status_code == missing.status_code == 404
        assert _same(hidden.json()) == _same(missing.json())
    assert await told.towns[1].read("/pools") == []
    early = await told.towns[1].post(f"{told.path}/membership")
    assert early.status_code == 404


async def test_a_pool_of_many_does_not_start_its_census_with_one_town(world: World) -> None:
    told = await story.opened(world, towns=2)
    refusal = await told.coordinator.post(f"{told.path}/census")
    assert (refusal.status_code, refusal.json()["code"]) == (409, "too_few_towns")
    assert (await told.fresh())["state"] == "draft"


async def test_before_quotes_prices_are_ranges_over_at_least_three_grids(world: World) -> None:
    told = await story.declared(world, [("120", "10"), ("80", "0")], sellers=3)
    outlook = (await told.fresh())["outlook"][0]
    assert outlook == {
        "line_id": told.line,
        "grids": 3,
        "alone": {"low_cents": 20500, "high_cents": 22500},
        "today": {"low_cents": 19000, "high_cents": 20500},
        "next_from": "250",
        "missing": "50",
        "next": {"low_cents": 17200, "high_cents": 20500},
    }
    assert (told.pool["estimate_low_cents"], told.pool["estimate_high_cents"]) == (200 * 19000, 210 * 20500)


async def test_with_two_grids_nothing_is_shown_unless_the_coordinator_estimates(world: World) -> None:
    told = await story.declared(world, [("12", "0"), ("8", "0")], sellers=2)
    pool = await told.fresh()
    outlook = pool["outlook"][0]
    assert (outlook["grids"], outlook["alone"], outlook["today"], outlook["next"]) == (2, None, None, None)
    assert (pool["estimate_low_cents"], pool["compass"]) == (None, None)
    await told.coordinator.did(f"{told.path}/census/closure")
    for town in told.towns:
        await town.did(f"{told.path}/membership/confirmation")
    await told.coordinator.did(f"{told.path}/commitment")
    await world.work()
    await story.sign_all(told)
    refusal = await told.coordinator.post(f"{told.path}/freeze")
    assert (refusal.status_code, refusal.json()["code"]) == (409, "estimate_missing")
    assert (await told.fresh())["state"] == "commitment"


def _same(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in problem.items() if name not in {"request_id", "instance"}}
