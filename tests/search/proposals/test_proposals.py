"""From needs alike to a pool: who is told what, and when; once, however often the worker looks."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from marketplace.actor import SYSTEM, OrganisationKind, Role
from search.proposals import proposing
from tests.search.proposals.towns import NEED, accept, alike, proposal_of, rows, state
from tests.support import story
from tests.support.world import Caller, World

POOL = {"title": "Éclairage sobre", "label": "Point lumineux équipé"}


async def pool_days(world: World) -> dict[str, Any]:
    today = await world.today()
    return POOL | {
        "census_ends_on": str(today + timedelta(days=30)),
        "commitment_ends_on": str(today + timedelta(days=90)),
    }


async def notices(world: World, like: str) -> int:
    found = await world.sql("select count(*) from notice where key like :like", like=f"proposal:%{like}%")
    return int(found)


async def test_three_towns_with_the_same_need_are_told_of_one_another_without_a_name(world: World) -> None:
    await story.market(world)
    towns = await alike(world)
    found = [await proposal_of(town) for town in towns]
    for town, one in zip(towns, found, strict=True):
        assert (one["domain"], one["unit"], one["towns"], one["state"]) == (story.DOMAIN, "light_point", 3, "proposed")  # fmt: skip
        assert one["together"] == {"low": "1000", "high": "2000"}, "1,220 in all"
        assert one["accepted"] == [] and one["pool_id"] is None
        said = json.dumps(one, ensure_ascii=False)
        for other in towns:
            if other is not town:
                assert str(other.organisation.name) not in said  # type: ignore[union-attr]
                assert str(other.organisation.id) not in said  # type: ignore[union-attr]
    assert len({one["id"] for one in found}) == 1 and len({one["need_id"] for one in found}) == 3
    outlooks = [one["outlook"] for one in found]
    assert outlooks[0]["grids"] >= 3 and outlooks[0]["together"]["low_cents"] > 0
    assert outlooks[0]["together"] == outlooks[2]["together"]
    assert await notices(world, ":made") == 3
    bodies = await world.sql("select string_agg(body || subject || link, ' ') from notice")
    assert not any(str(town.organisation.name) in bodies for town in towns)  # type: ignore[union-attr]


async def test_two_towns_or_towns_that_did_not_ask_or_other_needs_make_no_proposal(world: World) -> None:
    one, two, three, four = await world.towns(4)
    await state(one)
    await state(two)
    await state(two, "77")
    await state(three, alike=False)
    await state(four, text="Inventaire des arbres d’alignement")
    await world.work()
    await world.advance(1)
    assert await world.sql("select count(*) from pool_proposal") == 0
    assert (await state(three))["alike_until"] is not None
    await world.advance(1)
    assert [len(await town.read("/proposals")) for town in (one, two, three, four)] == [1, 1, 1, 0]


async def test_a_need_that_is_no_longer_watched_or_whose_time_is_over_is_compared_to_nobody(world: World) -> None:  # fmt: skip
    one, two, three = await world.towns(3)
    needs = [await state(town) for town in (one, two)]
    stopped = await one.did(f"/needs/{needs[0]['id']}/alike", {"alike": False}, method="put")
    assert stopped["alike_until"] is None
    await state(three)
    await world.advance(1)
    assert await world.sql("select count(*) from pool_proposal") == 0
    await one.did(f"/needs/{needs[0]['id']}/alike", {"alike": True}, method="put")
    await world.sql("update need set alike_until = now() - interval '1 day' where id = :id", id=needs[1]["id"])  # fmt: skip
    await world.advance(1)
    assert await world.sql("select count(*) from pool_proposal") == 0
    other = await two.put(f"/needs/{needs[0]['id']}/alike", {"alike": False})
    assert other.status_code == 404, "another town's need"


async def test_the_job_makes_nothing_twice_when_it_runs_again_or_at_the_same_time(world: World) -> None:
    towns = await world.towns(3)
    for town in towns:
        await state(town)
    now = await world.now()

    async def run() -> int:
        async with world.as_worker.transaction(SYSTEM) as session:
            made = await proposing.propose(session, str(NEED["domain"]), "light_point", now=now)
            await asyncio.sleep(0.05)
            return len(made)

    assert sorted(await asyncio.gather(*(run() for _ in range(3)))) == [0, 0, 1]
    await world.work()
    assert await world.sql("select count(*) from proposal_side") == 3
    await world.advance(89)
    assert await world.sql("select count(*) from pool_proposal") == 1, "not again before three months"
    await world.advance(2)
    assert await world.sql("select count(*) from pool_proposal") == 2, "the needs are still watched"
    await world.advance(200)
    assert await world.sql("select count(*) from pool_proposal") == 2, "six months are over"


async def test_only_those_who_both_accepted_see_each_other(world: World) -> None:
    one, two, three = towns = await alike(world)
    names = [str(town.organisation.name) for town in towns]  # type: ignore[union-attr]
    await accept(one)
    assert (await proposal_of(one))["accepted"] == [], "nobody else has yet"
    for town in (two, three):
        assert names[0] not in json.dumps(await proposal_of(town), ensure_ascii=False)
    await world.work()
    assert await notices(world, ":accepted:") == 0, "nobody is told that one town accepted"
    await accept(two)
    await world.work()
    assert [town["name"] for town in (await proposal_of(one))["accepted"]] == [names[1]]
    assert [town["name"] for town in (await proposal_of(two))["accepted"]] == [names[0]]
    assert (await proposal_of(three))["accepted"] == []
    assert await notices(world, ":accepted:") == 1, "the first is told; the second sees it"
    (same,) = await two.read("/proposals")
    back = await two.did(f"/proposals/{same['id']}/refusal")
    assert (back["state"], back["accepted"], back["allowed"]) == ("declined", [], [])
    assert (await proposal_of(one))["accepted"] == [] and not (await proposal_of(one))["can_open"]


async def test_a_decline_is_silent_and_final_and_what_waited_to_be_told_is_withdrawn(world: World) -> None:
    one, two, three = await alike(world)
    before = await proposal_of(one)
    (same,) = await two.read("/proposals")
    await two.did(f"/proposals/{same['id']}/refusal")
    await world.work()
    assert await proposal_of(one) == before
    assert await notices(world, f"{two.organisation.id}:made") == 0  # type: ignore[union-attr]
    assert (await two.post(f"/proposals/{same['id']}/acceptance")).status_code == 409
    await accept(one, three)
    assert (await proposal_of(two))["accepted"] == []


async def test_raw_sql_shows_a_town_its_own_side_and_the_others_once_both_accepted(world: World) -> None:
    one, two, three = await alike(world)
    startup, watcher = await world.startup(), await world.staff(Role.SUPERVISOR, Role.AUDITOR, Role.ADMIN)
    curator = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    outsider = await world.town("18205")
    sides, proposals = "select town_id from proposal_side", "select id, low, towns from pool_proposal"

    async def seen(who: Caller) -> set[Any]:
        return {row.town_id for row in await rows(world, who, sides)}

    def ids(*towns: Caller) -> set[Any]:
        return {town.organisation.id for town in towns}  # type: ignore[union-attr]

    for nobody in (startup, watcher, curator, outsider, world.visitor):
        assert await seen(nobody) == set() and await rows(world, nobody, proposals) == []
        assert await rows(world, nobody, "select id from need") == []
    for town in (one, two, three):
        assert await seen(town) == ids(town) and len(await rows(world, town, proposals)) == 1
        assert len(await rows(world, town, "select id from need")) == 1
    await accept(one)
    assert [await seen(town) for town in (one, two, three)] == [ids(one), ids(two), ids(three)]
    await accept(two)
    assert [await seen(town) for town in (one, two, three)] == [ids(one, two), ids(one, two), ids(three)]
    assert len(await rows(world, one, "select id from need")) == 1, "never the other's need"
    for nobody in (startup, watcher, curator, outsider, world.visitor):
        assert await seen(nobody) == set()


async def test_the_queries_alone_hide_as_much_without_row_level_security(world: World) -> None:
    one, two, three = await alike(world)
    await accept(one, two)
    outsider = await world.town("18205")
    for table in ("proposal_side", "pool_proposal", "need"):
        await world.sql(f"alter table {table} disable row level security")
    assert (await proposal_of(three))["accepted"] == []
    assert [town["name"] for town in (await proposal_of(one))["accepted"]] == [two.organisation.name]  # type: ignore[union-attr]
    assert await outsider.read("/proposals") == []
    (same,) = await one.read("/proposals")
    assert (await outsider.get(f"/proposals/{same['id']}")).status_code == 404
    assert (await outsider.post(f"/proposals/{same['id']}/acceptance")).status_code == 404


async def test_raw_sql_changes_one_s_own_answer_alone(world: World) -> None:
    one, two, _ = await alike(world)
    await accept(one)
    async with world.app.state.database.transaction(two.actor) as session:
        changed = await session.execute(text("update proposal_side set state = 'declined'"))
        assert changed.rowcount == 1
        stolen = await session.execute(text("update pool_proposal set pool_id = null"))
        assert stolen.rowcount == 0, "only who accepted names the pool"
    for statement in (
        "update proposal_side set town_id = town_id",
        "update pool_proposal set towns = 9",
        "insert into proposal_side (id, proposal_id, town_id, need_id, state, state_since) select gen_random_uuid(), id, gen_random_uuid(), gen_random_uuid(), 'accepted', now() from pool_proposal",
        "delete from proposal_side",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"):
            await rows(world, one, statement)


async def test_one_of_those_who_accepted_opens_the_pool_once_and_the_others_are_invited(world: World) -> None:
    one, two, three = await alike(world)
    (same,) = await one.read("/proposals")
    path, body = f"/proposals/{same['id']}/pool", await pool_days(world)
    assert (await one.post(path, body)).json()["code"] == "accept_first"
    await accept(one)
    assert (await one.post(path, body)).json()["code"] == "alone_so_far"
    await accept(two)
    late = await one.post(path, body | {"census_ends_on": "2020-01-01"})
    assert late.status_code == 422 and late.json()["errors"][0]["path"] == "census_ends_on"
    opened = await one.did(path, body)
    assert opened["pool_id"] and not opened["can_open"] and opened["allowed"] == []
    assert (await two.post(path, body)).json()["code"] == "pool_already_open"
    pool = await one.read(f"/pools/{opened['pool_id']}")
    assert (pool["title"], pool["state"]) == ("Éclairage sobre", "draft")
    assert (await two.read(f"/pools/{opened['pool_id']}"))["id"] == opened["pool_id"]
    assert (await three.get(f"/pools/{opened['pool_id']}")).status_code == 404, (
        "who did not accept is not invited"
    )
    members = await world.sql("select count(*) from membership")
    assert members == 2
    assert (await two.post(f"/proposals/{same['id']}/refusal")).json()["code"] == "pool_already_open"
    await world.work()
    assert (await proposal_of(three))["pool_id"] is None


async def test_who_is_in_the_pool_of_a_proposal_is_not_told_of_others_again_and_those_who_are_not_wait_on(world: World) -> None:  # fmt: skip
    one, two, three, _four = await alike(world, 4)
    await accept(one, two)
    (same,) = await one.read("/proposals")
    await one.did(f"/proposals/{same['id']}/pool", await pool_days(world))
    await world.advance(91)
    assert await world.sql("select count(*) from pool_proposal") == 1, "two still wait: too few"
    await state(await world.town("18206"))
    await world.advance(1)
    assert [len(await town.read("/proposals")) for town in (one, two, three)] == [1, 1, 2]


async def test_two_who_open_at_once_make_one_pool(world: World) -> None:
    one, two, _ = await alike(world)
    await accept(one, two)
    (same,) = await one.read("/proposals")
    body = await pool_days(world)
    answers = await asyncio.gather(*(town.post(f"/proposals/{same['id']}/pool", body) for town in (one, two)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert await world.sql("select count(*) from pool") == 1


async def test_nobody_answers_after_a_month_and_those_who_accepted_may_still_open(world: World) -> None:
    one, two, three = await alike(world)
    await accept(one, two)
    await world.advance(31)
    (same,) = await three.read("/proposals")
    assert (await three.post(f"/proposals/{same['id']}/acceptance")).json()["code"] == "proposal_over"
    assert (await proposal_of(three))["allowed"] == ["decline"]
    assert (await proposal_of(one))["can_open"]
    await one.did(f"/proposals/{same['id']}/pool", await pool_days(world))


async def test_who_stops_being_told_declines_what_was_proposed_for_that_need(world: World) -> None:
    one, two, _ = await alike(world)
    await accept(one, two)
    found = await proposal_of(one)
    await one.did(f"/needs/{found['need_id']}/alike", {"alike": False}, method="put")
    assert (await proposal_of(one))["state"] == "declined"
    assert (await proposal_of(two))["accepted"] == []


async def test_the_quantity_is_not_told_when_it_would_be_one_town_s(world: World) -> None:
    towns = await world.towns(3)
    for town, quantity in zip(towns, ("9000", "10", None), strict=True):
        await state(town, quantity)
    await world.work()
    found = await proposal_of(towns[1])
    assert found["together"] is None and found["outlook"]["together"] is None and found["towns"] == 3
