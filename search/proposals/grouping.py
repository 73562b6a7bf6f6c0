"""Which stated needs are the same, and how large they are together. Pure: no session, no clock.

Needs of one domain, in one unit, whose texts share words or the taxonomy's synonyms. A group is proposed from three towns on:
with two, each would read the other's quantity from the sum. The sum itself is only told as a step of 1, 2, 5, 10, 20, 50…, and
never when one town makes most of it: the two rules of statistical secrecy (three contributors at least, none above 85 %).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise
from uuid import UUID

from catalog.taxonomy import synonym_groups
from procurement.needs.secrecy import LEAST_TOWNS
from search.language.stems import stem
from search.language.terms import terms

MOST_SHARE = Decimal("0.85")
CLOSE = 1 / 3
"""The part of what one text speaks of that the other must share."""


@dataclass(frozen=True, slots=True)
class Stated:
    """One need that a town agreed to compare. In order of statement."""

    need_id: UUID
    town_id: UUID
    text: str
    quantity: Decimal | None


@dataclass(frozen=True, slots=True)
class Magnitude:
    """A quantity is at least `low` and less than `high`."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Group:
    """Needs of as many towns, one each, in order of statement."""

    needs: tuple[Stated, ...]

    @property
    def magnitude(self) -> Magnitude | None:
        return magnitude([need.quantity for need in self.needs if need.quantity is not None])


def groups(needs: Sequence[Stated]) -> list[Group]:
    """The groups of at least three towns among needs of one domain and unit.

    The earliest need leads; those close to it follow, one a town, the earliest. A need is in one group at most, and so is a town.
    """
    found: list[Group] = []
    waiting = list(needs)
    while waiting:
        lead = waiting[0]
        by_town: dict[UUID, Stated] = {}
        for need in waiting:
            if need is lead or close(lead.text, need.text):
                by_town.setdefault(need.town_id, need)
        if len(by_town) < LEAST_TOWNS:
            waiting = waiting[1:]
            continue
        found.append(Group(tuple(by_town.values())))
        waiting = [need for need in waiting if need.town_id not in by_town]
    return found


def close(one: str, other: str) -> bool:
    """Whether two texts ask for the same thing: they share a third of what the shorter speaks of. The same both ways."""
    a, b = gist(one), gist(other)
    least = min(len(a), len(b))
    return least > 0 and len(a & b) >= CLOSE * least


def magnitude(quantities: Iterable[Decimal]) -> Magnitude | None:
    """The step in which the sum lies; None when it would tell of one town: fewer than three, or one that makes most of it."""
    given = [quantity for quantity in quantities if quantity > 0]
    whole = sum(given, start=Decimal(0))
    if len(given) < LEAST_TOWNS or max(given) > MOST_SHARE * whole:
        return None
    unit = Decimal(10) ** whole.adjusted()
    steps = [unit * step for step in (1, 2, 5, 10)]
    return next(Magnitude(low, high) for low, high in pairwise(steps) if whole < high)


def gist(text: str) -> frozenset[str]:
    """What a text speaks of: the stems of its words, those of a synonym group under the group's one name."""
    said = [stem(term.word) for term in terms(text)]
    found, at = set[str](), 0
    while at < len(said):
        size = next((n for n in (4, 3, 2, 1) if tuple(said[at : at + n]) in _phrases()), 0)
        found.add(_phrases()[tuple(said[at : at + size])] if size else said[at])
        at += size or 1
    return frozenset(found)


@cache
def _phrases() -> dict[tuple[str, ...], str]:
    """Each phrase of a synonym group, as `terms` reads it → the name of its first group."""
    found: dict[tuple[str, ...], str] = {}
    for group in synonym_groups():
        for phrase in group:
            found.setdefault(tuple(stem(term.word) for term in terms(phrase)), f"={group[0]}")
    return found
