"""What was found, marked in a hit's texts: words whose stem, or phrases whose stems, were looked for."""

import re
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache

from search.engines.protocol import MARK, UNMARK
from search.language.stems import stem
from search.language.stop_words import STOP_WORDS
from search.language.words import fold

EXTRACT = 240
"""How many characters of a long text are shown around what was found."""
LEAD = 60
_LETTERS = r"(?:[^\W_][\u0300-\u036f]*)+"
_WORD = re.compile(f"{_LETTERS}(?:-{_LETTERS})*")
_LONGEST_PHRASE = 5
Span = tuple[int, int]


def highlights(texts: Callable[[str], str], keys: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Field → its text with what was found marked. An extract of the description only when the name and the summary hold nothing."""
    found = [
        (field, mark(text, spans))
        for field in ("name", "summary")
        if (spans := spans_of(text := texts(field), keys))
    ]
    if not found and (spans := spans_of(text := texts("description"), keys)):
        found.append(("description", extract(text, spans)))
    return tuple(found)


def spans_of(text: str, keys: Collection[str]) -> list[Span]:
    """Where in `text` the keys occur, in order and apart: stems, and stems of adjacent words with stop words between."""
    said = [(start, end, each) for start, end, each in _stems(text, keys) if each]
    spans: list[Span] = []
    place = 0
    while place < len(said):
        for size in range(min(_LONGEST_PHRASE, len(said) - place), 0, -1):
            group = said[place : place + size]
            if " ".join(each for _, _, each in group) in keys:
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


def extract(text: str, spans: list[Span]) -> str:
    """The part of a long text around the first thing found, cut between words, marked."""
    if len(text) <= EXTRACT:
        return mark(text, spans)
    start = max(0, spans[0][0] - LEAD)
    if start:
        start = text.find(" ", start, spans[0][0]) + 1 or spans[0][0]
    end = min(len(text), max(start + EXTRACT, spans[0][1]))
    if end < len(text):
        end = max(text.rfind(" ", start, end), spans[0][1])
    inside = [(a - start, b - start) for a, b in spans if b <= end]
    return f"{'… ' if start else ''}{mark(text[start:end], inside)}{' …' if end < len(text) else ''}"


def _stems(text: str, keys: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """Where each word is, and its stem, empty for a stop word. Of a compound, the whole when it is looked for as one."""
    for found in _WORD.finditer(text):
        whole = found.group()
        joined = _stem_of(whole.replace("-", ""))
        if "-" not in whole or joined in keys:
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
