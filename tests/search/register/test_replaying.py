"""The same question today: identical when nothing changed, and otherwise told sheet by sheet, with the causes."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from search.log.recording import Ordered
from search.register.content import Content, Placed
from search.register.replaying import Cause, Move, Today, compare
from tests.search.register.frozen import SEARCH, directory, indexed
from tests.support.world import Caller, World

PATH = "/sourcing-records"


async def frozen(town: Caller) -> dict[str, Any]:
    record: dict[str, Any] = await town.did(PATH, {"title": "T", "search": SEARCH})
    return record


async def replayed(town: Caller, record: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = await town.read(f"{PATH}/{record['id']}/replay")
    return found


async def test_nothing_changed_so_the_answer_is_the_same_sheet_by_sheet(world: World) -> None:
    await directory(world)
    town = await world.town()
    found = await replayed(town, await frozen(town))
    assert (found["identical"], found["moved"], found["causes"]) == (True, 0, [])
    assert (found["same_index"], found["same_engine"], found["same_weights"]) == (True, True, True)
    assert [(s["move"], s["place_then"] == s["place_now"], s["score_then"] == s["score_now"]) for s in found["sheets"]] == [
        ("same", True, True)
    ] * 3  # fmt: skip


async def test_a_sheet_that_is_withdrawn_and_one_that_is_new_are_told_and_the_record_stays(
    world: World,
) -> None:
    await directory(world, ("lanterne", "veilleuse"))
    town = await world.town()
    record = await frozen(town)
    await world.sql("update solution set state = 'suspended' where slug = 'lanterne'")
    await directory(world, ("phare",))
    await indexed(world)
    found = await replayed(town, record)
    moves = {sheet["slug"]: (sheet["move"], sheet["cause"]) for sheet in found["sheets"]}
    assert moves["lanterne"] == ("gone", "unpublished")
    assert moves["phare"] == ("new", None)
    assert not found["identical"]
    assert "unpublished" in found["causes"]
    assert await town.read(f"{PATH}/{record['id']}") == record
    assert await world.sql("select count(*) from search_log") == 1, "replaying keeps nothing of its own"


def then(*slugs: str, index: str = "1", weights: dict[str, Any] | None = None) -> Content:
    placed = tuple(Placed(i, slug, 1 / i, slug.title(), None) for i, slug in enumerate(slugs, 1))
    return Content.of(EMPTY).__class__(
        origin="search", asked={}, asked_at=Content.of(EMPTY).asked_at, ordered=placed, choices=(), excluded=(), weights=weights,
        answer=None, engine="postgres", index=index, note=None, town={},
    )  # fmt: skip


EMPTY = (
    '{"origin":"search","asked":{},"asked_at":"2026-11-26T00:00:00+00:00","ordered":[],"choices":[],"excluded":[],"weights":null,'
    '"answer":null,"engine":"postgres","index":"1","note":null,"town":{}}'
)


def now(
    *slugs: str,
    index: str = "1",
    engine: str = "postgres",
    weights: dict[str, Any] | None = None,
    gone: str = "",
) -> Today:
    return Today(
        tuple(Ordered(slug, 1 / i) for i, slug in enumerate(slugs, 1)), len(slugs), engine, index, weights, {}, frozenset("abcdef") - set(gone),
        day=date(2026, 11, 26),
    )  # fmt: skip


def test_each_sheet_goes_up_down_stays_comes_or_goes() -> None:
    found = compare(then("a", "b", "c", "d"), 4, now("b", "a", "c", "e"))
    assert [(sheet.slug, sheet.move) for sheet in found.sheets] == [
        ("b", Move.UP), ("a", Move.DOWN), ("c", Move.SAME), ("e", Move.NEW), ("d", Move.GONE),
    ]  # fmt: skip
    assert (found.moved, found.count(Move.GONE), found.identical) == (4, 1, False)


W1 = {"version": "1", "domain": "x", "weights": {"text": 25}}


@pytest.mark.parametrize(
    ("before", "today", "causes"),
    [
        (then("a"), now("a"), ()),
        (then("a"), now("a", index="2"), (Cause.INDEX,)),
        (then("a"), now("a", engine="meilisearch"), (Cause.ENGINE,)),
        (then("a", weights=W1), now("a", weights=W1 | {"since": "2027"}), ()),
        (then("a", weights=W1), now("a", weights=W1 | {"version": "2"}), (Cause.WEIGHTS,)),
        (then("a", weights=W1), now("a", weights=W1 | {"weights": {"text": 30}}), (Cause.WEIGHTS,)),
        (then("a", "b"), now("b", index="2", gone="a"), (Cause.INDEX, Cause.UNPUBLISHED)),
        (then("a", "b"), now("b"), ()),
    ],
    ids=["same", "index", "engine", "since is no weight", "version", "figures", "unpublished", "unexplained"],
)
def test_causes_are_what_differs_between_then_and_now(
    before: Content, today: Today, causes: tuple[Cause, ...]
) -> None:
    assert compare(before, len(before.ordered), today).causes == causes


def test_a_total_that_changed_is_not_the_same_answer() -> None:
    assert not compare(then("a"), 2, now("a")).identical


NEED = {"need": "éclairage public", "town": "18279"}


async def matched(town: Caller, **more: Any) -> dict[str, Any]:
    """A match, answered by the API and frozen."""
    answered = await town.did("/matches", NEED | more)
    record: dict[str, Any] = await town.did(PATH, {"title": "T", "log_id": answered["log_id"]})
    assert json.loads(record["content"])["ordered"], "there is an order to compare"
    return record


async def test_a_match_asked_again_at_once_is_the_same_to_the_thousandth(world: World) -> None:
    await directory(world)
    await world.work()
    town = await world.town()
    found = await replayed(town, await matched(town))
    assert (found["identical"], found["causes"]) == (True, [])
    assert (found["same_index"], found["same_weights"]) == (True, True)
    assert [(sheet["move"], sheet["score_then"] == sheet["score_now"]) for sheet in found["sheets"]] == [
        ("same", True)
    ] * len(found["sheets"])


async def test_weights_of_another_version_are_told_with_the_order_that_those_of_then_would_give(
    world: World,
) -> None:
    await directory(world)
    await world.work()
    town = await world.town()
    answered = await town.did("/matches", NEED)
    await world.sql(
        """update search_log set weights = weights || '{"version": "2020-01-01", "weights": {"text": 100}}'"""
    )
    record = await town.did(PATH, {"title": "T", "log_id": answered["log_id"]})
    found = await replayed(town, record)
    assert found["same_weights"] is False
    assert found["causes"] == ["weights"]
    assert sorted(sheet["place_weighed"] for sheet in found["sheets"]) == list(range(1, len(found["sheets"]) + 1))  # fmt: skip
    texts = {
        item["slug"]: next(part["value"] for part in item["contributions"] if part["signal"] == "text")
        for item in answered["items"]
    }
    by_place = [sheet["slug"] for sheet in sorted(found["sheets"], key=lambda sheet: sheet["place_weighed"])]
    values = [texts[slug] for slug in by_place]
    assert values == sorted(values, reverse=True), "the weights of then had the words alone count"


async def test_another_day_is_told_and_what_is_past_cannot_be_asked_again(world: World) -> None:
    await directory(world)
    await world.work()
    town = await world.town()
    record = await matched(town)
    until = (await world.today()) + timedelta(days=10)
    dated = await matched(town, window={"until": until.isoformat()})
    await world.advance(20)
    assert "day" in (await replayed(town, record))["causes"]
    refused = await town.get(f"{PATH}/{dated['id']}/replay")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_askable")
    assert (await town.get(f"{PATH}/{dated['id']}")).status_code == 200


def test_a_sheet_that_a_condition_leaves_out_today_is_told_with_the_reason() -> None:
    today = replace(now("b"), excluded={"a": "Hébergement non renseigné."})
    found = compare(replace(then("a", "b"), origin="match"), 2, today)
    gone = found.sheets[-1]
    assert (gone.slug, gone.move, gone.cause, gone.why) == ("a", Move.GONE, Cause.EXCLUDED, "Hébergement non renseigné.")  # fmt: skip
    assert found.causes == (Cause.EXCLUDED, Cause.FACTS)
