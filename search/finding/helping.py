"""What helps when nothing is found: which filter is in the way, words that are near, domains to walk through."""

from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache

from catalog.taxonomy import domains
from marketplace.db import ReadSession
from search.engines import Searcher
from search.finding.asking import Active, Criteria
from search.language.terms import hinted_domains, terms
from search.language.words import WORD, fold

NEAR, NEAR_AT_MOST = 0.75, 4


@dataclass(frozen=True, slots=True)
class Way:
    """What would be found without one part of the search; `part` None: with its words alone."""

    part: Active | None
    rest: Criteria
    total: int


@dataclass(frozen=True, slots=True)
class Help:
    """`near`: words of the taxonomy near to one that was typed, each with the search that it makes. `browse`: domain → sheets."""

    ways: tuple[Way, ...] = ()
    near: tuple[tuple[str, Criteria], ...] = ()
    domains: tuple[str, ...] = ()
    browse: tuple[tuple[str, int], ...] = ()


async def help_with(reads: ReadSession, engine: Searcher, asked: Criteria) -> Help:
    """Help for a search that found nothing. Only what would find something is offered."""

    async def count(criteria: Criteria) -> int:
        return (await engine.search(reads, criteria.query(per_page=1))).total

    tries: list[tuple[Active | None, Criteria]] = [(part, part.rest) for part in _parts(asked)]
    filters = replace(asked, text="")
    if asked.text and len(filters.active) > 1:
        tries.append((None, Criteria(text=asked.text, sort=asked.sort)))
    ways = [Way(part, rest, total) for part, rest in tries if not rest.blank and (total := await count(rest))]
    near = [
        (word, rest)
        for word, said in _near_words(asked.text)
        if await count(rest := replace(asked, text=said))
    ]
    everything = await engine.search(reads, Criteria().query(per_page=1))
    counts = everything.facets.get("domain", {})
    return Help(
        ways=tuple(sorted(ways, key=lambda way: -way.total)),
        near=tuple(near),
        domains=tuple(name for name in hinted_domains(asked.text) if counts.get(name))[:3],
        browse=tuple((name, counts[name]) for name in domains() if counts.get(name)),
    )


def _parts(asked: Criteria) -> list[Active]:
    """What can be taken out so that more is found: a feature, `available`, all domains, all maturities, the words."""
    whole = {"domain": replace(asked, domains=()), "maturity": replace(asked, maturities=())}
    found: dict[Criteria, Active] = {}
    for part in asked.active:
        rest = whole.get(part.filter, part.rest)
        found.setdefault(rest, replace(part, rest=rest))
    return list(found.values())


def _near_words(text: str) -> list[tuple[str, str]]:
    """Words of the taxonomy that look like one that was typed, with the text in which they take its place."""
    found: dict[str, str] = {}
    words = WORD.findall(fold(text))
    for term in terms(text):
        if len(term.word) < 4 or term.word in vocabulary():
            continue
        for near in get_close_matches(term.word, vocabulary(), n=2, cutoff=NEAR):
            found.setdefault(near, " ".join(near if word == term.word else word for word in words))
    return list(found.items())[:NEAR_AT_MOST]


@cache
def vocabulary() -> tuple[str, ...]:
    """The folded words of the domains' names and synonyms."""
    said = (phrase for domain in domains().values() for phrase in (domain.label_fr, *domain.synonyms))
    return tuple(sorted({word for phrase in said for word in WORD.findall(fold(phrase)) if len(word) > 3}))
