"""The means of an evaluation are those of its queries, and it measures nothing that the directory does not publish."""

from collections.abc import Sequence

import pytest

from catalog.opendata import importing
from marketplace.actor import SYSTEM
from marketplace.db import Database, ReadSession, Session
from marketplace.errors import Invalid
from marketplace.ids import new_id
from marketplace.tabular import SourceRow
from search.engines import Hit, SearchPage, SearchQuery
from search.engines.postgres import PostgresEngine
from search.evaluation.judged import Judged
from search.evaluation.measuring import evaluate
from search.index.refreshing import reindex
from tests.support.world import World

SHEETS = ("lampes", "capteurs", "bornes")


class Fixed(PostgresEngine):
    """An engine that answers each text with the sheets that it is made of."""

    name = "fixed"

    async def search(self, session: Session | ReadSession, query: SearchQuery) -> SearchPage:
        assert (query.per_page, query.page) == (10, 1)
        assert (query.domains, query.available) == ((), False)
        return SearchPage(tuple(map(hit, query.text.split())), 3, "fixed")


def hit(slug: str) -> Hit:
    return Hit(new_id(), slug, slug, "", "", (), (), "growth", False, False)


async def published(world: World, names: Sequence[str] = SHEETS) -> Database:
    rows = [
        SourceRow(name, {"id": name, "name": f"Solution {name}", "summary": f"Des {name} pour la ville.", "domains": ["eclairage-public"]})
        for name in names
    ]  # fmt: skip
    report = await importing.load(world.as_worker, rows, now=await world.now())
    assert report.created == len(names), report.rejected
    database: Database = world.app.state.database
    return database


async def test_figures_are_means_over_queries_and_over_those_of_each_type(world: World) -> None:
    database = await published(world)
    done: list[int] = []
    found = await evaluate(
        database, Fixed(), [
            Judged("1", "lampes bornes", "plain", {"lampes": 3}),
            Judged("2", "bornes capteurs", "plain", {"capteurs": 2, "lampes": 2}),
            Judged("3", "bornes", "typo", {"bornes": 1}),
            Judged("4", "bornes", "typo", {"bornes": 0}),
        ], advance=done.append,
    )  # fmt: skip
    document = found.document()
    assert (document["engine"], document["queries"], found.unjudged) == ("fixed", 3, 1)
    assert done == [1, 2, 3, 4]
    second = round((0.6309297535714575) / (1 + 0.6309297535714575), 4)
    assert document["by_type"]["plain"] == {
        "queries": 2, "ndcg_at_10": pytest.approx((1 + second) / 2, abs=1e-4), "recall_at_10": 0.75, "mrr": 0.75,
    }  # fmt: skip
    assert document["by_type"]["typo"] == {"queries": 1, "ndcg_at_10": 1, "recall_at_10": None, "mrr": None}
    assert document["ndcg_at_10"] == pytest.approx((1 + second + 1) / 3, abs=1e-4)
    assert (document["recall_at_10"], document["mrr"]) == (0.75, 0.75)


async def test_a_judged_sheet_that_is_not_published_is_named_and_nothing_is_measured(world: World) -> None:
    database = await published(world)
    await world.sql("update solution set state = 'suspended' where slug = 'bornes'")
    with pytest.raises(Invalid, match=r"ne sont pas publiées dans l’annuaire : absente, bornes\.$"):
        await evaluate(
            database, Fixed(), [Judged("1", "lampes", "plain", {"bornes": 3, "absente": 1, "lampes": 2})]
        )


async def test_the_real_engine_is_asked_as_a_visitor_asks_it(world: World) -> None:
    database = await published(world)
    async with world.as_worker.transaction(SYSTEM) as session:
        assert await reindex(session, PostgresEngine()) == 3
    found = await evaluate(database, PostgresEngine(), [Judged("1", "bornes", "plain", {"bornes": 3})])
    assert found.document()["mrr"] == 1
