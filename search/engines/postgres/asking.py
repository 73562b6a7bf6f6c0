"""From what is typed to what is looked for: units of one word or phrase, each with all that may stand for it.

Pure: `recognising.py` tells it which words the index knows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from search.engines.postgres.nearness import distance
from search.engines.postgres.weighing import exactly, rarity
from search.language import phrases
from search.language.phrases import Key
from search.language.stems import root, stem
from search.language.terms import MAX_TERMS, MAX_WORDS, STOP_WORDS
from search.language.words import fold, words_of

SYNONYM = 0.6
MEANT, NEXT = 0.5, 0.8
"""What a saying means, and how much less each further meaning counts; what stands for one counts less by `SYNONYM`."""
FAMILY = 0.5
"""Another word of the same root: « arroser » for « arrosage »."""
BEGUN = 0.8
MISTYPED = 0.85
SCATTERED = 0.65
"""The words of a phrase, not side by side."""
SIDE_BY_SIDE = 0.5
EXACTLY = 0.03
"""A name's word in the very form that was typed."""
SHORTEST_MISTYPED = 4
STAND_INS = 16
"""How many keys stand for a unit at most, the weightiest: more cost time and find nothing better."""
SPAN = 0.25
"""What each further word adds to the importance of a phrase that is known as one."""
WHOLE = -1
LONGEST = 5
"""How many words a unit has at most."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the index knows: how many entries it has and hold each stem, other stems by root, completions and near words by word.

    `begins` and `near`: word → words of the index with the entries of their stems, the likeliest first.
    """

    total: int = 0
    entries: Mapping[str, int] = field(default_factory=dict)
    families: Mapping[str, Sequence[str]] = field(default_factory=dict)
    begins: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    near: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Typed:
    """The words of a query that say something, in order; `open` when the last may be unfinished."""

    words: tuple[str, ...]
    open: bool = False

    @property
    def stems(self) -> list[str]:
        return [stem(word) for word in self.words]

    @property
    def unfinished(self) -> str:
        """The last word, when it may be."""
        return self.words[-1] if self.open and self.words else ""

    def may_be_begun(self, word: str) -> bool:
        """Whether a word that no sheet holds may be the beginning of one: not when the taxonomy knows it."""
        if word == self.unfinished and word not in phrases.known_words().get(word[0], ()):
            return True  # « lumi » is no form of a word, even if it has the stem of one
        return stem(word) not in phrases.known_stems()

    @property
    def pairs(self) -> list[str]:
        """The stems of every two words written as one: « co voiturage »."""
        return [stem(a + b) for a, b in pairwise(self.words) if len(a) > 1 and len(b) > 1]


@dataclass(slots=True)
class Asked:
    """What to look for, as parallel columns, and what is known of each unit.

    A key belongs to a unit; slot `WHOLE` stands for the whole unit, another for one word of it, worth its share. `strong` keys
    count for the unit's rarity. `own` is how many entries hold a unit's own word, 0 for a phrase; a phrase's rarity is at
    most `most`, the sum of its words', and counts `times` itself.
    """

    units: list[int] = field(default_factory=list)
    slots: list[int] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    strong: list[bool] = field(default_factory=list)
    own: list[int] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    beside_weights: list[float] = field(default_factory=list)
    hints: dict[str, float] = field(default_factory=dict)
    corrected: dict[str, str] = field(default_factory=dict)

    def look_for(self, unit: int, slot: int, key: str, weight: float, *, strong: bool) -> None:
        self.units.append(unit)
        self.slots.append(slot)
        self.keys.append(key)
        self.weights.append(weight)
        self.strong.append(strong)


def typed(text: str) -> Typed:
    """The words of a query that say something, twelve at most. A query of stop words alone keeps them."""
    words = words_of(text, MAX_WORDS).sequence
    kept = [word for word in words if word not in STOP_WORDS and (len(word) > 1 or word.isdigit())] or words
    return Typed(tuple(kept[:MAX_TERMS]), bool(text) and fold(text[-1])[-1:].isalnum())


def ask(query: Typed, known: Known) -> Asked:
    """All that is to be looked for, and how much each part matters."""
    asked = Asked()
    read = [_read(word, query, known, asked) for word in query.words]
    stems = [first for first, _ in read]
    seen: set[Key] = set()
    for start, size, synonyms in _spans(query, stems, known):
        key = tuple(stems[start : start + size])
        if key in seen:
            continue
        seen.add(key)
        unit = len(asked.own)
        rarities = [rarity(known.entries.get(part, 0), known.total) for part in key]
        if size == 1:
            asked.own.append(known.entries.get(key[0], 0))
            asked.most.append(1e9)
        else:
            asked.own.append(0)
            asked.most.append(sum(rarities))
            asked.look_for(unit, WHOLE, " ".join(key), 1.0, strong=True)
        asked.times.append(1 + SPAN * (size - 1))
        for slot, ((_, forms), rare) in enumerate(zip(read[start : start + size], rarities, strict=True)):
            share = 1.0 if size == 1 else SCATTERED * rare / sum(rarities)
            for form, weight in forms.items():
                exact = size == 1 and (form == key[0] or weight > FAMILY)
                asked.look_for(unit, WHOLE if size == 1 else slot, form, weight * share, strong=exact)
        for other, weight in synonyms.items():
            asked.look_for(unit, WHOLE, " ".join(other), weight, strong=True)
    for a, b in pairwise(stems):
        if a != b:
            asked.beside.append(f"{a} {b}")
            rare = min(rarity(known.entries.get(part, 0), known.total) for part in (a, b))
            asked.beside_weights.append(SIDE_BY_SIDE * rare)
    for word, first in dict(zip(query.words, stems, strict=True)).items():
        asked.beside.append(exactly(word))
        asked.beside_weights.append(EXACTLY * rarity(known.entries.get(first, 0), known.total))
    asked.hints = phrases.hints(stems)
    return asked


def _read(word: str, query: Typed, known: Known, asked: Asked) -> tuple[str, dict[str, float]]:
    """The stem that a word stands for, and every stem that may stand for it, with its weight."""
    read = stem(word)
    forms = {read: 1.0}
    if not known.entries.get(read):
        if query.may_be_begun(word) and (begun := known.begins.get(word)):
            forms = {}
            for completion, _ in begun:
                forms.setdefault(stem(completion), BEGUN)
            read = next(iter(forms))
        elif read not in phrases.known_stems() and (meant := _meant_by(word, known)) is not None:
            asked.corrected[word] = meant
            read = stem(meant)
            forms = {read: MISTYPED}
    for relative in known.families.get(root(read), ()):
        forms.setdefault(relative, FAMILY)
    return read, forms


def _meant_by(word: str, known: Known) -> str | None:
    """The word of the index that a mistyped one is nearest to, else one of the taxonomy, which leads to what sheets say."""
    if (meant := nearest(word, known.near.get(word, ()))) is not None:
        return meant
    if len(word) < SHORTEST_MISTYPED:
        return None
    alike = (other for other in phrases.known_words().get(word[0], ()) if abs(len(other) - len(word)) < 3)
    return nearest(word, ((other, 0) for other in alike if len(other) >= SHORTEST_MISTYPED))


def nearest(word: str, candidates: Iterable[tuple[str, int]]) -> str | None:
    """The word that was meant by a mistyped one: a letter away, or two for a long one; the same beginning and frequent words first."""
    most = 1 if len(word) < 8 else 2
    found: list[tuple[float, int, str]] = []
    for candidate, entries in candidates:
        away = distance(word, candidate, most)
        if away <= most and (candidate[0] == word[0] or len(word) > 5):
            found.append((away - 0.3 * (candidate[0] == word[0]), -entries, candidate))
    return min(found)[2] if found else None


def _spans(query: Typed, stems: Sequence[str], known: Known) -> list[tuple[int, int, dict[Key, float]]]:
    """The query cut into units: start, size, and what stands for each with its weight. The longest known phrases come first."""
    found = []
    used = [False] * len(stems)
    for size in range(min(LONGEST, len(stems)), 0, -1):
        for start in range(len(stems) - size + 1):
            if any(used[start : start + size]):
                continue
            key = tuple(stems[start : start + size])
            others = _instead(key)
            if size == 2 and (one := _as_one(query.words[start], query.words[start + 1], known)):
                others = _instead((one,)) | others | {(one,): 1.0}
            if others:
                used[start : start + size] = [True] * size
                found.append((start, size, others))
    found += [(start, 1, {}) for start, taken in enumerate(used) if not taken]
    return sorted(found, key=lambda each: each[0])


def _instead(key: Key) -> dict[Key, float]:
    """What may be looked for in place of a phrase, with its weight: what stands for it, what it means, what stands for that."""
    synonyms, found = phrases.synonyms(), dict[Key, float]()
    for place, meant in enumerate(phrases.meant().get(key, ())):
        weight = MEANT * NEXT**place
        found |= {other: weight * SYNONYM for other in synonyms.get(meant, ()) if other not in found}
        found[meant] = max(weight, found.get(meant, 0.0))
    found |= dict.fromkeys(synonyms.get(key, ()), SYNONYM)
    found.pop(key, None)
    return dict(sorted(found.items(), key=lambda each: -each[1])[:STAND_INS])


def _as_one(first: str, second: str, known: Known) -> str | None:
    """The stem of two words written as one, when it is a word."""
    if len(first) < 2 or len(second) < 2:
        return None
    one = stem(first + second)
    return (
        one if known.entries.get(one) or (one,) in phrases.synonyms() or (one,) in phrases.meant() else None
    )
