"""The census ends: by the coordinator, or by the timer; what a missed minimum leads to was chosen at the opening."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support import story
from tests.support.story import Story
from tests.support.world import World


async def states(told: Story) -> dict[str, str]:
    return {m["insee"]: m["state"] for m in await told.coordinator.read(f"{told.path}/members")}


async def test_the_timer_closes_a_census_however_late_and_silent_towns_are_named(world: World) -> None:
    told = await story.declared(world, [("12", "0"), ("8", "0")], sellers=0)
    await world.town("18197")
    await told.coordinator.did(f"{told.path}/invitations", {"towns": ["18197"]})
    joiner = await world.town("18205")
    await joiner.did(f"{told.path}/membership")
    await world.advance(20)
    assert (await told.fresh())["state"] == "census"
    await world.advance(60)
    assert (await told.fresh())["state"] == "consolidation"
    assert await states(told) == {
        "18279": "declared",
        "18033": "declared",
        "18197": "silent",
        "18205": "silent",
    }
    assert (told.pool["members"], told.pool["declared"]) == (2, 2)
    await world.work()
    assert await world.sql("select count(*) from outbox where topic = 'pool.census_due'") == 1


async def test_nobody_joins_or_declares_less_once_the_census_is_closed(world: World) -> None:
    told = await story.declared(world, [("12", "0"), ("8", "0")], sellers=0)
    late = await world.town("18197")
    await told.coordinator.did(f"{told.path}/census/closure")
    newcomer = await late.post(f"{told.path}/membership")
    assert newcomer.status_code == 404
    town, needs = told.towns[1], f"{told.path}/membership/needs"
    lower = await town.put(needs, {"needs": [{"line_id": told.line, "firm": "7"}]})
    assert (lower.status_code, lower.json()["code"]) == (409, "would_lower_total")
    assert lower.json()["facts"]["least"] == "8"
    more = await town.did(needs, {"needs": [{"line_id": told.line, "firm": "9"}]}, method="put")
    assert more["state"] == "declared"
    assert (await told.fresh())["lines"][0]["firm"] == "21"


async def test_the_figures_of_every_town_are_confirmed_before_the_councils_deliberate(world: World) -> None:
    told = await story.declared(world, [("12", "0"), ("8", "0")], sellers=0)
    early = await told.towns[1].post(f"{told.path}/membership/confirmation")
    assert (early.status_code, early.json()["code"]) == (409, "needs_locked")
    await told.coordinator.did(f"{told.path}/census/closure")
    await told.coordinator.did(f"{told.path}/membership/confirmation")
    refusal = await told.coordinator.post(f"{told.path}/commitment")
    assert (refusal.status_code, refusal.json()["code"]) == (409, "not_all_confirmed")
    assert refusal.json()["facts"] == {"count": 1, "towns": "Bourges"}
    theirs = await told.towns[1].post(f"{told.path}/commitment")
    assert (theirs.status_code, theirs.json()["code"]) == (403, "not_their_move")
    assert (await told.fresh())["state"] == "consolidation"


async def test_reopening_the_census_asks_every_town_to_confirm_again(world: World) -> None:
    told = await story.declared(world, [("12", "0"), ("8", "0")], sellers=0)
    await told.coordinator.did(f"{told.path}/census/closure")
    for town in told.towns:
        await town.did(f"{told.path}/membership/confirmation")
    today = await world.today()
    for day, code in ((str(today - timedelta(days=1)), "past"), ("9999-12-31", "less_than_equal")):
        refusal = await told.coordinator.post(f"{told.path}/census/reopening", {"census_ends_on": day})
        assert [(e["path"], e["code"]) for e in refusal.json()["errors"]] == [("census_ends_on", code)]
    later = {"census_ends_on": str(today + timedelta(days=30))}
    await told.coordinator.did(f"{told.path}/census/reopening", later)
    assert (await told.fresh())["state"] == "census"
    assert set((await states(told)).values()) == {"declared"}


async def test_a_census_without_any_need_is_not_closed_by_hand_and_is_missed_by_the_timer(
    world: World,
) -> None:
    told = await story.in_census(world, towns=2, sellers=0)
    refusal = await told.coordinator.post(f"{told.path}/census/closure")
    assert (refusal.status_code, refusal.json()["code"]) == (409, "nobody_declared")
    assert set((await states(told)).values()) == {"interested"}
    await world.advance(21)
    assert (await told.fresh())["state"] == "threshold_missed"


OUTCOMES: dict[str, tuple[str, bool, str]] = {
    "extend": ("census/extension", True, "census"),
    "continue": ("continuation", False, "consolidation"),
    "individual": ("individual", False, "abandoned"),
}


@pytest.mark.parametrize("policy", [*OUTCOMES, "abandon"])
async def test_a_missed_minimum_leads_where_the_policy_chosen_at_the_opening_says(
    world: World, policy: str
) -> None:
    told = await story.declared(
        world, [("12", "0"), ("8", "0")], sellers=0, missed_policy=policy, line={"minimum": "21"}
    )
    assert told.pool["missed_policy"] == policy
    assert (await told.towns[1].read(told.path))["missed_policy"] == policy
    await world.advance(21)
    assert (await told.fresh())["state"] == "threshold_missed"
    dated = {"census_ends_on": str(await world.today() + timedelta(days=10))}
    for name, (path, with_day, _) in OUTCOMES.items():
        if name == policy:
            continue
        refusal = await told.coordinator.post(f"{told.path}/{path}", dated if with_day else None)
        assert (refusal.status_code, refusal.json()["code"]) == (409, "policy_forbids"), name
    if policy == "abandon":
        await told.coordinator.did(f"{told.path}/abandonment", {"reason": "Trop peu de villes"})
        assert (await told.fresh())["state"] == "abandoned"
        return
    path, with_day, reached = OUTCOMES[policy]
    theirs = await told.towns[1].post(f"{told.path}/{path}", dated if with_day else None)
    assert (theirs.status_code, theirs.json()["code"]) == (403, "not_their_move")
    await told.coordinator.did(f"{told.path}/{path}", dated if with_day else None)
    assert (await told.fresh())["state"] == reached
    if policy == "extend":
        assert (told.pool["declared"], told.pool["lines"][0]["firm"]) == (2, "20")
        more = {"needs": [{"line_id": told.line, "firm": "9"}]}
        await told.towns[1].did(f"{told.path}/membership/needs", more, method="put")
        await world.advance(11)
        assert (await told.fresh())["state"] == "consolidation"
    if policy == "individual":
        await world.work()
        theirs = await told.towns[1].read("/needs")
        assert [(need["text"], need["unit"], need["quantity"]) for need in theirs] == [
            (told.pool["statement"], "light_point", "8")
        ]
        assert await world.sql("select count(*) from mail where subject like 'L’achat groupé s’arrête%'") == 2
    if policy == "continue":
        assert set((await states(told)).values()) == {"declared"}


async def test_a_minimum_just_reached_is_not_missed(world: World) -> None:
    told = await story.declared(world, [("12", "3"), ("8", "0")], sellers=0, line={"minimum": "20"})
    await told.coordinator.did(f"{told.path}/census/closure")
    assert (await told.fresh())["state"] == "consolidation"


async def test_a_suspended_pool_waits_and_resumes_where_it_was(world: World) -> None:
    told = await story.declared(world, [("12", "0"), ("8", "0")], sellers=0)
    await told.coordinator.did(f"{told.path}/suspension", {"reason": "Recours"})
    await world.advance(40)
    assert (await told.fresh())["state"] == "suspended"
    for path, body in _acts(told):
        refusal = (
            await told.coordinator.put(path, body)
            if path.endswith("needs")
            else await told.coordinator.post(path, body)
        )
        assert refusal.status_code == 409, path
    await told.coordinator.did(f"{told.path}/resumption")
    assert (await told.fresh())["state"] == "census"
    again = await told.coordinator.post(f"{told.path}/resumption")
    assert (again.status_code, again.json()["code"]) == (409, "move_refused")
    await world.work()
    assert (await told.fresh())["state"] == "consolidation"


def _acts(told: Story) -> list[tuple[str, Any]]:
    return [
        (f"{told.path}/membership/needs", {"needs": [{"line_id": told.line, "firm": "9"}]}),
        (f"{told.path}/census/closure", None),
        (f"{told.path}/freeze", None),
        (f"{told.path}/suspension", {"reason": "Encore"}),
    ]
