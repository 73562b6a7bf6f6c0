"""The words of a need that a sheet does not say: neither so, nor in another form, nor by a synonym or a meaning that the taxonomy
knows. Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Self
from unicodedata import normalize

from search.engines.documents import SearchDocument
from search.language.phrases import Key, known_stems, longest, meant, synonyms
from search.language.stems import root, stem
from search.language.stop_words import STOP_WORDS
from search.language.terms import MAX_TERMS, MAX_WORDS
from search.language.words import ELISION, LONGEST, fold, words_of

SHORTEST_BEGUN = 4
"""From how many letters on the beginning of a word is heard as the word."""
_WRITTEN = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a sheet says: its words, their stems in order, and the roots of those."""

    words: frozenset[str]
    stems: frozenset[str]
    roots: frozenset[str]
    text: str

    @classmethod
    def of(cls, document: SearchDocument) -> Self:
        told = (
            document.name, document.supplier, *document.tags, document.domain_words, document.summary, document.problem,
            document.description,
        )  # fmt: skip
        parts = [words_of(part) for part in told]
        sequence = [
            word for part in parts for word in (*part.sequence, *part.joined) if word not in STOP_WORDS
        ]
        stems = [stem(word) for word in sequence]
        return cls(frozenset(sequence), frozenset(stems), frozenset(map(root, stems)), f" {' '.join(stems)} ")

    def phrase(self, key: Key) -> bool:
        return f" {' '.join(key)} " in self.text

    def word(self, word: str) -> bool:
        known = stem(word)
        if known in self.stems or root(known) in self.roots:
            return True
        return len(word) >= SHORTEST_BEGUN and any(said.startswith(word) for said in self.words)


def unsaid(need: str, sheet: Heard, corrected: Mapping[str, str]) -> tuple[str, ...]:
    """See the module; as they are written in the need, those that search reads. A word `corrected` is looked for as it was read."""
    typed = [word for word in words_of(need, MAX_WORDS).sequence if word not in STOP_WORDS and len(word) > 1][:MAX_TERMS]  # fmt: skip
    read = [corrected.get(word, word) for word in typed]
    stems = [stem(word) for word in read]
    heard = [word.isdigit() or sheet.word(word) for word in read]
    for place, (first, second) in enumerate(pairwise(read)):
        if sheet.word(first + second):
            heard[place : place + 2] = [True, True]
    for size in range(1, min(longest(), len(stems)) + 1):
        for place in range(len(stems) - size + 1):
            key = tuple(stems[place : place + size])
            if any(sheet.phrase(other) for other in (*synonyms().get(key, ()), *meant().get(key, ()))):
                heard[place : place + size] = [True] * size
    written = {
        fold(word)[:LONGEST]: word.lower()
        for word in _WRITTEN.findall(ELISION.sub(" ", normalize("NFC", need)))
    }
    return tuple(
        dict.fromkeys(written.get(word, word) for word, said in zip(typed, heard, strict=True) if not said)
    )


def telling(corrected: Mapping[str, str], sheets: list[Heard]) -> dict[str, str]:
    """The corrections that may be told: to a word of the taxonomy or of one's own sheets. Any other may be a competitor's name."""
    return {
        typed: meant
        for typed, meant in corrected.items()
        if stem(meant) in known_stems() or any(meant in sheet.words for sheet in sheets)
    }
