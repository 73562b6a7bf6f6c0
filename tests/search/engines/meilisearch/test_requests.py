"""Every request that the engine sends is one that Meilisearch takes, and every answer of the stand-in one that it gives."""

import itertools

import pytest

from search.engines import SearchQuery, Sort
from search.engines.meilisearch.asking import searches
from search.engines.meilisearch.stored import STORED
from tests.search.engines.benches import Bench, sheet
from tests.search.engines.test_search_contract import ABSURD, MARKET
from tests.support.meilisearch.oracle import Oracle
from tests.support.meilisearch.server import Fake

EVERY = {
    "multi_search_with_post", "get_index", "list_indexes", "create_index", "delete_index", "update_all", "get_all", "get_index_stats",
    "replace_documents", "delete_documents_batch", "get_documents", "swap_indexes", "get_task", "get_health",
}  # fmt: skip


@pytest.mark.shared
async def test_every_request_is_one_of_meilisearch_s(bench: Bench, fake: Fake, judge: Oracle) -> None:
    judge.judged.clear()
    await bench.engine.ping()
    await bench.rebuilds(*MARKET)
    await bench.puts(sheet("Une autre"))
    await bench.removes(MARKET[0].id)
    assert len(await bench.holds()) == len(MARKET)
    queries = itertools.product(
        ("", "éclairage"), ((), ("eau-assainissement",)), ((), ("growth", "stopped")), (True, False), Sort
    )
    for text, domains, maturities, flag, sort in queries:
        asked = {
            "domains": domains,
            "maturities": maturities,
            "priced": flag,
            "available": not flag,
            "sort": sort,
        }
        await bench.finds(
            text, **asked, features=("eu_hosted", "open_api") if flag else (), page=2, per_page=300
        )
    for text in ABSURD:
        await bench.finds(text, domains=(text,), features=(text, "eu_hosted"))
    await bench.engine.drop()
    assert judge.judged == EVERY
    assert len(fake.heard) > 100


@pytest.mark.shared
def test_the_judge_sees_what_is_wrong(judge: Oracle) -> None:
    (asked, *_) = searches("x", SearchQuery("lampadaire"))
    body = {"queries": [asked.model_dump(by_alias=True, exclude_none=True)]}
    judge.request("POST", "/multi-search", {}, body)
    for wrong in (
        {"queries": [{"q": "lampadaire"}]},
        {"queries": [body["queries"][0] | {"matching_strategy": "last"}]},
        {"queries": [body["queries"][0] | {"matchingStrategy": "some"}]},
        {"queries": [body["queries"][0] | {"hitsPerPage": "20"}]},
        None,
    ):
        with pytest.raises(AssertionError):
            judge.request("POST", "/multi-search", {}, wrong)
    with pytest.raises(AssertionError, match="no route"):
        judge.request("POST", "/indexes/x/delete-batch", {}, ["1"])
    with pytest.raises(AssertionError, match="takes no"):
        judge.request("GET", "/indexes", {"size": "3"}, None)
    with pytest.raises(AssertionError):
        judge.request("PATCH", "/indexes/x/settings", {}, {"stopwords": ["le"]})
    with pytest.raises(AssertionError):
        judge.answer(judge.request("GET", "/health", {}, None), 200, {"status": "unwell"})


async def test_a_search_is_one_request_however_many_facets_it_counts(bench: Bench, fake: Fake) -> None:
    await bench.rebuilds(*MARKET)
    fake.heard.clear()
    await bench.finds(
        "éclairage", domains=("eclairage-public",), maturities=("growth",), features=("eu_hosted",)
    )
    assert fake.heard == [("POST", "/multi-search")]


async def test_what_is_stored_is_the_allow_list_to_the_letter(bench: Bench, fake: Fake) -> None:
    await bench.rebuilds(*MARKET)
    (index,) = fake.indexes.values()
    assert {name for row in index.docs.values() for name in row} == set(STORED)
    assert index.settings["displayedAttributes"] == list(STORED)
    assert set(index.settings["searchableAttributes"]) < set(STORED)
