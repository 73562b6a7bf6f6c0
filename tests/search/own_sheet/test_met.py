"""What a startup is told of towns' real questions: bands, of three towns at least, over periods that do not overlap."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

from marketplace import clock
from marketplace.actor import OrganisationKind, Role
from search.own_sheet.queries import BANDS, LEAST_TOWNS, REASONS, WEEKS
from tests.pages.reader import Page
from tests.search.proposals.towns import rows
from tests.support.curating import publish
from tests.support.world import Caller, World

SHEET = {
    "name": "Lanterne",
    "summary": "S",
    "description": "D",
    "domains": ["eclairage-public"],
    "maturity": "growth",
}
INSERT = (
    "insert into search_log (id, at, kind, organisation_id, asked, ordered, excluded, total, engine, index)"
    " values (:id, :at, :kind, :town, cast(:asked as jsonb), cast(:ordered as jsonb), cast(:excluded as jsonb), 1, 'postgres', '1')"
)


class Told:
    """A startup with a published sheet, and towns that ask."""

    def __init__(self, world: World, seller: Caller, sheet: dict[str, Any]) -> None:
        self.world, self.seller, self.sheet = world, seller, sheet

    async def read(self) -> Any:
        return await self.seller.read(f"/my/solutions/{self.sheet['id']}/matches")

    async def page(self) -> str:
        answer = await self.world.http.get("/espace-entreprise/pourquoi", headers=self.seller.headers)
        assert Page.of("/espace-entreprise/pourquoi", answer).faults() == []
        return answer.text.replace("\u00a0", " ")

    async def counts(self) -> dict[str, int]:
        """Reason → at least how many."""
        told = await self.read()
        found = {"found": told["found"]["at_least"]} if told["found"] else {}
        return found | {one["reason"]: one["questions"]["at_least"] for one in told["left_out"]}

    async def ask(
        self, *towns: Caller | None, found: bool = True, out: tuple[str, str] | None = None, weeks: int = 0, kind: str = "match",
        need: str = "lampes", slug: str = "",
    ) -> None:  # fmt: skip
        """A question of each of `towns` (None: a visitor's), in the last week that is counted, or `weeks` before."""
        until = date.fromisoformat((await self.read())["until"])
        me = {"slug": slug or self.sheet["slug"], "score": 50.0}
        for town in towns:
            await self.world.sql(
                INSERT, id=uuid4(), at=at(until - timedelta(weeks=weeks)), kind=kind, town=town.actor.organisation_id if town else None,
                asked=json.dumps({"need": need}), ordered=json.dumps([{"slug": "rivale", "score": 60.0}, *([me] if found and not out else [])]),
                excluded=json.dumps([{"slug": me["slug"], "name": "L", "filter": out[0], "must": out[1] or None, "sentence": "S"}] if out else []),
            )  # fmt: skip


def at(day: date) -> datetime:
    """Late on a Paris day."""
    return clock.end_of(day) - timedelta(minutes=1)


async def published(world: World, name: str = "Quinquet Systèmes") -> Told:
    seller, curator = (
        await world.startup(name),
        await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION),
    )
    sheet = await seller.did("/my/solutions", SHEET | {"name": name})
    await seller.did(f"/my/solutions/{sheet['id']}/submission")
    await publish(curator, sheet["id"])
    return Told(world, seller, sheet)


@pytest.fixture
async def told(world: World) -> Told:
    return await published(world)


async def test_two_towns_are_too_few_to_be_told_and_three_are_told_as_a_band(
    world: World, told: Told
) -> None:
    one, two, three = await world.towns(3)
    for need in ("lampes", "ampoules", "mâts", "LED"):  # eight questions, of two towns
        await told.ask(one, two, need=need)
    assert await told.counts() == {}
    page = await told.page()
    assert page.count("trop peu pour être dit") == 2
    await told.ask(three)
    answer = await told.read()
    assert (answer["found"], answer["left_out"]) == ({"at_least": 5, "at_most": 9}, [])
    page = await told.page()
    assert "de 5 à 9" in page
    assert page.count("trop peu pour être dit") == 1


async def test_what_leaves_it_out_is_told_by_filter_and_rare_reasons_together_or_not_at_all(world: World, told: Told) -> None:  # fmt: skip
    one, two, three = await world.towns(3)
    await told.ask(one, two, three, out=("must", "eu_hosted"))
    await told.ask(one, two, out=("budget", ""), need="a")
    assert await told.counts() == {"must:eu_hosted": 3}, (
        "the budget's is neither told nor to be had by subtraction"
    )
    await told.ask(three, out=("territory", ""), need="b")
    assert await told.counts() == {"must:eu_hosted": 3, "other": 3}
    await told.ask(three, out=("budget", ""), need="c")
    assert await told.counts() == {"must:eu_hosted": 3, "budget": 3}, "what is left is one town's"
    said = (await told.read())["left_out"]
    assert [one["sentence"].replace("\u00a0", " ") for one in said] == [
        "Condition obligatoire : Données hébergées dans l’Union européenne", "Plus bas prix publié au-dessus du budget",
    ]  # fmt: skip


async def test_the_same_question_asked_again_counts_once_and_only_towns_matches_count(world: World, told: Told) -> None:  # fmt: skip
    towns = await world.towns(3)
    for _ in range(4):
        await told.ask(*towns)
    other = await world.startup("Bobèche Services")
    await told.ask(None, None, other, told.seller, need="visiteur")
    await told.ask(*towns, kind="search", need="cherchée")
    await told.ask(*towns, kind="shortlist", need="gardée")
    await told.ask(*towns, found=False, need="ne la trouve pas")
    await told.ask(*towns, slug="lanterne-d-une-autre", need="une autre")
    assert await told.counts() == {"found": 3}


async def test_each_period_stands_alone_and_the_running_one_is_not_counted(world: World, told: Told) -> None:
    one, two, three = await world.towns(3)
    await told.ask(one, two, three, weeks=-1, need="cette semaine")
    assert await told.counts() == {}, "nothing of the running period"
    await told.ask(one, two, need="il y a peu")
    await told.ask(three, weeks=WEEKS, need="avant")
    assert await told.counts() == {}, "three towns, but not in one period"
    await told.ask(one, two, weeks=WEEKS, need="avant")
    assert await told.counts() == {"found": 3}, "five questions, of which two are of a period of two towns"
    await told.ask(one, two, out=("budget", ""), need="trop cher")
    await told.ask(three, out=("territory", ""), weeks=WEEKS, need="trop loin")
    assert await told.counts() == {"found": 3}, "rare reasons are put together within a period"
    await told.ask(one, two, three, weeks=3 * WEEKS, need="il y a longtemps")
    assert await told.counts() == {"found": 3}, "three periods, and no more"
    await told.ask(one, two, three, weeks=3 * WEEKS - 1, need="au début")
    assert await told.counts() == {"found": 5}


async def test_the_periods_are_whole_weeks_of_four_that_do_not_move_with_the_day(world: World, told: Told) -> None:  # fmt: skip
    seen = set()
    for _ in range(5):
        answer = await told.read()
        since, until, following = (date.fromisoformat(answer[key]) for key in ("since", "until", "next"))
        assert (since.weekday(), until.weekday(), following.weekday()) == (0, 6, 0)
        assert (until - since).days + 1 == 3 * WEEKS * 7
        today = await world.today()
        assert until < today < following
        assert (following - until).days - 1 == WEEKS * 7
        seen.add(since)
        await world.advance(7)
    assert len(seen) == 2, "four readings a week apart told the same, then the next period came"


async def test_nothing_that_is_read_day_after_day_tells_of_fewer_than_three_towns(
    world: World, told: Told
) -> None:
    """One town asks every week, three in one period: whatever is subtracted from what, only the three's shows."""
    one, two, three = await world.towns(3)
    for weeks in range(4 * WEEKS):
        await told.ask(one, weeks=weeks - WEEKS, need=f"semaine {weeks}")
    await told.ask(two, three, need="une fois")
    read = []
    for _ in range(6):
        read.append(await told.counts())
        await world.advance(WEEKS * 7)
    steps = [a.get("found", 0) - b.get("found", 0) for a, b in pairwise(read)]
    assert {abs(step) for step in steps} <= {0, 5}, read
    assert read[0] == {"found": 5} and read[-1] == {}


async def test_only_the_startup_itself_is_told_even_by_the_database(world: World, told: Told) -> None:
    towns = await world.towns(3)
    await told.ask(*towns)
    other = await published(world, "Bobèche Services")
    await other.ask(*towns, need="b")
    query = "select solution_id::text, reason, at_least from questions_met()"
    assert [tuple(row) for row in await rows(world, told.seller, query)] == [(told.sheet["id"], "found", 3)]
    assert [tuple(row) for row in await rows(world, other.seller, query)] == [(other.sheet["id"], "found", 3)]
    for who in (world.visitor, towns[0], await world.staff(), await world.startup("Rien")):
        assert await rows(world, who, query) == []
    assert await rows(world, told.seller, "select id from search_log") == []
    await world.sql("update solution set state = 'suspended' where id = :id", id=told.sheet["id"])
    assert await rows(world, told.seller, query) == []


async def test_the_bands_are_the_database_s(world: World, told: Told, subtests: pytest.Subtests) -> None:
    towns = await world.towns(LEAST_TOWNS)
    asked, expected = 0, sorted(BANDS)
    for band, following in zip(expected, [*expected[1:], 60], strict=True):
        with subtests.test(str(band)):
            many = following - 1 - asked
            asked += await _ask_many(told, towns, many, asked)
            counts = await told.counts()
            assert counts == {"found": band}
            assert (await told.read())["found"]["at_most"] == BANDS[band] == (None if band == 50 else asked)
    assert set(REASONS) >= {"available", "domain", "territory", "budget", "capacity", "other", "must:hds"}


async def _ask_many(told: Told, towns: Sequence[Caller], many: int, start: int) -> int:
    until = date.fromisoformat((await told.read())["until"])
    await told.world.sql(
        "insert into search_log (id, at, kind, organisation_id, asked, ordered, excluded, total, engine, index)"
        " select gen_random_uuid(), :at, 'match', (cast(:towns as uuid[]))[1 + n % 3], jsonb_build_object('need', n + :start),"
        " jsonb_build_array(jsonb_build_object('slug', cast(:slug as text))), '[]', 1, 'postgres', '1' from generate_series(1, :many) n",
        at=at(until), towns=[town.actor.organisation_id for town in towns], start=start, slug=told.sheet["slug"], many=many,
    )  # fmt: skip
    return many
