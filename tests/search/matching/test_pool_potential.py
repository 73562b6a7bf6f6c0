"""Open pools, and other towns that wait with the same need: what they are worth, what is said, and what is not."""

from typing import Any

import pytest
from sqlalchemy import event

from marketplace.actor import Role
from procurement.needs.secrecy import STEPS
from search.matching.ranking import ranked
from search.matching.reading import FULL
from search.matching.scoring import WAITING, score
from search.matching.weights import Signal
from search.matching.wording import sentence
from tests.pages.reader import Reader
from tests.search.matching.sheets import asked, candidate, facts
from tests.search.proposals.towns import more_towns, state
from tests.search.register.frozen import LIGHT, directory
from tests.support.story import in_census
from tests.support.world import Caller, World

NEED = {"need": "éclairage public", "town": "18279", "unit": "light_point", "quantity": "120"}
PAGE = "/?besoin=éclairage+public&ville=18279&quantite=120&unite=light_point&annees=2"


def read(pools: int, waiting: int) -> tuple[int, str, str]:
    question = asked(pools={LIGHT: pools}, waiting={LIGHT: waiting, "mobilite": 20})
    found = score(candidate(facts()), question).readings[Signal.POOLS]
    return found.value, sentence(found.why), sentence(found.source)


TOWNS = "villes au moins attendent d’autres villes pour un besoin de ce domaine, compté comme le vôtre."


@pytest.mark.parametrize(
    ("pools", "waiting", "value", "why"),
    [
        (0, 0, 0, "Aucun achat groupé n’est ouvert dans ce domaine."),
        (0, 3, 200, f"3 {TOWNS}"),
        (0, 5, 300, f"5 {TOWNS}"),
        (0, 10, 400, f"10 {TOWNS}"),
        (0, 20, 600, f"20 {TOWNS}"),
        (1, 0, 600, "Un achat groupé est ouvert dans ce domaine."),
        (1, 5, 900, f"Un achat groupé est ouvert dans ce domaine. 5 {TOWNS}"),
        (1, 20, FULL, f"Un achat groupé est ouvert dans ce domaine. 20 {TOWNS}"),
        (2, 20, FULL, f"2 achats groupés sont ouverts dans ce domaine. 20 {TOWNS}"),
    ],
)
def test_open_pools_and_towns_that_wait_add_up(pools: int, waiting: int, value: int, why: str) -> None:
    assert read(pools, waiting)[:2] == (value, why)
    assert ("besoins de villes" in read(pools, waiting)[2]) is bool(waiting)


def test_a_number_that_is_no_step_is_neither_weighed_nor_told() -> None:
    assert list(WAITING) == list(STEPS) and min(WAITING) == 3
    for pools in (0, 1):
        for number in (1, 2, 4, 6, 19, 21):
            assert read(pools, number) == read(pools, 0)


def test_towns_that_wait_are_nothing_that_a_sheet_lacks_or_could_change() -> None:
    sheets = [candidate(facts("Halo")), candidate(facts("Phare", domains=("mobilite",)))]
    found = ranked(sheets, asked(waiting={LIGHT: 20}), limit=2).matches
    assert [match.facts.name for match in found] == ["Halo", "Phare"]
    assert found[0].score - found[1].score == 600 * 4
    for match in found:
        assert Signal.POOLS not in {gap.signal for gap in match.missing}
        assert sum(one.points for one in match.contributions) == match.score


async def answered(who: Caller, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = await who.did("/matches", NEED | changes)
    return {key: value for key, value in found.items() if key != "log_id"}


def part(found: dict[str, Any]) -> dict[str, Any]:
    pools: dict[str, Any] = found["items"][0]["contributions"][-1]
    assert pools["signal"] == "pools"
    return pools


def points(found: dict[str, Any]) -> list[float]:
    return [item["score"] for item in found["items"]]


async def test_two_other_towns_leave_no_trace_in_the_answer_and_three_are_told_to_towns_alone(world: World) -> None:  # fmt: skip
    await directory(world)
    town = await world.town()
    others = [world.visitor, await world.startup(), await world.staff(Role.SUPERVISOR)]
    alone = await answered(town)
    await more_towns(world, 1, 2)
    await state(town)
    assert await answered(town) == alone, "two others and itself"
    await more_towns(world, 3, 3)
    found = await answered(town)
    assert part(found)["sentence"] == f"3 {TOWNS}" and part(found)["points"] == 0.8
    assert [round(new - old, 3) for new, old in zip(points(found), points(alone), strict=True)] == [0.8] * len(points(alone))  # fmt: skip
    for item in found["items"]:
        assert round(sum(one["points"] for one in item["contributions"]), 3) == item["score"]
    pool = found["ways"]["options"][0]
    assert (pool["way"], pool["standing"]) == ("pool", "nothing_open")
    assert pool["sentence"].startswith("3 villes au moins attendent")
    for who in others:
        assert await answered(who) == alone
    assert await answered(town, unit="meter") == await answered(world.visitor, unit="meter")
    await more_towns(world, 4, 4)
    assert await answered(town) == found, "the fourth moves nothing"
    await more_towns(world, 5, 5)
    assert part(await answered(town))["value"] == 0.3


async def test_the_towns_that_wait_cost_one_statement_however_many_they_are_and_sheets_weighed(world: World) -> None:  # fmt: skip
    await directory(world)
    town, engine = await world.town(), world.app.state.database.engine.sync_engine
    statements: list[str] = []

    def count(_c: Any, _u: Any, statement: str, *_: object) -> None:
        statements.append(statement)

    async def spent() -> tuple[int, int]:
        statements.clear()
        await answered(town)
        return len(statements), sum("towns_waiting" in one for one in statements)

    event.listen(engine, "before_cursor_execute", count)
    try:
        await spent()  # the first reads what the engine keeps of its index
        few = await spent()
        assert few[1] == 1 and len((await answered(town))["items"]) == 3
        await more_towns(world, 1, 30)
        assert await spent() == few
    finally:
        event.remove(engine, "before_cursor_execute", count)


async def test_the_page_says_it_and_leads_a_town_to_the_box_to_tick(world: World) -> None:
    await directory(world)
    await more_towns(world, 1, 5)
    town = await world.town()
    agent = await Reader.arrive(world, "agent", town.organisation, frozenset({Role.AGENT}))
    page = await agent.reads(PAGE)
    assert not page.faults() and f"5 {TOWNS}" in page.text
    assert "5 villes au moins attendent d’autres villes pour un besoin proche" in page.text
    links = [to for to in page.links() if "autres=on" in to]
    assert links and len(set(links)) == 1, "beside the ways to buy, and in the detail of each score"
    form = await agent.reads(links[0])
    assert not form.faults() and form.field("autres").get("checked") is not None
    assert form.field("quantite").get("value") == "120" and "éclairage public" in form.text
    await agent.sends(form, "/besoins/nouveau", domaine=LIGHT, unite="light_point")
    (need,) = await town.read("/needs")
    assert need["alike_until"] and need["domain"] == LIGHT
    again = await agent.reads(PAGE)
    assert "Votre ville attend déjà" in again.text and not [to for to in again.links() if "autres=on" in to]
    colleague = await Reader.arrive(world, "accountant", town.organisation, frozenset({Role.ACCOUNTANT}))
    shown = await colleague.reads(PAGE)
    assert not [to for to in shown.links() if "/besoins/nouveau" in to], "they may not state a need"
    assert "Un agent ou un administrateur de la ville peut ouvrir un achat" in shown.text
    visitor = (await world.http.get(PAGE)).text
    assert "Se connecter pour ouvrir un achat" in visitor and "/besoins/nouveau" not in visitor
    assert "/solutions/lanterne?ville=18279&amp;annees=2&amp;quantite.light_point=120" in visitor
    assert "attendent d’autres villes" not in visitor and "autres=on" not in visitor
    rules = (await world.http.get("/comment-nous-classons")).text
    assert "3 ou plus 0,2 ; 5 ou plus 0,3 ; 10 ou plus 0,4 ; 20 ou plus 0,6." in rules.replace("\u202f", " ").replace("\xa0", " ")  # fmt: skip


async def test_a_frozen_match_is_replayed_with_the_same_number_of_towns(world: World) -> None:
    await directory(world)
    await world.work()
    await more_towns(world, 1, 3)
    town = await world.town()
    colleague = await world.member(town.organisation, frozenset({Role.READER}))
    kept = await town.did("/matches", NEED)
    assert part(kept)["sentence"] == f"3 {TOWNS}"
    record = await town.did("/sourcing-records", {"title": "T", "log_id": kept["log_id"]})
    assert f"3 {TOWNS}" in record["content"]
    path = f"/sourcing-records/{record['id']}/replay"
    await state(town)
    await more_towns(world, 4, 4)
    for who in (town, colleague):
        found = await who.read(path)
        assert (found["identical"], found["causes"]) == (True, [])
        assert all(sheet["score_then"] == sheet["score_now"] for sheet in found["sheets"])
    await more_towns(world, 5, 5)
    found = await town.read(path)
    assert found["causes"] == ["facts"] and all(s["score_now"] > s["score_then"] for s in found["sheets"])
    assert (await town.read(f"/sourcing-records/{record['id']}"))["content"] == record["content"]


async def test_an_open_purchase_is_offered_to_towns_and_only_told_to_who_cannot_join_it(world: World) -> None:
    await directory(world)
    await in_census(world)
    town = (await world.town("18033")).organisation
    firm, staff = (await world.startup()).organisation, (await world.staff(Role.SUPERVISOR)).organisation
    for organisation, roles, said in (
        (town, {Role.AGENT}, "1 achat groupé à rejoindre"), (firm, {Role.SELLER}, "1 achat groupé ouvert"),
        (staff, {Role.SUPERVISOR}, "1 achat groupé ouvert"),
    ):  # fmt: skip
        reader = await Reader.arrive(world, said, organisation, frozenset(roles))
        page = await reader.reads("/?besoin=éclairage+public")
        assert said in page.text, said
        assert ("à rejoindre" in page.text) is (organisation is town)
