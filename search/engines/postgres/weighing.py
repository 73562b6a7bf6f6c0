"""What each word and known phrase of a document weighs: BM25F, over fields of their own weight and usual length.

Pure, and of one document alone: an index kept up to date and one made again are the same.
"""

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache

from search.engines.documents import SearchDocument
from search.language.phrases import Key, fingerprint, known_phrases
from search.language.stems import stem
from search.language.stop_words import STOP_WORDS
from search.language.words import Words, fold, words_of

SATURATION = 2.0
GIST = 24
"""How many stems say what a document is about."""
STOPPED = 0.9
"""A service that stopped is found after one that runs and answers as well."""
FOR_TOWNS = 1.1
"""A solution that says it is made for local authorities answers them a little better."""
AUTHORITIES = ("collectivit", "commune", "mairie", "ville", "epci", "intercommunal", "syndicat", "ccas")


@dataclass(frozen=True, slots=True)
class Field:
    """`usual` words long; `slope`: how much a longer one lightens each word. Adjacent words of a `short` field make phrases."""

    weight: float
    usual: int
    slope: float
    short: bool = True


NAME, SUPPLIER, TAGS, LABELS = (
    Field(3.0, 3, 0.3),
    Field(0.6, 3, 0.3),
    Field(1.2, 3, 0.3),
    Field(0.4, 6, 0.2),
)
SUMMARY, PROBLEM, DESCRIPTION = (
    Field(2.0, 10, 0.4),
    Field(0.6, 60, 0.6, short=False),
    Field(0.35, 110, 0.6, short=False),
)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A document's postings, the weightiest stem first, phrases last; its words with their stems; and what it is multiplied by."""

    postings: tuple[tuple[str, float], ...]
    gist: tuple[float, ...]
    words: dict[str, str]
    favour: float
    digest: int


def weigh(document: SearchDocument) -> Weighed:
    """What the index holds of `document`."""
    stems: dict[str, float] = defaultdict(float)
    phrases: dict[str, float] = defaultdict(float)
    words: dict[str, str] = {}
    for field, text in _fields(document):
        read = words_of(text)
        kept = [stem(word) for word in read.sequence if word not in STOP_WORDS]
        norm = field.weight / (1 - field.slope + field.slope * len(kept) / field.usual) if kept else 0.0
        if field is NAME:  # a name may be made of stop words alone
            kept_or_all = [stem(word) for word in read.sequence]
            norm = norm or field.weight
        else:
            kept_or_all = kept
        for key in (*kept_or_all, *map(stem, read.joined)):
            stems[key] += norm
        for phrase in _phrases(kept, field):
            phrases[" ".join(phrase)] += norm
        if field is NAME:
            for word in read.sequence:
                phrases[exactly(word)] += norm
        if field is not LABELS:
            words |= {word: stem(word) for word in _said(read)}
    first = _saturated(stems)
    return Weighed(
        postings=(*first, *_saturated(phrases)),
        gist=tuple(impact for _, impact in first[:GIST]),
        words=words,
        favour=_favour(document),
        digest=_digest(document),
    )


def exactly(word: str) -> str:
    """The key of a word in this very form; the space tells it from a stem."""
    return f"= {word}"


def _fields(document: SearchDocument) -> Iterator[tuple[Field, str]]:
    yield NAME, document.name
    if document.supplier != document.name:
        yield SUPPLIER, document.supplier
    yield TAGS, " . ".join(document.tags)
    yield LABELS, document.domain_words
    if document.summary != document.name:
        yield SUMMARY, document.summary
    yield PROBLEM, document.problem
    yield DESCRIPTION, document.description


def _phrases(stems: list[str], field: Field) -> Iterator[Key]:
    """Phrases that synonyms know, wherever they are, and every two adjacent words of a short field."""
    known = known_phrases()
    for start in range(len(stems) - 1):
        if field.short or (stems[start], stems[start + 1]) in known:
            yield stems[start], stems[start + 1]
        for size in range(3, min(6, len(stems) - start + 1)):
            if (phrase := tuple(stems[start : start + size])) in known:
                yield phrase


def _saturated(weights: dict[str, float]) -> list[tuple[str, float]]:
    found = [
        (key, weight * (SATURATION + 1) / (weight + SATURATION)) for key, weight in weights.items() if weight
    ]
    return sorted(found, key=lambda each: (-each[1], each[0]))


def _said(read: Words) -> Iterator[str]:
    return (word for word in (*read.sequence, *read.joined) if len(word) > 1 and not word.isdigit())


def _favour(document: SearchDocument) -> float:
    stopped = STOPPED if document.maturity == "stopped" else 1.0
    for_towns = any(name in fold(said) for said in document.audiences for name in AUTHORITIES)
    return stopped * (FOR_TOWNS if for_towns else 1.0)


@cache
def making() -> str:
    """Changes with any rule here, and with the language: an index of another making is to be made again."""
    rules = repr(
        (
            SATURATION,
            GIST,
            STOPPED,
            FOR_TOWNS,
            AUTHORITIES,
            NAME,
            SUPPLIER,
            TAGS,
            LABELS,
            SUMMARY,
            PROBLEM,
            DESCRIPTION,
        )
    )
    return hashlib.sha256(f"{fingerprint()} {rules}".encode()).hexdigest()[:16]


def _digest(document: SearchDocument) -> int:
    """Sixty-three bits that change with any field of the document, and with the making of the index."""
    said = "\0".join([making(), *(str(getattr(document, field.name)) for field in fields(document))])
    return int.from_bytes(hashlib.sha256(said.encode("utf-8", "replace")).digest()[:8]) >> 1


def rarity(entries: float, total: float) -> float:
    """BM25's inverse document frequency."""
    return math.log(1 + (max(total, entries) - entries + 0.5) / (entries + 0.5))
