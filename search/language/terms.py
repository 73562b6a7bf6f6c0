"""From what a person types to terms: folded words without stop words and elisions; the same means for every query and engine."""

from dataclasses import dataclass

from search.language.phrases import NAMED, key_of, speaks_of
from search.language.stop_words import STOP_WORDS
from search.language.words import ELISION, WORD, fold, words_of

__all__ = ["ELISION", "MAX_TERMS", "STOP_WORDS", "WORD", "Term", "fold", "hinted_domains", "terms"]

MAX_TERMS = 12
MAX_WORDS = 60
"""How many words of a query are read at all."""


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the query. `last` may be the beginning of a word."""

    word: str
    last: bool = False


def terms(text: str) -> list[Term]:
    """The terms of a query, in its order, at most twelve. A query of stop words alone keeps them."""
    words = words_of(text, MAX_WORDS).sequence
    kept = [word for word in words if word not in STOP_WORDS and (len(word) > 1 or word.isdigit())] or words
    unique = list(dict.fromkeys(kept))[:MAX_TERMS]
    ends_open = bool(text) and fold(text[-1])[-1:].isalnum()
    return [Term(word, last=ends_open and word == unique[-1]) for word in unique]


def hinted_domains(text: str) -> dict[str, int]:
    """Domains whose label or synonyms occur in the text, with how many words of it they explain."""
    stems = key_of(text[:2000])
    found: dict[str, int] = {}
    for size in range(1, 6):
        for start in range(len(stems) - size + 1):
            for domain, surely in speaks_of().get(stems[start : start + size], {}).items():
                if surely >= NAMED:
                    found[domain] = size
    return found
