"""What is proposed while one types: domains then sheets that begin so, eight at most, never an unpublished one."""

import pytest

from marketplace.actor import SYSTEM
from search.engines.postgres import PostgresEngine
from tests.search.engines.test_search_contract import MARKET, sheet
from tests.support.world import World


@pytest.fixture
async def market(world: World) -> World:
    async with world.as_worker.transaction(SYSTEM) as session:
        more = [sheet(f"Lumière {i}") for i in range(12)]
        await PostgresEngine().rebuild(session, [*MARKET, *more])
    return world


async def test_domains_come_first_and_lead_to_their_sheets(market: World) -> None:
    found = await market.visitor.read("/suggestions", q="ECLAI")
    assert (found[0]["kind"], found[0]["link"]) == ("domain", "/solutions?domaine=eclairage-public")
    assert all(one["link"].startswith("/solutions") for one in found)


async def test_sheets_are_those_whose_name_or_supplier_begins_so(market: World) -> None:
    found = await market.visitor.read("/suggestions", q="lumi")
    sheets = [one for one in found if one["kind"] == "sheet"]
    assert len(found) == 8 and sheets
    assert all("Lumi" in one["text"] for one in sheets)
    assert {"text": "Kit Lumière", "detail": "Quinquet Systèmes", "kind": "sheet", "link": "/solutions/kit-lumière"} in (
        await market.visitor.read("/suggestions", q="kit lum")
    )  # fmt: skip
    assert [one["text"] for one in await market.visitor.read("/suggestions", q="bief")] == ["Goutte"]


@pytest.mark.parametrize("typed", ["", " ", "a", "!!", "\u00a0", "%_", "💡", "zzzzzz"])
async def test_too_little_or_nonsense_proposes_nothing(market: World, typed: str) -> None:
    assert await market.visitor.read("/suggestions", q=typed) == []


async def test_a_text_too_long_is_refused_by_name(market: World) -> None:
    answer = await market.visitor.get("/suggestions", q="a" * 501)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "q")
