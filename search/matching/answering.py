"""One question answered: the words searched, the facts and the towns read, the rest computed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from catalog.solutions import queries as directory
from catalog.solutions.queries import PublishedGrid
from marketplace import clock
from marketplace.db import ReadSession, Session
from marketplace.territories.queries import Town
from marketplace.units import UNITS
from procurement.needs.waiting import towns_waiting
from procurement.pools import queries as pools
from search.engines import MARK, UNMARK, Hit, Searcher, SearchPage, SearchQuery
from search.facts.queries import facts_by_id
from search.facts.shape import Facts
from search.language.words import words_of
from search.matching.filters import Filter
from search.matching.needs import Need, Place
from search.matching.questions import Question, domain_about, domain_named
from search.matching.ranking import Ranking, ranked
from search.matching.reading import Asked, Candidate
from search.matching.twin_towns import TwinTown, twin_towns
from search.matching.ways import Value, Ways, leading, value_of, ways
from search.matching.weights import weights_of
from search.twins.queries import profiles
from search.twins.similarity import Profile, comparable, compared, mean

MOST = 300
"""Sheets that the words found and that are weighed."""
SHOWN = 20
TOLD_OF = 30
"""The first sheets whose towns are told: those proposed, then those that a condition left out, since a town did it whatever is
asked today.
"""
MARKED = re.compile(f"{MARK}([^{UNMARK}]+){UNMARK}")


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that a page or a program is told. `unit` and `quantity`: what the cost of the ways is of."""

    question: Question
    asked: Asked
    page: SearchPage
    ranking: Ranking
    hits: dict[str, Hit]
    twins: list[TwinTown]
    ways: Ways
    unit: str | None
    quantity: Decimal | None
    grids: int
    now: datetime
    domain: str | None


async def answer(
    reads: ReadSession | Session, engine: Searcher, question: Question, *, limit: int = SHOWN
) -> Answer:
    """The answer to `question`, `limit` sheets explained."""
    now = await clock.now(reads)
    on = clock.paris_day(now)
    page = await engine.search(reads, SearchQuery(question.text, per_page=MOST, available=True))
    if not words_of(
        question.text, 1
    ).sequence:  # an emoji or a dash asks an engine for everything: it says no need
        page = replace(page, hits=(), total=0)
    named = question.domain
    if named is None and not question.every_domain:
        named = domain_named(question.text, page.hits)
    about = named or domain_about(question.text, page.hits)
    grids = await _grids(reads, about, question.years)
    unit, tables, quantity = _counted(question, grids)
    known = await facts_by_id(reads, [hit.id for hit in page.hits])
    towns, alike = await _likenesses(reads, question.town, known.values())
    need = Need(
        text=question.text, about=about, domain=named, place=_place(question.town) if question.town else None, musts=question.musts,
        budget=question.budget, assets=_assets(question, unit), years=question.years, window=question.window,
    )  # fmt: skip
    open_pools = await pools.open_by_domain(reads)
    waiting = await towns_waiting(reads, unit)
    asked = Asked(
        need=need, on=on, weights=weights_of(about), pools=open_pools, waiting=waiting, likeness=alike,
        worded=any(hit.score > 0 for hit in page.hits),
    )  # fmt: skip
    texts = texts_of(page.hits)
    candidates = [
        Candidate.of(known[hit.id], text, need, found_words(hit))
        for hit, text in zip(page.hits, texts, strict=True)
        if hit.id in known
    ]
    ranking = ranked(candidates, asked, limit=limit)
    left_out = [one.facts for one in ranking.excluded if one.refusal.filter is not Filter.WORDS]
    first = [one.candidate.facts for one in ranking.order] + left_out
    first = [facts for facts in first if about is None or about in facts.domains][:TOLD_OF]
    me = question.town.code if question.town else ""
    value: Value | None = value_of(unit, tables, quantity)
    return Answer(
        question=question, asked=asked, page=page, ranking=ranking, hits={hit.slug: hit for hit in page.hits},
        twins=twin_towns(first, alike, towns, grids, me=me, on=on),
        ways=ways(value, pools=open_pools.get(about or "", 0), waiting=waiting.get(about or "", 0), town=question.town, on=on),
        unit=unit, quantity=quantity, grids=len(tables), now=now, domain=about,
    )  # fmt: skip


def texts_of(hits: tuple[Hit, ...]) -> list[float]:
    """How well each hit answers the words, from 0 to 1: the engine's own figure, else its order alone."""
    if any(hit.score > 0 for hit in hits):
        return [min(max(hit.score, 0.0), 1.0) for hit in hits]
    return [1 - place / len(hits) for place in range(len(hits))]


def found_words(hit: Hit) -> tuple[str, ...]:
    """The words of the sheet that the engine marked, each once, five at most."""
    marked = [word.strip().lower() for _, text in hit.highlights for word in MARKED.findall(text)]
    return tuple(dict.fromkeys(marked))[:5]


async def _grids(reads: ReadSession | Session, domain: str | None, years: int) -> list[PublishedGrid]:
    if domain is None:
        return []
    return await directory.grids(reads, domain=domain, units=list(UNITS), years=years)


def _counted(question: Question, grids: list[PublishedGrid]) -> tuple[str | None, list[PublishedGrid], Decimal | None]:  # fmt: skip
    """The unit that is priced, its grids, and how many of it are asked for."""
    unit = question.unit
    if unit is None and question.quantity is None and question.assets:
        given = [grid for grid in grids if grid.unit in question.assets]
        unit = leading(given)[0] or next(iter(question.assets))
    unit, tables = leading(grids, unit)
    quantity = question.quantity if question.quantity is not None else question.assets.get(unit or "")
    return unit, tables, quantity


def _assets(question: Question, unit: str | None) -> dict[str, Decimal]:
    """The quantities by unit, the one of the form included."""
    counted = {unit: question.quantity} if unit and question.quantity is not None else {}
    return {**counted, **question.assets}


def _place(town: Town) -> Place:
    return Place(town.code, town.name, town.department, town.department_name, town.population)


async def _likenesses(
    reads: ReadSession | Session, town: Town | None, sheets: Iterable[Facts]
) -> tuple[dict[str, Profile], dict[str, float]]:
    """The profile of every town that the sheets cite, and how much each resembles `town`; nothing without one."""
    if town is None:
        return {}, {}
    cited = {one.code for facts in sheets for one in facts.deployments if one.code}
    found = await profiles(reads, cited | {town.code})
    mine = found.get(town.code)
    if mine is None:
        return found, {}
    return found, {code: _alike(mine, found[code]) for code in cited & found.keys()}


def _alike(mine: Profile, other: Profile) -> float:
    """The value of their likeness, without its reasons: there are hundreds to weigh, and few to tell."""
    return mean(compared(mine, other)) if comparable(mine, other) else float(mine.code == other.code)
