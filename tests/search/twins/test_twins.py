"""Finding the twins of a town among all: exactly those that comparing with every town would give, in a moment."""

import time

import pytest
from sqlalchemy import text

from marketplace.actor import ANONYMOUS
from marketplace.db import Database
from marketplace.territories.queries import UnknownTown
from search.twins import queries
from search.twins.similarity import Kind, ratio, similarity
from tests.support.world import World


async def test_a_profile_is_read_by_any_code_of_the_town_and_says_what_is_known(world: World) -> None:
    async with world.app.state.database.reading(ANONYMOUS) as reads:
        found = await queries.profiles(reads, ["18279", "211802798", "241800507", "00000", "000000000"])
        assert set(found) == {"18279", "211802798", "241800507"}
        vierzon, bourges_plus = found["18279"], found["241800507"]
        assert found["211802798"] is vierzon
        assert (vierzon.kind, vierzon.main, vierzon.programmes) == (
            Kind.COMMUNE,
            True,
            frozenset({"acv"}),
        )
        assert vierzon.share and 0.5 < vierzon.share < 0.9 and vierzon.department_name == "Cher"
        assert (bourges_plus.kind, bourges_plus.epci_kind, bourges_plus.main) == (Kind.EPCI, "CA", None)
        assert bourges_plus.communes == 17
        assert (await queries.find_profile(reads, "211 802 798 00011")).code == "18279"
        with pytest.raises(UnknownTown):
            await queries.find_profile(reads, "99999")
        assert await queries.profiles(reads, []) == {}


async def test_a_body_without_population_has_no_twin_and_is_still_known(world: World) -> None:
    await world.sql(
        "insert into organisation (id, kind, name, siren, town_kind, fictional) values (gen_random_uuid(), 'town', 'SIAEP du Cher', '251800015', 'syndicat', false)"
    )
    async with world.app.state.database.reading(ANONYMOUS) as reads:
        assert (await queries.find_profile(reads, "251800015")).kind is Kind.OTHER
        assert await queries.twins_of(reads, "251800015") == []
        assert await queries.twins_of(reads, "99999") == []


@pytest.mark.parametrize("code", ["18279", "18033", "75056", "01002", "42218", "241800507"])
async def test_the_twins_are_exactly_those_that_comparing_with_every_town_would_give(
    world: World, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        queries, "FIRST_WINDOW", 5
    )  # so that when to stop looking further away matters here too
    async with world.app.state.database.reading(ANONYMOUS) as reads:
        codes = [*await reads.scalars(text("select insee from commune union all select siren from epci"))]
        every = list((await queries.profiles(reads, codes)).values())
        mine = (await queries.profiles(reads, [code]))[code]
        all_of_them = sorted(
            (-similarity(mine, other).value, -ratio(mine.population or 0, other.population or 0), other.code)
            for other in every
            if other.code != code
            and other.kind is mine.kind
            and ratio(mine.population or 0, other.population or 0) >= 0.2
        )
        found = await queries.twins_of(reads, code, limit=7)
    assert [twin.profile.code for twin in found] == [other for *_, other in all_of_them[:7]]
    assert [-twin.likeness.value for twin in found] == [value for value, *_ in all_of_them[:7]]


async def test_profiles_take_two_statements_at_most_and_twins_a_few(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    database: Database = world.app.state.database
    asked: list[str] = []
    async with database.reading(ANONYMOUS) as reads:
        codes = [*await reads.scalars(text("select insee from commune limit 300"))]
        execute = reads.execute

        async def counted(statement: object, *args: object, **kwargs: object) -> object:
            asked.append(str(statement))
            return await execute(statement, *args, **kwargs)  # type: ignore[call-overload]

        monkeypatch.setattr(reads, "execute", counted)
        assert len(await queries.profiles(reads, [*codes, "00000"])) == 300
        assert len(asked) == 2
        asked.clear()
        started = time.perf_counter()
        assert len(await queries.twins_of(reads, "18279")) == 20
        assert len(asked) <= 9 and time.perf_counter() - started < 1
