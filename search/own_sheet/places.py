"""Where one sheet stands in an answer, told to its own startup: no other sheet is named, only places. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from marketplace.words import N_
from search.facts.shape import Facts
from search.matching import newcomers
from search.matching.filters import Filter, Refusal, refused
from search.matching.ranking import Match, Ranking, explained
from search.matching.reading import Asked, Candidate
from search.matching.saying import Said, said
from search.matching.scoring import Scored


class Outcome(StrEnum):
    """What became of a sheet: at a place; left out by a hard filter; not found by the words; found, or not, after the last that is
    weighed; or published so recently that it is not searched yet.
    """

    PLACED = "placed"
    LEFT_OUT = "left_out"
    NOT_FOUND = "not_found"
    NOT_WEIGHED = "not_weighed"
    NOT_READY = "not_ready"


@dataclass(frozen=True, slots=True)
class Change:
    """One change that would give the sheet a better `place`: computed by weighing it again, among the same others."""

    code: str
    condition: Said
    before: int
    place: int
    score: int

    @property
    def sentence(self) -> Said:
        return said(
            N_("Passerait de la place {before} à la place {place} {condition}."), before=self.before, place=self.place,
            condition=self.condition,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """`place` counts from 1. `match` and `change` are a placed sheet's. `refusal`: the filter that leaves it out, or would if the
    words found it.
    """

    outcome: Outcome
    place: int | None = None
    match: Match | None = None
    change: Change | None = None
    refusal: Refusal | None = None


def standing(facts: Facts, ranking: Ranking, asked: Asked, *, all_weighed: bool) -> Standing:
    """What became of the sheet of `facts`. `all_weighed`: whether every sheet that the words found was weighed."""
    for place, one in enumerate(ranking.order, 1):
        if one.candidate.facts.slug == facts.slug:
            match = explained(one, ranking, asked)
            return Standing(Outcome.PLACED, place, match, _change(one, place, match, ranking, asked))
    for out in ranking.out:
        if out.facts.slug == facts.slug:
            return Standing(Outcome.LEFT_OUT, refusal=out.refusal)
    cost = Candidate.of(facts, 0.0, asked.need).cost
    refusal = refused(facts, asked.need, asked.on, cost)
    if refusal is not None and refusal.filter is Filter.AVAILABLE:  # never searched for
        return Standing(Outcome.LEFT_OUT, refusal=refusal)
    return Standing(Outcome.NOT_FOUND if all_weighed else Outcome.NOT_WEIGHED, refusal=refusal)


def _change(one: Scored, place: int, match: Match, ranking: Ranking, asked: Asked) -> Change | None:
    """What would change, when it would also give a better place: the newcomers' place may already be better than the score's."""
    found = match.counterfactual
    if found is None:
        return None
    others = [other for other in ranking.order if other is not one]
    order, _ = newcomers.placed(sorted([*others, found.changed], key=lambda each: each.rank), asked.on)
    after = order.index(found.changed) + 1
    return Change(found.code, found.condition, place, after, found.score) if after < place else None
