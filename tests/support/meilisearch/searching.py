"""The stand-in's searches: candidates, filters, order, counts, highlights."""

import itertools
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from tests.support.meilisearch.words import Term, fold, query_terms, tokens

EXPRESSION = re.compile(r'(\w+) = (?:"([^"\\]*)"|(\w+))')
Doc = dict[str, Any]


class Refused(Exception):
    """A 400 with its code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def search(docs: Iterable[Doc], settings: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    kept = [doc for doc in docs if _passes(doc, asked.get("filter"), settings)]
    terms = query_terms(asked.get("q") or "", settings)
    fields = settings.get("searchableAttributes") or []
    ranked = _ranked(kept, terms, fields, asked.get("matchingStrategy", "last"))
    order = asked.get("sort") or []
    for rule in order:
        if rule.split(":")[0] not in settings.get("sortableAttributes", ()):
            raise Refused("invalid_search_sort", f"{rule} is not sortable")
    for rule in reversed(
        settings.get("rankingRules", ["words", "typo", "proximity", "attribute", "sort", "exactness"])
    ):
        _sort(ranked, rule, order)
    answer: dict[str, Any] = {"query": asked.get("q") or "", "processingTimeMs": 0}
    found = [doc for doc, _ in ranked]
    if asked.get("hitsPerPage") is not None or asked.get("page") is not None:
        size, page = asked.get("hitsPerPage") or 20, asked.get("page") or 1
        most = settings.get("pagination", {}).get("maxTotalHits", 1000)
        total = min(len(found), most)
        start, end = (page - 1) * size, min(page * size, most)
        answer |= {"page": page, "hitsPerPage": size, "totalHits": total, "totalPages": -(-total // size)}
    else:
        start = asked.get("offset") or 0
        end = start + (20 if asked.get("limit") is None else asked["limit"])
        answer |= {"offset": start, "limit": end - start, "estimatedTotalHits": len(found)}
    answer["hits"] = [_shown(doc, facts, terms, settings, asked) for doc, facts in ranked[start:end]]
    if asked.get("facets"):
        for field in asked["facets"]:
            if field not in settings.get("filterableAttributes", ()):
                raise Refused("invalid_search_facets", f"{field} is not filterable")
        answer["facetDistribution"] = {field: _counted(found, field) for field in asked["facets"]}
        answer["facetStats"] = {}
    return answer


def _passes(doc: Doc, wanted: Any, settings: dict[str, Any]) -> bool:
    if wanted is None:
        return True
    if isinstance(wanted, list):
        return all(
            any(_passes(doc, one, settings) for one in each)
            if isinstance(each, list)
            else _passes(doc, each, settings)
            for each in wanted
        )
    parsed = EXPRESSION.fullmatch(wanted)
    if parsed is None or parsed[1] not in settings.get("filterableAttributes", ()):
        raise Refused("invalid_search_filter", wanted)
    return fold(parsed[2] or parsed[3]) in {fold(value) for value in _values(doc, parsed[1])}


def _values(doc: Doc, field: str) -> list[str]:
    value = doc.get(field)
    each = value if isinstance(value, list) else [] if value is None else [value]
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in each]


def _counted(docs: list[Doc], field: str) -> dict[str, int]:
    return dict(Counter(value for doc in docs for value in _values(doc, field)))


def _ranked(docs: list[Doc], terms: list[Term], fields: list[str], strategy: str) -> list[tuple[Doc, Doc]]:
    if not terms:
        return [(doc, {}) for doc in docs]
    places = {doc["id"]: _places(doc, fields) for doc in docs}
    met = {doc["id"]: [_met(term, places[doc["id"]]) for term in terms] for doc in docs}
    often = [sum(found[i] is not None for found in met.values()) for i in range(len(terms))]
    needed = sorted(range(len(terms)), key=lambda i: (often[i] == 0, often[i])) if strategy == "frequency" else list(range(len(terms)))  # fmt: skip
    ranked = []
    for doc in docs:
        found, words = met[doc["id"]], 0
        for i in needed:
            if found[i] is None:
                break
            words += 1
        if words:
            hits = [one for one in found if one is not None]
            where = [one[1] for one in hits]
            facts = {
                "words": words, "typo": sum(one[0] for one in hits), "attribute": sum(p[0] for p in where),
                "proximity": sum(abs(b[1] - a[1]) if a[0] == b[0] else 8 for a, b in itertools.pairwise(where)),
                "exactness": sum(one[2] for one in hits), "score": words / len(terms) * (0.9 ** sum(one[0] for one in hits)),
            }  # fmt: skip
            ranked.append((doc, facts))
    return ranked


def _places(doc: Doc, fields: list[str]) -> list[tuple[str, tuple[int, int]]]:
    return [
        (word, (rank, place))
        for rank, field in enumerate(fields)
        for place, word in enumerate(tokens(" ".join(_values(doc, field))))
    ]


def _met(term: Term, places: list[tuple[str, tuple[int, int]]]) -> tuple[int, tuple[int, int], bool] | None:
    """Typos, where, and whether the very word is there; None when neither the word nor what stands for it is."""
    best = None
    for word, where in places:
        typos = term.typos_in(word)
        if typos is not None and (best is None or (typos, where) < best[:2]):
            best = (typos, where, word == term.word)
    if best is None:
        words = {word for word, _ in places}
        if any(phrase and set(phrase) <= words for phrase in term.others):
            best = (0, (len(places), 0), False)
    return best


def _sort(ranked: list[tuple[Doc, Doc]], rule: str, order: list[str]) -> None:
    """One rule, stable: they are applied from the last to the first."""
    if rule == "sort":
        for each in reversed(order):
            _sort(ranked, each, [])
    elif rule in {"words", "exactness"}:
        ranked.sort(key=lambda one: -one[1].get(rule, 0))
    elif rule in {"typo", "proximity", "attribute"}:
        ranked.sort(key=lambda one: one[1].get(rule, 0))
    else:
        field, _, way = rule.partition(":")
        ranked.sort(key=lambda one: one[0].get(field, 0), reverse=way == "desc")


def _shown(doc: Doc, facts: Doc, terms: list[Term], settings: dict[str, Any], asked: dict[str, Any]) -> Doc:
    shown = settings.get("displayedAttributes", ["*"])
    wanted = asked.get("attributesToRetrieve") or ["*"]
    hit = {
        field: value for field, value in doc.items()
        if (shown == ["*"] or field in shown) and (wanted == ["*"] or field in wanted)
    }  # fmt: skip
    if asked.get("showRankingScore"):
        hit["_rankingScore"] = facts.get("score", 1.0)
    if asked.get("attributesToHighlight"):
        hit["_formatted"] = {
            field: _marked(str(doc.get(field, "")), terms, asked, field)
            for field in asked["attributesToHighlight"]
        }
    return hit


def _marked(text: str, terms: list[Term], asked: dict[str, Any], field: str) -> str:
    others = {word for term in terms for phrase in term.others for word in phrase}
    found: list[int] = []

    def mark(match: re.Match[str]) -> str:
        word = fold(match[0])
        if any(term.typos_in(word) is not None for term in terms) or word in others:
            found.append(match.start())
            return f"{asked['highlightPreTag']}{match[0]}{asked['highlightPostTag']}"
        return match[0]

    marked = re.sub(r"[^\W_]+", mark, text)
    if field not in (asked.get("attributesToCrop") or ()):
        return marked
    words = marked.split(" ")
    first = next((i for i, word in enumerate(words) if asked["highlightPreTag"] in word), 0)
    start = max(0, first - asked["cropLength"] // 2)
    kept = words[start : start + asked["cropLength"]]
    before, after = asked["cropMarker"] * (start > 0), asked["cropMarker"] * (start + len(kept) < len(words))
    return f"{before}{' '.join(kept)}{after}"
