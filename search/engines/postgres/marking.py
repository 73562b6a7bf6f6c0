"""What was found, marked in a hit's texts: words whose stem, or phrases whose stems, were looked for."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from search.engines.protocol import MARK, UNMARK
from search.language.stems import stem
from search.language.stop_words import STOP_WORDS
from search.language.words import fold

EXTRACT = 240
"""How many characters of a long text are shown around what was found."""
LEAD = 60
_LETTERS = r"(?:[^\W_][\u0300-\u036f]*)+"
_WORD = re.compile(f"{_LETTERS}(?:-{_LETTERS})*")
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Sought:
    """What was looked for: keys, and how many words the longest key has that begins with each stem."""

    keys: frozenset[str]
    longest: Mapping[str, int]

    @classmethod
    def of(cls, keys: Iterable[str]) -> Self:
        longest: dict[str, int] = {}
        kept = frozenset(keys)
        for key in kept:
            first, size = key.partition(" ")[0], key.count(" ") + 1
            longest[first] = max(size, longest.get(first, 0))
        return cls(kept, longest)


def highlights(texts: Callable[[str], str], sought: Sought) -> tuple[tuple[str, str], ...]:
    """Field → its text with what was found marked. An extract of the description only when the name and the summary hold nothing."""
    found = [
        (field, mark(text, spans))
        for field in ("name", "summary")
        if (spans := spans_of(text := texts(field), sought))
    ]
    if not found and (shown := extract(texts("description"), sought)):
        found.append(("description", shown))
    return tuple(found)


def spans_of(text: str, sought: Sought) -> list[Span]:
    """Where in `text` the keys occur, in order and apart: stems, and stems of adjacent words with stop words between."""
    said = [each for each in _stems(text, sought) if each[2]]
    spans: list[Span] = []
    place = 0
    while place < len(said):
        for size in range(min(sought.longest.get(said[place][2], 0), len(said) - place), 0, -1):
            group = said[place : place + size]
            if " ".join(each for _, _, each in group) in sought.keys:
                spans.append((group[0][0], group[-1][1]))
                place += size
                break
        else:
            place += 1
    return spans


def mark(text: str, spans: list[Span]) -> str:
    """`text` with its spans between MARK and UNMARK."""
    parts, last = [], 0
    for start, end in spans:
        parts += [text[last:start], MARK, text[start:end], UNMARK]
        last = end
    return "".join([*parts, text[last:]])


def extract(text: str, sought: Sought) -> str:
    """The part of a text around the first thing found, cut between words, marked; nothing when there is none."""
    for begins, ends, each in _stems(text, sought):
        if each not in sought.longest:
            continue
        start = max(0, begins - LEAD)
        if start:
            start = text.find(" ", start, begins) + 1 or begins
        end = min(len(text), max(start + EXTRACT, ends))
        if end < len(text):
            end = max(text.rfind(" ", start, end), ends)
        if spans := spans_of(text[start:end], sought):
            return f"{'… ' if start else ''}{mark(text[start:end], spans)}{' …' if end < len(text) else ''}"
    return ""


def _stems(text: str, sought: Sought) -> Iterator[tuple[int, int, str]]:
    """Where each word is, and its stem, empty for a stop word. Of a compound, the whole when it is looked for as one."""
    for found in _WORD.finditer(text):
        whole = found.group()
        joined = _stem_of(whole.replace("-", ""))
        if "-" not in whole or joined in sought.keys:
            yield found.start(), found.end(), joined
            continue
        at = found.start()
        for part in whole.split("-"):
            yield at, at + len(part), _stem_of(part)
            at += len(part) + 1


@lru_cache(maxsize=50_000)
def _stem_of(word: str) -> str:
    folded = fold(word)
    return "" if folded in STOP_WORDS else stem(folded)
