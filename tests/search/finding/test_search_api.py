"""`GET /api/v1/solutions` and its page: what a visitor may ask, and what is refused by name."""

import pytest

from marketplace.actor import SYSTEM
from search.engines import MARK, UNMARK
from search.engines.postgres import PostgresEngine
from tests.search.engines.test_search_contract import MARKET
from tests.search.finding.stand_in import StandIn, hit
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
        "id", "slug", "name", "summary", "supplier", "domains", "tags", "maturity", "available", "priced", "features",
        "references", "fictional", "score", "highlights",
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
        "q=%FF%FE",
        "domain=",
        "domain=mobilite",
        "q=%C2%A0&sort=",
        "q=%ED%A0%80",
    ):
        for path in ("/api/v1/solutions", "/solutions", "/"):
            asked = query if path != "/" else query.replace("q=", "besoin=", 1)
            answer = await market.http.get(f"{path}?{asked}")
            assert answer.status_code == 200, (path, query, answer.text[:300])
    for path in ("/api/v1/solutions?domain=%00", "/solutions?domaine=%00", "/solutions?maturite=%ED%A0%80"):
        assert (await market.http.get(path)).status_code in {200, 422}


async def test_values_that_no_filter_has_are_refused_all_at_once_with_what_is_accepted(market: World) -> None:
    answer = await market.http.get("/api/v1/solutions?domain=lampes&maturity=vieille&feature=luxe&sort=cher")
    told = {error["path"]: error["message"] for error in answer.json()["errors"]}
    assert answer.status_code == 422
    assert set(told) == {"domain", "maturity", "feature", "sort"}
    assert "« lampes »" in told["domain"].replace("\u00a0", " ") and "eclairage-public" in told["domain"]
    assert "relevance, name, recent" in told["sort"]


async def test_a_feature_narrows_and_the_old_name_of_prices_still_does(market: World) -> None:
    for query in ("feature=priced", "priced=true", "priced=true&feature=priced"):
        found = await market.http.get(f"/api/v1/solutions?{query}")
        assert [one["name"] for one in found.json()["items"]] == ["Kit Lumière"], query
    (lamp,) = found.json()["items"]
    assert lamp["features"] == ["priced"]


async def test_highlights_are_parts_of_plain_text(market: World) -> None:
    marked = hit("Kit <b>", score=0.5, references=3, highlights=(("name", f"{MARK}Kit{UNMARK} <b>"),))
    market.app.state.search = StandIn(marked, index="42", degraded=True)
    found = await market.visitor.read("/solutions", q="kit")
    assert (found["index"], found["degraded"], found["engine"]) == ("42", True, "stand_in")
    assert found["items"][0]["highlights"] == {
        "name": [{"text": "Kit", "found": True}, {"text": " <b>", "found": False}]
    }
    assert (found["items"][0]["score"], found["items"][0]["references"]) == (0.5, 3)


async def test_the_page_lists_what_the_api_lists_and_offers_its_corrections(market: World) -> None:
    page = (await market.http.get("/solutions?q=lampadiares")).text
    assert "Nuit calme" in page
    assert "lampadaires" in page
