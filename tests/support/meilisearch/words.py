"""How the stand-in matches words: enough of Meilisearch's manner that flows run; it proves nothing of its ranking."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

WORD = re.compile(r"[^\W_]+")
MOST_WORDS = 10


def fold(text: str) -> str:
    low = text.lower().replace("œ", "oe").replace("æ", "ae")
    return "".join(c for c in unicodedata.normalize("NFKD", low) if not unicodedata.combining(c))


def tokens(text: str, stops: frozenset[str] = frozenset()) -> list[str]:
    return [word for word in _words(text) if word not in stops]


@lru_cache(maxsize=50_000)
def _words(text: str) -> tuple[str, ...]:
    return tuple(WORD.findall(fold(text)))


def distance(a: str, b: str) -> int:
    """Damerau-Levenshtein, adjacent letters swapped counting as one."""
    before, row = [], list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        two, before, row = before, row, [i]
        for j, right in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                cost = min(cost, two[j - 2] + 1)
            row.append(cost)
    return row[-1]


@dataclass(frozen=True)
class Term:
    """A word of the query, phrases that may stand for it, and how many mistakes it is allowed."""

    word: str
    others: tuple[tuple[str, ...], ...]
    allowed: int
    prefix: bool

    def typos_in(self, word: str) -> int | None:
        """How many mistakes make `word` match, None when it does not."""
        if word == self.word or (self.prefix and word.startswith(self.word)):
            return 0
        if self.allowed and abs(len(word) - len(self.word)) <= self.allowed:
            found = distance(self.word, word)
            return found if found <= self.allowed else None
        return None


Phrase = tuple[str, ...]
_known: list[tuple[dict[str, list[str]], dict[Phrase, list[Phrase]]]] = []
"""The last synonyms that were read: reading them again for each search would be most of its time."""


def _read(given: dict[str, list[str]], stops: frozenset[str]) -> dict[Phrase, list[Phrase]]:
    if not _known or _known[-1][0] is not given:
        read = {
            tuple(tokens(phrase, stops)): [tuple(tokens(other, stops)) for other in others]
            for phrase, others in given.items()
        }
        _known[:] = [(given, read)]
    return _known[-1][1]


def query_terms(q: str, settings: dict[str, Any]) -> list[Term]:
    stops = frozenset(settings.get("stopWords", ()))
    sizes = settings.get("typoTolerance", {}).get("minWordSizeForTypos", {})
    one, two = sizes.get("oneTypo", 5), sizes.get("twoTypos", 9)
    synonyms = _read(settings.get("synonyms", {}), stops)
    words = tokens(q, stops)[:MOST_WORDS]
    made = []
    for place, word in enumerate(words):
        others = [
            other
            for size in (1, 2, 3)
            for start in range(max(0, place - size + 1), place + 1)
            for other in synonyms.get(tuple(words[start : start + size]), ())
            if start + size <= len(words)
        ]
        allowed = (len(word) >= one) + (len(word) >= two)
        made.append(Term(word, tuple(others), allowed, place == len(words) - 1 and not q[-1:].isspace()))
    return made
