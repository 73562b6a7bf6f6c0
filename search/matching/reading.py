"""What one signal reads of a sheet for a need: a value, why, its source, its date, and what is not told. Pure.

Values are whole thousandths. What nobody told is worth nothing, and is named with what it could bring at most (`gaps`).
No reader can see who owns a share, where a firm has its seat, what was clicked or paid: `Facts` has none of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from catalog.evidence.levels import LEVEL_NAMES, Level
from marketplace.words import N_
from search.facts.shape import Facts, Proven
from search.matching.costing import Cost, cost_of
from search.matching.needs import Need
from search.matching.saying import Fact, Said, Word, said
from search.matching.weights import Weights

FULL = 1000
"""Thousandths of a whole value."""
SHEET = N_("fiche publiée")
DECLARED = N_("déclaré par l’entreprise")

WORTH = {
    Level.DECLARED: 0.25,
    Level.DOCUMENT: 0.5,
    Level.CONFIRMED: 0.75,
    Level.CONTRACT: 0.9,
    Level.DELIVERED: 1.0,
}
"""What a deployment is worth by what proves it."""


class Lack(StrEnum):
    """Who could fill a gap: the startup by telling, by proving, or the asker by saying more."""

    UNTOLD = "untold"
    UNPROVEN = "unproven"
    YOURS = "yours"


LACKING = {
    Lack.UNTOLD: N_("{what} : non renseigné, −{points} au plus."),
    Lack.UNPROVEN: N_("{what} : −{points} au plus."),
    Lack.YOURS: N_("{what} : à préciser, −{points} au plus sinon."),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that nobody told, proved or asked, and the thousandths of the signal's value that it could bring at most."""

    code: str
    what: str
    most: int
    kind: Lack = Lack.UNTOLD


@dataclass(frozen=True, slots=True)
class Reading:
    """What one signal reads of a sheet: thousandths, why, where that is written and as of when, and what is not told."""

    value: int
    why: Said
    source: Fact
    on: date | None = None
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A need with what was read for it: the day, how much each reference town resembles the asker's (0 to 1, by code), how many
    pools are open in each domain, and how many other towns at least wait with a need of each domain, counted in the same unit
    (`procurement.needs.waiting`: one of its steps, or nothing). `worded`: whether the search told how well each sheet answers the
    words, and not their order alone.
    """

    need: Need
    on: date
    weights: Weights
    likeness: Mapping[str, float] = field(default_factory=dict)
    pools: Mapping[str, int] = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)
    worded: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sheet that the words found: how well, from 0 to 1, the words that were found in it, and what it costs for the need."""

    facts: Facts
    text: float
    words: tuple[str, ...]
    cost: Cost

    @classmethod
    def of(cls, facts: Facts, text: float, need: Need, words: tuple[str, ...] = ()) -> "Candidate":
        return cls(facts, text, words, cost_of(facts.prices, need.quantities, need.years))


def thousandths(value: float) -> int:
    """A value from 0 to 1 as whole thousandths."""
    return min(max(round(value * FULL), 0), FULL)


def answered(
    candidate: Candidate, value: int, has: list[Fact], nothing: str, gaps: list[Gap], proof: Proven | None = None
) -> Reading:  # fmt: skip
    """The reading of answers of the sheet: what they say, or that they say nothing."""
    facts = candidate.facts
    why = said(N_("{answers}."), answers=tuple(has)) if has else said(nothing)
    source = cited(proof) if proof else Word(DECLARED)
    return Reading(value, why, source, proof.since if proof else facts.revised_on, tuple(gaps))


def cited(proof: Proven) -> Fact:
    level = Word(LEVEL_NAMES[proof.level])
    return said(N_("{level} : {source}"), level=level, source=proof.source) if proof.source else level
