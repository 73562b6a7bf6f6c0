"""A query as one multi-search, and its answers as one page.

The first and the last search ask for the state of the index; between them come the hits, then one search for each facet whose own
filter must not count. All are one request: a facet never costs another round trip.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from meilisearch_python_sdk.models.search import SearchParams, SearchResultsWithUID

from search.engines.meilisearch.client import NAME
from search.engines.meilisearch.stored import SHOWN
from search.engines.protocol import MARK, UNMARK, Hit, SearchPage, SearchQuery, Sort
from search.language.terms import terms

HIGHLIGHTED = ("name", "summary", "description")
EXTRACT_WORDS = 40
FACETS = {"domain": "domains", "maturity": "maturity"}
"""Facet → field: counted as if their own filter were not set."""
PLAIN = re.compile(r"[a-z0-9_-]{1,64}", re.ASCII)
"""What a filtered value looks like. No sheet has any other, and none of these means anything in a filter's grammar."""
NOTHING = "_"
ORDERS = {
    Sort.RELEVANCE: None,
    Sort.NAME: ["name_key:asc", "id:asc"],
    Sort.RECENT: ["published:desc", "name_key:asc", "id:asc"],
}
Results = Sequence[SearchResultsWithUID[dict[str, Any]]]


def searches(index: str, query: SearchQuery) -> list[SearchParams]:
    """The searches that answer `query`, in the order in which `page_of` reads their answers."""
    words, filters = typed(query.text), filters_of(query)
    state = SearchParams(
        index_uid=index, sort=["stamp:desc"], page=1, hits_per_page=1, attributes_to_retrieve=["stamp"]
    )
    hits = SearchParams(
        index_uid=index, q=words, filter=_all(filters), sort=ORDERS[query.sort], page=query.page, hits_per_page=query.per_page,
        attributes_to_retrieve=list(SHOWN), show_ranking_score=True, matching_strategy="frequency",
        facets=["features", *(field for field in FACETS.values() if field not in filters)],
    )  # fmt: skip
    if words:
        hits = hits.model_copy(
            update={
                "attributes_to_highlight": list(HIGHLIGHTED), "attributes_to_crop": ["description"], "crop_length": EXTRACT_WORDS,
                "crop_marker": "…", "highlight_pre_tag": MARK, "highlight_post_tag": UNMARK,
            }
        )  # fmt: skip
    counts = [
        SearchParams(
            index_uid=index, q=words, filter=_all(filters, without=field), facets=[field], limit=0, matching_strategy="frequency",
        )
        for field in FACETS.values()
        if field in filters
    ]  # fmt: skip
    return [state, hits, *counts, state]


def page_of(query: SearchQuery, results: Results) -> SearchPage:
    """The page that the answers of `searches` make. Raises KeyError, TypeError or ValueError for answers without sense."""
    first, found, *counted, last = results
    asked = filters_of(query)
    own = {field: found for field in FACETS.values() if field not in asked}
    own |= dict(zip((field for field in FACETS.values() if field in asked), counted, strict=True))
    facets = {facet: _counts(own[field], field) for facet, field in FACETS.items()}
    if found.total_hits is None:
        raise ValueError("the total is missing")
    before, after = _state(first), _state(last)
    return SearchPage(
        hits=tuple(_hit(row) for row in found.hits),
        total=found.total_hits,
        engine=NAME,
        facets=facets | {"feature": _counts(found, "features")},
        index=before if before == after else f"{before}>{after}",
    )


def typed(text: str) -> str:
    """What is typed as plain words: no operator, stop word or elision. A last word that may be unfinished ends the text."""
    asked = terms(text)
    words = " ".join(term.word for term in asked)
    return words if not asked or asked[-1].last else f"{words} "


def filters_of(query: SearchQuery) -> dict[str, list[str] | str]:
    """Field → what it must be: one of a list, or each of several expressions."""
    found: dict[str, list[str] | str] = {}
    if query.domains:
        found["domains"] = _any("domains", query.domains)
    if query.maturities:
        found["maturity"] = _any("maturity", query.maturities)
    for feature in query.features:
        found[f"features {feature}"] = _any("features", [feature])
    if query.priced:
        found["priced"] = "priced = true"
    if query.available:
        found["running"] = "running = 1"
    return found


def _any(field: str, values: Iterable[str]) -> list[str]:
    kept = [value for value in values if PLAIN.fullmatch(value)] or [NOTHING]
    return [f'{field} = "{value}"' for value in kept]


def _all(filters: dict[str, list[str] | str], *, without: str = "") -> list[str | list[str]] | None:
    return [value for field, value in filters.items() if field != without] or None


def _counts(found: SearchResultsWithUID[dict[str, Any]], field: str) -> dict[str, int]:
    return {value: int(count) for value, count in ((found.facet_distribution or {}).get(field) or {}).items()}


def _state(found: SearchResultsWithUID[dict[str, Any]]) -> str:
    """The last stamp and the count: stamps only grow, so what has both in common is the same set of documents."""
    return f"{found.hits[0]['stamp'] if found.hits else 0}-{found.total_hits}"


def _hit(row: dict[str, Any]) -> Hit:
    formatted = row.get("_formatted") or {}
    return Hit(
        id=UUID(row["id"]), slug=row["slug"], name=row["name"], summary=row["summary"], supplier=row["supplier"],
        domains=tuple(row["domains"]), tags=tuple(row["tags"]), maturity=row["maturity"], fictional=row["fictional"],
        priced=row["priced"], features=tuple(row["features"]), references=row["references"],
        score=float(row.get("_rankingScore") or 0.0),
        highlights=tuple((field, formatted[field]) for field in HIGHLIGHTED if MARK in str(formatted.get(field, ""))),
    )  # fmt: skip
