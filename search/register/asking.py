"""A search as it is kept: what the search page's address asks, as JSON, and back as a query."""

from collections.abc import Iterable
from typing import Any

from marketplace.db import Json
from search.engines import SearchQuery, Sort

DEEPEST = 300
"""How many sheets of an answer a record holds: as many as an engine gives at once."""
SORTS = {"pertinence": Sort.RELEVANCE, "nom": Sort.NAME, "recentes": Sort.RECENT}


def document(
    *, text: str = "", domains: Iterable[str] = (), maturities: Iterable[str] = (), features: Iterable[str] = (),
    available: bool = False, sort: str = "",
) -> Json:  # fmt: skip
    """What is kept of a search. Unknown values stay: they were asked, and they narrowed the answer to nothing."""
    return {
        "q": " ".join(text.replace("\0", " ").split()), "domain": _once(domains), "maturity": _once(maturities), "feature": _once(features),
        "available": available, "sort": SORTS.get(sort, sort if sort in set(Sort) else Sort.RELEVANCE),
    }  # fmt: skip


def query(asked: dict[str, Any]) -> SearchQuery:
    """The query of a kept search, as deep as a record goes."""
    features = tuple(asked["feature"])
    return SearchQuery(
        text=asked["q"], domains=tuple(asked["domain"]), maturities=tuple(asked["maturity"]), priced="priced" in features,
        features=tuple(name for name in features if name != "priced"), available=asked["available"], sort=Sort(asked["sort"]),
        per_page=DEEPEST,
    )  # fmt: skip


def _once(values: Iterable[str]) -> list[str]:
    return list(
        dict.fromkeys(
            value.strip() for value in (typed.replace("\0", "") for typed in values) if value.strip()
        )
    )
