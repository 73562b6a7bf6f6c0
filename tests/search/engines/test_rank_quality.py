"""How good the order of results is, on the real records and the queries that a person judged."""

import json
import math
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.opendata import importing
from marketplace.actor import SYSTEM
from marketplace.tabular import read_rows
from search.engines import SearchQuery
from search.engines.postgres import PostgresEngine
from search.index.refreshing import reindex
from tests.support.world import World

TOP = 10


def ndcg(found: list[str], judged: dict[str, int]) -> float:
    """The normalised discounted cumulative gain of the first ten results, with gains 2^note - 1."""
    gained = [2 ** judged.get(slug, 0) - 1 for slug in found[:TOP]]
    best = sorted((2**note - 1 for note in judged.values()), reverse=True)[:TOP]
    return _discounted(gained) / _discounted(best)


def _discounted(gains: list[int]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))


def test_the_measure_is_1_for_the_judge_s_own_order_and_0_for_strangers() -> None:
    judged = {"a": 3, "b": 2, "c": 1}
    assert ndcg(["a", "b", "c"], judged) == 1
    assert 0 < ndcg(["c", "b", "a"], judged) < 1
    assert ndcg(["x"], judged) == 0


@pytest.mark.shared
async def test_real_queries_find_what_a_person_judged_useful_among_the_first_ten(
    world: World, shared: Path
) -> None:
    rows = read_rows(shared / "data" / "solutions.json")
    await importing.load(world.as_worker, rows, now=datetime(2026, 11, 24, tzinfo=UTC))
    async with world.as_worker.transaction(SYSTEM) as session:
        assert await reindex(session, PostgresEngine()) == 706
    asked = json.loads((shared / "data" / "queries_dev.json").read_text())["requetes"]
    by_type: dict[str, list[float]] = {}
    async with world.app.state.database.reading(SYSTEM) as reads:
        for query in asked:
            found = await PostgresEngine().search(reads, SearchQuery(query["requete"], per_page=TOP))
            judged = {useful["id"]: useful["note"] for useful in query["pertinents"]}
            by_type.setdefault(query["type"], []).append(ndcg([hit.slug for hit in found.hits], judged))
    scores = [score for scored in by_type.values() for score in scored]
    means = {kind: round(sum(scored) / len(scored), 3) for kind, scored in by_type.items()}
    assert len(scores) == len(asked) > 40
    assert sum(scores) / len(scores) >= 0.6, means
    assert min(means.values()) >= 0.4, means
