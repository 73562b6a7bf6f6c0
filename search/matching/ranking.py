"""From the sheets that the words found to an explained order: filters, scores, the newcomers' place, what is missing, what would
change. Pure: the same facts, need, weights and day give the same answer, to the thousandth.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from search.facts.shape import Facts
from search.matching import newcomers
from search.matching.changing import Counterfactual, counterfactual
from search.matching.filters import FAR, LEAST, Filter, Refusal, applied, refused
from search.matching.reading import FULL, LACKING, Asked, Candidate
from search.matching.saying import Fact, Said, Word, said
from search.matching.scoring import Scored, score
from search.matching.weights import Signal

MOST_EXCLUDED = 20


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one signal gives: `value` and `points` in thousandths; `points` is `value` × `weight`."""

    signal: Signal
    value: int
    weight: int
    points: int
    sentence: Said
    source: Fact
    on: date | None


@dataclass(frozen=True, slots=True)
class Missing:
    """What nobody told, and the thousandths of a point that it could bring at most."""

    signal: Signal
    code: str
    at_most: int
    sentence: Said


@dataclass(frozen=True, slots=True)
class Match:
    """One sheet that is proposed, explained. `score` is in thousandths, and is the sum of its contributions' points."""

    facts: Facts
    score: int
    contributions: tuple[Contribution, ...]
    missing: tuple[Missing, ...]
    counterfactual: Counterfactual | None
    newcomer: bool


@dataclass(frozen=True, slots=True)
class Excluded:
    """One sheet that is left out, with the filter that failed."""

    facts: Facts
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Ranking:
    """The answer: `matches` are the first of `order`, which holds every sheet that passed, the `newcomer` at its place; `excluded`
    are the first of `out`, which holds every other one.
    """

    matches: tuple[Match, ...]
    order: tuple[Scored, ...]
    out: tuple[Excluded, ...]
    passed: tuple[Filter, ...]
    newcomer: Scored | None

    @property
    def excluded(self) -> tuple[Excluded, ...]:
        return self.out[:MOST_EXCLUDED]

    @property
    def left_out(self) -> int:
        return len(self.out)


def ranked(candidates: Sequence[Candidate], asked: Asked, *, limit: int) -> Ranking:
    """The order of `candidates`, given most relevant first, with the first `limit` explained."""
    refusals = [refused(one.facts, asked.need, asked.on, one.cost) for one in candidates]
    passing = [one.text for one, refusal in zip(candidates, refusals, strict=True) if refusal is None]
    least = LEAST * max(passing, default=0.0) if asked.worded else 0.0
    kept: list[Scored] = []
    out: list[Excluded] = []
    for candidate, refusal in zip(candidates, refusals, strict=True):
        if refusal is None and candidate.text >= least:
            kept.append(score(candidate, asked))
        else:
            out.append(Excluded(candidate.facts, refusal or FAR))
    by_score = sorted(kept, key=lambda one: one.rank)
    places = {one.candidate.facts.slug: place for place, one in enumerate(by_score)}
    order, newcomer = newcomers.placed(by_score, asked.on)
    matches = tuple(
        _explained(one, by_score[: places[one.candidate.facts.slug]], asked, newcomer=one is newcomer)
        for one in order[:limit]
    )
    passed = tuple(one for one in applied(asked.need) if asked.worded or one is not Filter.WORDS)
    return Ranking(matches, tuple(order), tuple(out), passed, newcomer)


def explained(one: Scored, ranking: Ranking, asked: Asked) -> Match:
    """One sheet of the order, wherever it is, explained as the first are."""
    ahead = sorted((other for other in ranking.order if other.rank < one.rank), key=lambda other: other.rank)
    return _explained(one, ahead, asked, newcomer=one is ranking.newcomer)


def _explained(one: Scored, ahead: Sequence[Scored], asked: Asked, *, newcomer: bool) -> Match:
    weights = asked.weights.by_signal
    contributions = tuple(
        Contribution(signal, reading.value, weights[signal], one.points[signal], reading.why, reading.source, reading.on)
        for signal, reading in one.readings.items()
    )  # fmt: skip
    gaps = [
        Missing(signal, gap.code, most, said(LACKING[gap.kind], what=Word(gap.what), points=points(most)))
        for signal, reading in one.readings.items()
        for gap in reading.gaps
        if (most := gap.most * weights[signal]) > 0
    ]
    gaps.sort(key=lambda gap: -gap.at_most)
    return Match(
        one.candidate.facts,
        one.score,
        contributions,
        tuple(gaps),
        counterfactual(one, ahead, asked),
        newcomer,
    )


def points(thousandths: int) -> Fact:
    """Thousandths of a point as a number to be written, to the tenth."""
    return Decimal(round(thousandths * 10 / FULL)) / 10
