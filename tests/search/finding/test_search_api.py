"""`GET /api/v1/solutions` and its page: what a visitor may ask, and what is refused by name."""

import pytest

from marketplace.actor import SYSTEM
from search.engines.postgres import PostgresEngine
from tests.search.engines.test_search_contract import MARKET
from tests.support.world import World


@pytest.fixture
async def market(world: World) -> World:
    async with world.as_worker.transaction(SYSTEM) as session:
        await PostgresEngine().rebuild(session, MARKET)
    return world


async def test_a_page_of_results_says_its_place_its_counts_and_its_engine(market: World) -> None:
    found = await market.visitor.read("/solutions", q="éclairage", per_page=1, page=2)
    assert (found["page"], found["per_page"], found["engine"], len(found["items"])) == (2, 1, "postgres", 1)
    assert found["total"] == sum(found["facets"]["maturity"].values()) > 2
    gone = next(
        hit
        for hit in (await market.visitor.read("/solutions", q="phare"))["items"]
        if hit["slug"] == "vieux-phare"
    )
    assert (gone["maturity"], gone["available"]) == ("stopped", False)
    assert set(gone) == {
        "id", "slug", "name", "summary", "supplier", "domains", "tags", "maturity", "available", "priced", "fictional",
    }  # fmt: skip


async def test_filters_are_repeated_names(market: World) -> None:
    answer = await market.http.get(
        "/api/v1/solutions?domain=eau-assainissement&domain=dechets-proprete&maturity=growth"
    )
    assert [hit["name"] for hit in answer.json()["items"]] == ["Jauge"]


async def test_a_bound_passed_is_refused_by_name_and_an_absurd_word_finds_nothing(market: World) -> None:
    for query, path in (
        ("page=0", "page"),
        ("per_page=101", "per_page"),
        ("page=x", "page"),
        (f"q={'a' * 501}", "q"),
    ):
        answer = await market.http.get(f"/api/v1/solutions?{query}")
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, path)
    for query in (
        "q=%00",
        "q=%27%22%3A*%26%7C!",
        "q=%F0%9F%92%A1",
        "domain=lampes",
        "q=%FF%FE",
        "q=%ED%A0%80",
    ):
        for path in ("/api/v1/solutions", "/solutions", "/"):
            name = (
                {"q": "besoin", "domain": "domaine"}[query.split("=")[0]]
                if path == "/"
                else query.split("=")[0]
            )
            answer = await market.http.get(f"{path}?{name}={query.split('=', 1)[1]}")
            assert answer.status_code == 200, (path, query, answer.text[:300])
    for path in ("/api/v1/solutions?domain=%00", "/solutions?domaine=%00", "/solutions?maturite=%ED%A0%80"):
        assert (await market.http.get(path)).status_code in {200, 422}


async def test_the_page_lists_what_the_api_lists_and_offers_its_corrections(market: World) -> None:
    page = (await market.http.get("/solutions?q=lampadiares")).text
    assert "Nuit calme" in page
    assert "lampadaires" in page
