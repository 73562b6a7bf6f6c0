"""How many towns wait with the same need: told to a town alone, of others alone, from three on, in steps, and nothing else."""

from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import ProgrammingError

from marketplace.actor import SYSTEM, Role
from procurement.needs.secrecy import STEPS
from procurement.needs.waiting import towns_waiting
from tests.search.proposals.towns import accept, alike, more_towns, rows, state
from tests.support import story
from tests.support.world import Caller, World

ASK = "select t.* from towns_waiting('light_point') t order by domain"


async def told(world: World, who: Caller, unit: str | None = "light_point") -> dict[str, int]:
    async with world.app.state.database.reading(who.actor) as reads:
        found: dict[str, int] = await towns_waiting(reads, unit)
        return found


async def test_nothing_is_told_below_three_other_towns_and_steps_above(world: World) -> None:
    town = await world.town()
    seen, count = [], 0
    for upto in (2, 3, 4, 5, 9, 10, 19, 20, 23):
        await more_towns(world, count + 1, upto)
        count = upto
        seen.append((upto, (await told(world, town)).get(story.DOMAIN)))
    assert seen == [(2, None), (3, 3), (4, 3), (5, 5), (9, 5), (10, 10), (19, 10), (20, 20), (23, 20)]
    assert {step for _, step in seen if step} == set(STEPS)
    await more_towns(world, 31, 32, "mobilite")
    (row,) = await rows(world, town, ASK)
    assert tuple(row) == (story.DOMAIN, 20), "no cell of two, no total across domains"


async def test_a_town_s_own_answer_moves_nothing_of_what_it_is_told(world: World) -> None:
    one, two, three, four = await world.towns(4)
    await state(two)
    await state(three)
    await state(three, "77")
    assert await told(world, one) == {}, "two towns, of which one says it twice"
    need = await state(one)
    assert await told(world, one) == {}, "with it they are three, and it would read that two others are"
    await state(four)
    for asked in (False, True):
        await one.did(f"/needs/{need['id']}/alike", {"alike": asked}, method="put")
        assert await told(world, one) == {story.DOMAIN: 3}
    assert await told(world, four) == {story.DOMAIN: 3}
    assert await told(world, one, "meter") == {} == await told(world, one, None)


async def test_who_acts_for_no_town_is_told_nothing_and_costs_nothing(world: World) -> None:
    await more_towns(world, 1, 20)
    others = [world.visitor, await world.startup(), await world.staff(Role.SUPERVISOR, Role.ADMIN)]
    for who in others:
        assert await told(world, who) == {} and await rows(world, who, ASK) == []
    async with world.as_worker.reading(SYSTEM) as reads:
        assert await towns_waiting(reads, "light_point") == {}
    asked: list[str] = []

    def count(_c: Any, _u: Any, statement: str, *_: object) -> None:
        if "set_config" not in statement:
            asked.append(statement)

    town, engine = await world.town(), world.app.state.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        await told(world, world.visitor)
        assert asked == []
        assert await told(world, town) == {story.DOMAIN: 20}
        assert len(asked) == 1
    finally:
        event.remove(engine, "before_cursor_execute", count)


async def test_raw_sql_gives_a_town_the_step_and_no_row_behind_it(world: World) -> None:
    await more_towns(world, 1, 4)
    town = await world.town()
    assert [tuple(row) for row in await rows(world, town, ASK)] == [(story.DOMAIN, 3)]
    assert await rows(world, town, "select id from need") == []
    with pytest.raises(ProgrammingError, match="permission denied"):
        await rows(world, town, "select town_id from need_waiting")


async def test_a_need_waits_until_its_time_is_over_or_a_pool_is_opened_on_it_or_on_its_proposal(world: World) -> None:  # fmt: skip
    one, two, three = await alike(world)
    looks = await world.town("18205")
    assert await told(world, looks) == {story.DOMAIN: 3}
    await more_towns(world, 1, 2)
    assert await told(world, looks) == {story.DOMAIN: 5}
    await accept(one, two)
    assert await told(world, looks) == {story.DOMAIN: 5}, "who accepted still waits"
    (same,) = await one.read("/proposals")
    await one.did(
        f"/proposals/{same['id']}/pool",
        {"title": "Éclairage sobre", "label": "Point", "census_ends_on": str((await world.today()).replace(year=2030)), "commitment_ends_on": str((await world.today()).replace(year=2031))},
    )  # fmt: skip
    assert await told(world, looks) == {story.DOMAIN: 3}, "two are in a pool; the third and the last two wait"
    await world.sql("update need set alike_until = now() - interval '1 day' where id = :id", id=(await three.read("/needs"))[0]["id"])  # fmt: skip
    assert await told(world, looks) == {}
