"""Towns join, say what they need, change it, or leave; each refusal names the place and changes nothing."""

import asyncio
from typing import Any
from uuid import uuid4

from tests.support import story
from tests.support.world import TOWN_ROLES, World


async def test_joining_twice_is_told_and_joining_is_for_towns(world: World) -> None:
    told = await story.opened(world, towns=3, sellers=0)
    await told.coordinator.did(f"{told.path}/interest-call")
    joined = await told.towns[1].did(f"{told.path}/membership")
    again = await told.towns[1].post(f"{told.path}/membership")
    assert (joined["state"], again.status_code, again.json()["code"]) == ("interested", 409, "already_member")
    mine = await told.coordinator.post(f"{told.path}/membership")
    assert (mine.status_code, mine.json()["code"]) == (409, "already_member")
    assert (await (await world.startup()).post(f"{told.path}/membership")).status_code == 403
    assert (await world.visitor.post(f"{told.path}/membership")).status_code == 401
    assert (await told.fresh())["members"] == 2


async def test_every_fault_of_a_declaration_is_told_at_once_and_nothing_changes(world: World) -> None:
    told = await story.declared(world, [("12", "1"), ("8", "0")], sellers=0)
    town, line = told.towns[1], told.line
    before = await town.read(told.path)
    sound = {"line_id": line, "firm": "9"}
    for needs, found in (
        ([sound | {"firm": "-3"}], [("needs[0].firm", "quantity")]),
        ([sound | {"firm": 3}], [("needs[0].firm", "quantity")]),
        ([sound | {"firm": "1" * 16}], [("needs[0].firm", "quantity")]),
        ([sound | {"firm": "12.5"}], [("needs[0].firm", "precision"), ("needs[0].maximum", "precision")]),
        ([sound | {"firm": "12.0", "maximum": "12"}], [("needs[0].firm", "precision")]),
        ([sound | {"line_id": str(uuid4())}], [("needs[0].line_id", "unknown_line")]),
        ([sound | {"line_id": "ligne"}], [("needs[0].line_id", "uuid_parsing")]),
        ([sound, sound], [("needs[1].line_id", "duplicate")]),
        ([sound | {"tolerance": "2", "maximum": "10"}], [("needs[0].maximum", "maximum")]),
        ([sound | {"firm": "0"}], [("needs[0].firm", "nothing")]),
        ([sound | {"price_cap_cents": -1}], [("needs[0].price_cap_cents", "greater_than_equal")]),
        ([], [("needs", "too_short")]),
        (
            [sound | {"tolerance": "0.5", "maximum": "4"}, sound | {"line_id": str(uuid4())}],
            [("needs[0].tolerance", "precision"), ("needs[0].maximum", "maximum"), ("needs[1].line_id", "unknown_line")],
        ),
        (
            [sound | {"firm": "-1", "tolerance": "beaucoup"}],
            [("needs[0].firm", "quantity"), ("needs[0].tolerance", "quantity")],
        ),
    ):  # fmt: skip
        refusal = await town.put(f"{told.path}/membership/needs", {"needs": needs})
        assert refusal.status_code == 422, needs
        assert [(error["path"], error["code"]) for error in refusal.json()["errors"]] == found
        assert all(error["message"] for error in refusal.json()["errors"])
    assert await town.read(told.path) == before


async def test_a_unit_counted_in_tenths_takes_tenths_and_no_finer(world: World) -> None:
    told = await story.in_census(world, towns=2, sellers=0, line={"unit": "km"})
    needs = f"{told.path}/membership/needs"
    await told.coordinator.did(needs, {"needs": [{"line_id": told.line, "firm": "2.5"}]}, method="put")
    finer = await told.coordinator.put(needs, {"needs": [{"line_id": told.line, "firm": "2.55"}]})
    fault = finer.json()["errors"][0]
    assert (finer.status_code, fault["path"], fault["code"]) == (422, "needs[0].firm", "precision")
    assert "1" in fault["message"]
    assert (await told.fresh())["lines"][0]["firm"] == "2.5"


async def test_totals_follow_whoever_declares_changes_or_leaves(world: World) -> None:
    told = await story.declared(world, [("120", "10"), ("80", "0"), ("45", "5")])
    seen = await told.fresh()
    assert (seen["members"], seen["declared"]) == (3, 3)
    assert (seen["lines"][0]["firm"], seen["lines"][0]["maximum"]) == ("245", "260")
    assert (seen["estimate_low_cents"], seen["estimate_high_cents"]) == (245 * 19000, 260 * 21000)
    assert seen["outlook"][0]["missing"] == "5"
    again = {"needs": [{"line_id": told.line, "firm": "55", "tolerance": "0", "maximum": "60"}]}
    await told.towns[2].did(f"{told.path}/membership/needs", again, method="put")
    seen = await told.fresh()
    assert (seen["estimate_low_cents"], seen["estimate_high_cents"]) == (255 * 17200, 270 * 21000)
    left = await told.towns[1].did(f"{told.path}/membership/withdrawal", {"reason": "Budget refusé"})
    assert left["state"] == "withdrawn"
    seen = await told.fresh()
    assert (seen["members"], seen["declared"], seen["lines"][0]["firm"]) == (2, 2, "175")
    assert (seen["estimate_low_cents"], seen["estimate_high_cents"]) == (
        175 * 19000,
        190 * 22500,
    )
    for who in (told.coordinator, told.towns[2]):
        assert (await who.read(told.path))["outlook"][0]["today"] == {"low_cents": 19000, "high_cents": 22500}
    await told.towns[1].did(f"{told.path}/membership")
    assert (await told.fresh())["members"] == 3


async def test_the_coordinator_cannot_leave_but_may_leave_a_town_out_with_a_reason(world: World) -> None:
    told = await story.declared(world, [("12", "0"), ("8", "0")], sellers=0)
    alone = await told.coordinator.post(f"{told.path}/membership/withdrawal", {"reason": "Non"})
    assert (alone.status_code, alone.json()["errors"][0]["code"]) == (422, "coordinator")
    members = {m["insee"]: m["id"] for m in await told.coordinator.read(f"{told.path}/members")}
    out = f"{told.path}/members/{members['18033']}/exclusion"
    assert (await told.towns[1].post(out, {"reason": "Moi"})).status_code == 403
    assert (await told.coordinator.post(out, {"reason": ""})).status_code == 422
    await told.coordinator.did(out, {"reason": "Hors du périmètre"})
    seen = await told.fresh()
    assert (seen["members"], seen["lines"][0]["firm"]) == (1, "12")
    back = await told.towns[1].post(f"{told.path}/membership")
    assert (back.status_code, back.json()["code"]) == (409, "already_member")


async def test_a_stale_declaration_is_refused_and_a_fresh_one_passes(world: World) -> None:
    told = await story.declared(world, [("12", "0"), ("8", "0")], sellers=0)
    town, needs = told.towns[1], f"{told.path}/membership/needs"
    version = await world.sql(
        "select version from membership where town_id = :town", town=town.actor.organisation_id
    )
    first, second = ({"needs": [{"line_id": told.line, "firm": firm}]} for firm in ("9", "10"))
    done = await town.did(needs, first, method="put", If_Match=f'"{version}"')
    stale = await town.put(needs, second, If_Match=str(version))
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert stale.json()["facts"] == {"read": version, "current": done["version"]}
    odd = await town.put(needs, second, If_Match="hier")
    assert (odd.status_code, odd.json()["errors"][0]["path"]) == (422, "If-Match")
    assert (await told.fresh())["lines"][0]["firm"] == "21"
    await town.did(needs, second, method="put", If_Match=str(done["version"]))
    assert (await told.fresh())["lines"][0]["firm"] == "22"


async def test_of_two_people_acting_at_once_exactly_one_wins(world: World) -> None:
    told = await story.opened(world, towns=2, sellers=0)
    await told.coordinator.did(f"{told.path}/interest-call")
    town = told.towns[1]
    assert town.organisation
    colleague = await world.member(town.organisation, TOWN_ROLES)
    joins = await asyncio.gather(*(who.post(f"{told.path}/membership") for who in (town, colleague) * 3))
    assert sorted(answer.status_code for answer in joins) == [201, 409, 409, 409, 409, 409]
    version = await world.sql(
        "select version from membership where town_id = :town", town=town.organisation.id
    )
    edits = await asyncio.gather(
        *(
            who.put(
                f"{told.path}/membership/needs",
                {"needs": [{"line_id": told.line, "firm": firm}]},
                If_Match=str(version),
            )
            for who, firm in ((town, "9"), (colleague, "10"))
        )
    )
    assert sorted(answer.status_code for answer in edits) == [200, 412]
    await told.coordinator.did(f"{told.path}/census")
    closings = await asyncio.gather(*(told.coordinator.post(f"{told.path}/census/closure") for _ in range(3)))
    assert sorted(answer.status_code for answer in closings) == [200, 409, 409]
    assert await world.sql("select count(*) from membership") == 2


async def test_a_price_cap_is_seen_by_its_town_alone(world: World) -> None:
    told = await story.in_census(world, towns=2, sellers=0)
    need = {"line_id": told.line, "firm": "9", "price_cap_cents": 3133700}
    await told.towns[1].did(f"{told.path}/membership/needs", {"needs": [need]}, method="put")
    own = await world.http.get(f"/achats/{told.pool['id']}/rejoindre", headers=told.towns[1].headers)
    assert _cap_in(own.text)
    for who in (told.coordinator, await world.staff()):
        for place in (
            f"/api/v1{told.path}",
            f"/api/v1{told.path}/members",
            f"/achats/{told.pool['id']}",
            f"/achats/{told.pool['id']}/rejoindre",
        ):
            assert not _cap_in((await world.http.get(place, headers=who.headers)).text), place
    assert await world.sql("select unit_cents from price_cap") == 3133700


def _cap_in(text: Any) -> bool:
    plain = str(text).replace("\u202f", "").replace("\u00a0", "").replace(" ", "")
    return "3133700" in plain or "31337" in plain
