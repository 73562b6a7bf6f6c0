"""What the taxonomy says of words: which phrases stand for each other or mean another, and which domains a phrase speaks of.

A phrase is known by its key: the stems of its words, in order, without stop words.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import cache

from catalog.taxonomy import domains, sayings_by_domain, synonyms_by_domain
from search.language.stems import APART, stem
from search.language.stop_words import STOP_WORDS
from search.language.words import ELISION, fold, words_of

Key = tuple[str, ...]
NAMED, SPOKEN, SAID, DEFINED, RELATED = 1.0, 0.8, 0.9, 0.5, 0.7
"""How surely a phrase speaks of a domain: its label or synonym; a synonym group of the domain; a saying of it; its definition; a synonym's synonym."""
LONGEST_DEFINED = 4
_PARTS = re.compile(r"[,.;:()]")
_LETTERS = re.compile(r"[^\W_]+")


def key_of(phrase: str) -> Key:
    """The stems of a phrase; of one that is all stop words, all of them."""
    sequence = words_of(phrase).sequence
    return tuple(stem(word) for word in sequence if word not in STOP_WORDS) or tuple(map(stem, sequence))


@cache
def synonyms() -> dict[Key, tuple[Key, ...]]:
    """Phrase → the others of its groups."""
    found: dict[Key, dict[Key, None]] = {}
    for groups in synonyms_by_domain().values():
        for group in groups:
            keys = dict.fromkeys(key_of(phrase) for phrase in group)
            for key in keys:
                found.setdefault(key, {}).update(dict.fromkeys(other for other in keys if other != key))
    return {key: tuple(others) for key, others in found.items()}


@cache
def meant() -> dict[Key, tuple[Key, ...]]:
    """What is said → what it means, the best first. One way: who types the word of the trade means no less."""
    found: dict[Key, dict[Key, None]] = {}
    for sayings in sayings_by_domain().values():
        for saying in sayings:
            means = dict.fromkeys(key_of(phrase) for phrase in saying.means)
            for key in map(key_of, saying.said):
                found.setdefault(key, {}).update(dict.fromkeys(other for other in means if other != key))
    return {key: tuple(others) for key, others in found.items()}


@cache
def speaks_of() -> dict[Key, dict[str, float]]:
    """Phrase → the domains that it speaks of, and how surely."""
    found: dict[Key, dict[str, float]] = {}
    for domain in domains().values():
        for phrase in (*domain.synonyms, domain.label_fr):
            _say(found, key_of(phrase), domain.id, NAMED)
        for part in _PARTS.split(domain.definition):
            if len(key := key_of(part)) <= LONGEST_DEFINED:
                _say(found, key, domain.id, DEFINED)
    for spoken_in, groups in synonyms_by_domain().items():
        for group in groups:
            _say_of_group(found, [key_of(phrase) for phrase in group], spoken_in)
    for spoken_in, sayings in sayings_by_domain().items():
        for saying in sayings:
            for phrase in saying.said:
                _say(found, key_of(phrase), spoken_in, SAID)
    return found


def _say(found: dict[Key, dict[str, float]], key: Key, domain: str, surely: float) -> None:
    if key:
        said = found.setdefault(key, {})
        said[domain] = max(surely, said.get(domain, 0.0))


def _say_of_group(found: dict[Key, dict[str, float]], keys: list[Key], spoken_in: str) -> None:
    """What one member speaks of, the others do too, less surely; and all speak of the group's own domain."""
    shared = {name: surely for key in keys for name, surely in found.get(key, {}).items()}
    for key in keys:
        for name, surely in shared.items():
            if name not in found.get(key, {}):
                _say(found, key, name, RELATED * surely)
        _say(found, key, spoken_in, SPOKEN)


@cache
def known_stems() -> frozenset[str]:
    """The stems of every phrase that the taxonomy knows: none of them is a typing mistake."""
    return frozenset(part for key in (*synonyms(), *meant(), *speaks_of()) for part in key)


def _said() -> Iterator[str]:
    """Every phrase of the groups, and every saying, as it is written."""
    for groups in synonyms_by_domain().values():
        for group in groups:
            yield from group
    for sayings in sayings_by_domain().values():
        for saying in sayings:
            yield from saying.said


@cache
def known_words() -> dict[str, dict[str, None]]:
    """The words that the taxonomy's phrases are written with, in order, by their first letter: what a mistyped one may have meant."""
    found: dict[str, dict[str, None]] = {}
    for word in (word for phrase in _said() for word in words_of(phrase).sequence):
        found.setdefault(word[0], {})[word] = None
    return found


@cache
def _spellings() -> dict[str, str]:
    """Each folded word → as the taxonomy writes it first."""
    means = (
        phrase for sayings in sayings_by_domain().values() for saying in sayings for phrase in saying.means
    )
    words = (word for phrase in (*_said(), *means) for word in _LETTERS.findall(ELISION.sub(" ", phrase)))
    found: dict[str, str] = {}
    for word in words:
        found.setdefault(fold(word), word)
    return found


def written(word: str) -> str:
    """A folded word with its accents, when the taxonomy writes it so."""
    return _spellings().get(word, word)


@cache
def known_phrases() -> frozenset[Key]:
    """The phrases of several words that may be looked for as one."""
    means = (key for keys in meant().values() for key in keys)
    return frozenset(key for key in (*synonyms(), *meant(), *means) if len(key) > 1)


@cache
def longest() -> int:
    """How many words the longest phrase has."""
    return max(map(len, (*synonyms(), *speaks_of())))


@cache
def fingerprint() -> str:
    """Changes with anything here that an index depends on."""
    said = repr((sorted(known_phrases()), sorted(STOP_WORDS), sorted(APART)))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def hints(stems: Sequence[str]) -> dict[str, float]:
    """The domains that a text speaks of, from 0 to 1, the surest 1; a longer phrase is surer."""
    found: dict[str, float] = {}
    for size in range(1, longest() + 1):
        for start in range(len(stems) - size + 1):
            for domain, surely in speaks_of().get(tuple(stems[start : start + size]), {}).items():
                found[domain] = max(found.get(domain, 0.0), surely * (1 + 0.5 * (size - 1)))
    most = max(found.values(), default=1.0)
    return {domain: surely / most for domain, surely in found.items()}
