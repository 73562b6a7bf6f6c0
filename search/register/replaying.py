"""The same question asked today, beside what was answered: nothing of the record changes, whatever comes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from marketplace import clock
from marketplace.db import ReadSession
from marketplace.errors import Conflict, Invalid
from marketplace.web import i18n
from marketplace.web.validation import from_pydantic
from marketplace.words import N_
from search.engines import Searcher
from search.finding.asking import Criteria
from search.log.models import AnswerKind
from search.log.recording import Ordered
from search.matching.answering import Answer, answer
from search.matching.asking import question_of
from search.matching.ranking import ranked
from search.matching.schemas import MatchIn, exact
from search.matching.weights import Signal, Weights
from search.matching.wording import sentence
from search.register.content import Content, Placed
from search.register.queries import published_names
from search.register.searching import found_by, ordered


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
    DAY = "day"
    UNPUBLISHED = "unpublished"
    EXCLUDED = "excluded"
    FACTS = "facts"


CAUSE_NAMES = {
    Cause.INDEX: N_("L’annuaire a changé : des fiches ont été publiées, modifiées ou retirées depuis."),
    Cause.ENGINE: N_("Ce n’est pas le même moteur de recherche qui répond."),
    Cause.WEIGHTS: N_("Les pondérations publiées ont changé de version."),
    Cause.DAY: N_(
        "Le jour n’est plus le même : la fraîcheur d’une preuve, d’un audit ou d’une attestation en dépend."
    ),
    Cause.UNPUBLISHED: N_("Des fiches ne sont plus publiées."),
    Cause.EXCLUDED: N_("Des fiches sont maintenant écartées par une condition."),
    Cause.FACTS: N_(
        "Une preuve, un achat ouvert, le nombre de villes qui attendent ou une attestation a pu changer sans que l’index change."
    ),
}


@dataclass(frozen=True, slots=True)
class Today:
    """What is answered now. `published`: the slugs, among those of then, that are still in the directory. `excluded`: why a hard filter
    leaves a sheet out. `weighed`: the order that the weights of then would give today, when those of today are others.
    """

    ordered: tuple[Ordered, ...]
    total: int
    engine: str
    index: str
    weights: Mapping[str, Any] | None
    names: Mapping[str, str]
    published: frozenset[str]
    day: date
    excluded: Mapping[str, str] = field(default_factory=dict)
    weighed: tuple[str, ...] | None = None


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
    why: str | None = None
    place_weighed: int | None = None
    """With the weights of then, when those of today are others."""


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


class NotAskable(Conflict):
    """What was asked cannot be asked any more: the date by which it was wanted is past, say."""

    code = "not_askable"
    sentence = N_(
        "Cette demande ne peut plus être posée telle quelle : {why} La preuve, elle, reste lisible."
    )


async def replay(
    reads: ReadSession, engine: Searcher, frozen: Content, total: int, *, now: datetime
) -> Replay:
    """Ask again what the record asked, and hold the answers side by side. Raises `NotAskable`."""
    ask = _match if frozen.origin == AnswerKind.MATCH else _search
    return compare(frozen, total, await ask(reads, engine, frozen, clock.paris_day(now)))


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
    if frozen.origin == AnswerKind.MATCH and clock.paris_day(frozen.asked_at) != today.day:
        causes.append(Cause.DAY)
    lost = {sheet.cause for sheet in sheets}
    causes += [cause for cause in (Cause.UNPUBLISHED, Cause.EXCLUDED) if cause in lost]
    moved = any(sheet.move is not Move.SAME or _rescored(sheet) for sheet in sheets)
    if frozen.origin == AnswerKind.MATCH and moved and Cause.INDEX not in causes:
        causes.append(Cause.FACTS)
    return Replay(tuple(sheets), today, total, *same, tuple(causes))


def _rescored(sheet: Moved) -> bool:
    return sheet.then is not None and sheet.place_now is not None and sheet.then.score != sheet.score_now


def _here(then: Placed | None, slug: str, place: int, sheet: Ordered, today: Today) -> Moved:
    name = today.names.get(slug) or (then.name if then else None) or slug
    if then is None:
        move = Move.NEW
    elif then.place == place:
        move = Move.SAME
    else:
        move = Move.UP if place < then.place else Move.DOWN
    weighed = today.weighed.index(slug) + 1 if today.weighed and slug in today.weighed else None
    return Moved(slug, name, then, place, sheet.score, move, None, place_weighed=weighed)


def _gone(then: Placed, today: Today) -> Moved:
    cause = None
    if then.slug not in today.published:
        cause = Cause.UNPUBLISHED
    elif then.slug in today.excluded:
        cause = Cause.EXCLUDED
    return Moved(
        then.slug, then.name or then.slug, then, None, None, Move.GONE, cause, today.excluded.get(then.slug)
    )


def _version(weights: Mapping[str, Any] | None) -> object:
    """Weights are the same when their version, their domain and their figures are."""
    return weights and {name: weights.get(name) for name in ("version", "domain", "weights")}


async def _search(reads: ReadSession, engine: Searcher, frozen: Content, on: date) -> Today:
    found = await found_by(reads, engine, Criteria.of(frozen.asked))
    return Today(
        ordered=tuple(ordered(found)), total=found.total, engine=found.engine, index=found.index, weights=None,
        names={hit.slug: hit.name for hit in found.hits}, published=await _published(reads, frozen), day=on,
    )  # fmt: skip


async def _match(reads: ReadSession, engine: Searcher, frozen: Content, on: date) -> Today:
    try:
        question = await question_of(reads, MatchIn.model_validate(frozen.asked))
    except (ValidationError, Invalid) as refusal:
        raise NotAskable(why=_why(refusal)) from None
    found = await answer(reads, engine, question)
    order, weights = found.ranking.order, found.asked.weights.document()
    return Today(
        ordered=tuple(Ordered(one.candidate.facts.slug, exact(one.score)) for one in order), total=found.page.total,
        engine=found.page.engine, index=found.page.index, weights=weights,
        names={one.candidate.facts.slug: one.candidate.facts.name for one in order}, published=await _published(reads, frozen), day=on,
        excluded={one.facts.slug: sentence(one.refusal.why) for one in found.ranking.excluded},
        weighed=None if _version(frozen.weights) == _version(weights) else _weighed_as_then(found, frozen.weights or {}),
    )  # fmt: skip


def _weighed_as_then(found: Answer, weights: Mapping[str, Any]) -> tuple[str, ...]:
    """The order of today's sheets under the weights of then; a signal that there was not weighs nothing."""
    then = Weights(
        str(weights.get("version")), found.asked.on, weights.get("domain"), "",
        {signal: int(weights.get("weights", {}).get(signal.value, 0)) for signal in Signal},
    )  # fmt: skip
    candidates = [one.candidate for one in found.ranking.order]
    order = ranked(candidates, replace(found.asked, weights=then), limit=0).order
    return tuple(one.candidate.facts.slug for one in order)


def _why(refusal: ValidationError | Invalid) -> str:
    faults = from_pydantic(refusal.errors()) if isinstance(refusal, ValidationError) else refusal.fields
    return " ".join(i18n.say(fault) for fault in faults)


async def _published(reads: ReadSession, frozen: Content) -> frozenset[str]:
    return frozenset(await published_names(reads, [sheet.slug for sheet in frozen.ordered]))
