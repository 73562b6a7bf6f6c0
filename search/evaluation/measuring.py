"""Asking an engine every judged query, and telling how good its order is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import Solution
from marketplace.actor import ANONYMOUS
from marketplace.db import Database
from marketplace.errors import Invalid, wrong
from marketplace.words import N_
from search.engines import SearchEngine, SearchQuery
from search.engines.measures import TOP, ndcg, recall, reciprocal_rank
from search.evaluation.judged import Judged

Measures = dict[str, float | int | None]
SHOWN = 20
"""How many unknown ids an error names."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One query's measures. `recall` and `rank` are None when no sheet is useful to it."""

    query: Judged
    found: tuple[str, ...]
    ndcg: float
    recall: float | None
    rank: float | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Every query's measures, by one engine. `unjudged` queries have no sheet to find, and are measured by nothing."""

    engine: str
    scored: tuple[Scored, ...]
    unjudged: int = 0

    def document(self) -> dict[str, Any]:
        """What `marketplace evaluate --json` prints; figures have four decimals, None where there is nothing to find."""
        types = dict.fromkeys(each.query.type for each in self.scored)
        by_type = {
            type_: _means([each for each in self.scored if each.query.type == type_])
            for type_ in sorted(types)
        }
        return {"engine": self.engine, **_means(self.scored), "by_type": by_type}


async def evaluate(
    database: Database,
    engine: SearchEngine,
    queries: Sequence[Judged],
    *,
    advance: Callable[[int], None] = lambda _: None,
) -> Evaluation:
    """Ask `engine` each query as a visitor would. Raises `Invalid` naming the judged sheets that the directory does not publish."""
    async with database.reading(ANONYMOUS) as reads:
        judged = {id_ for query in queries for id_ in query.grades}
        known = set(
            await reads.scalars(
                select(Solution.slug).where(
                    Solution.slug.in_(judged), Solution.state == SolutionState.PUBLISHED
                )
            )
        )
        if unknown := sorted(judged - known):
            raise _unknown(unknown)
        scored = []
        for done, query in enumerate(queries, 1):
            if any(query.grades.values()):
                page = await engine.search(reads, SearchQuery(query.text, per_page=TOP))
                found = tuple(hit.slug for hit in page.hits)
                scored.append(
                    Scored(
                        query,
                        found,
                        ndcg(found, query.grades),
                        recall(found, query.grades),
                        reciprocal_rank(found, query.grades),
                    )
                )
            advance(done)
    return Evaluation(engine.name, tuple(scored), len(queries) - len(scored))


def _unknown(ids: Sequence[str]) -> Invalid:
    named = ", ".join(ids[:SHOWN]) + (f"… ({len(ids)})" if len(ids) > SHOWN else "")
    return Invalid(
        [wrong("pertinents", N_("Ces fiches jugées ne sont pas publiées dans l’annuaire : {ids}."), code="unknown_sheets", ids=named)]
    )  # fmt: skip


def _means(scored: Sequence[Scored]) -> Measures:
    return {
        "queries": len(scored),
        "ndcg_at_10": _mean([each.ndcg for each in scored]),
        "recall_at_10": _mean([each.recall for each in scored if each.recall is not None]),
        "mrr": _mean([each.rank for each in scored if each.rank is not None]),
    }


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None
