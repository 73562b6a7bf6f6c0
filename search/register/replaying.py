"""The same question asked today, beside what was answered: nothing of the record changes, whatever comes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import Solution
from marketplace.actor import Actor
from marketplace.db import ReadSession
from marketplace.words import N_
from search.engines import SearchEngine
from search.log.recording import Ordered
from search.register.asking import query
from search.register.content import Content, Placed
from search.register.searching import ordered


class Move(StrEnum):
    SAME = "same"
    UP = "up"
    DOWN = "down"
    NEW = "new"
    GONE = "gone"


MOVE_NAMES = {
    Move.SAME: N_("inchangée"),
    Move.UP: N_("monte"),
    Move.DOWN: N_("descend"),
    Move.NEW: N_("nouvelle"),
    Move.GONE: N_("n’y est plus"),
}


class Cause(StrEnum):
    """What may explain a difference."""

    INDEX = "index"
    ENGINE = "engine"
    WEIGHTS = "weights"
    UNPUBLISHED = "unpublished"


CAUSE_NAMES = {
    Cause.INDEX: N_("L’annuaire a changé : des fiches ont été publiées, modifiées ou retirées depuis."),
    Cause.ENGINE: N_("Ce n’est pas le même moteur de recherche qui répond."),
    Cause.WEIGHTS: N_("Les pondérations publiées ont changé de version."),
    Cause.UNPUBLISHED: N_("Des fiches ne sont plus publiées."),
}


@dataclass(frozen=True, slots=True)
class Today:
    """What is answered now. `published`: the slugs, among those of then, that are still in the directory."""

    ordered: tuple[Ordered, ...]
    total: int
    engine: str
    index: str
    weights: Mapping[str, Any] | None
    names: Mapping[str, str]
    published: frozenset[str]


@dataclass(frozen=True, slots=True)
class Moved:
    """One sheet then and now."""

    slug: str
    name: str
    then: Placed | None
    place_now: int | None
    score_now: float | None
    move: Move
    cause: Cause | None


@dataclass(frozen=True, slots=True)
class Replay:
    """Then and now, side by side. `sheets`: in the order of today, then those that are there no more, in the order of then."""

    sheets: tuple[Moved, ...]
    today: Today
    total_then: int
    same_index: bool
    same_engine: bool
    same_weights: bool
    causes: tuple[Cause, ...]

    @property
    def identical(self) -> bool:
        return self.moved == 0 and self.total_then == self.today.total

    @property
    def moved(self) -> int:
        return sum(sheet.move is not Move.SAME for sheet in self.sheets)

    def count(self, move: Move) -> int:
        return sum(sheet.move is move for sheet in self.sheets)


async def replay(
    reads: ReadSession, engine: SearchEngine, frozen: Content, total: int, *, by: Actor, now: datetime
) -> Replay:
    """Ask again what the record asked, as `by` would now, and hold the answers side by side."""
    del by, now
    today = await _search(reads, engine, frozen)
    return compare(frozen, total, today)


def compare(frozen: Content, total: int, today: Today) -> Replay:
    """The two answers side by side. Pure."""
    then = {sheet.slug: sheet for sheet in frozen.ordered}
    now = {sheet.slug: (place, sheet) for place, sheet in enumerate(today.ordered, 1)}
    sheets = [_here(then.get(slug), slug, place, sheet, today) for slug, (place, sheet) in now.items()]
    sheets += [_gone(sheet, today) for slug, sheet in then.items() if slug not in now]
    same = (
        frozen.index == today.index,
        frozen.engine == today.engine,
        _version(frozen.weights) == _version(today.weights),
    )
    told = zip(same, (Cause.INDEX, Cause.ENGINE, Cause.WEIGHTS), strict=True)
    causes = [cause for is_same, cause in told if not is_same]
    if any(sheet.cause is Cause.UNPUBLISHED for sheet in sheets):
        causes.append(Cause.UNPUBLISHED)
    return Replay(tuple(sheets), today, total, *same, tuple(causes))


def _here(then: Placed | None, slug: str, place: int, sheet: Ordered, today: Today) -> Moved:
    name = today.names.get(slug) or (then.name if then else None) or slug
    if then is None:
        move = Move.NEW
    elif then.place == place:
        move = Move.SAME
    else:
        move = Move.UP if place < then.place else Move.DOWN
    return Moved(slug, name, then, place, sheet.score, move, None)


def _gone(then: Placed, today: Today) -> Moved:
    cause = None if then.slug in today.published else Cause.UNPUBLISHED
    return Moved(then.slug, then.name or then.slug, then, None, None, Move.GONE, cause)


def _version(weights: Mapping[str, Any] | None) -> object:
    """Weights are the same when their version, their domain and their figures are."""
    return weights and {name: weights.get(name) for name in ("version", "domain", "weights")}


async def _search(reads: ReadSession, engine: SearchEngine, frozen: Content) -> Today:
    found = await engine.search(reads, query(frozen.asked))
    return Today(
        ordered=tuple(ordered(found)), total=found.total, engine=found.engine, index=found.index, weights=None,
        names={hit.slug: hit.name for hit in found.hits},
        published=await _published(reads, [sheet.slug for sheet in frozen.ordered]),
    )  # fmt: skip


async def _published(reads: ReadSession, slugs: Sequence[str]) -> frozenset[str]:
    rows = await reads.scalars(
        select(Solution.slug).where(Solution.slug.in_(slugs), Solution.state == SolutionState.PUBLISHED)
    )
    return frozenset(rows)
