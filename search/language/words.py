"""A text as folded words: lower case, without accents, ligatures and elisions; of a word with a hyphen, its parts and the whole."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice

ELISION = re.compile(r"\b(?:jusqu|lorsqu|puisqu|quoiqu|quelqu|qu|[cdjlmnst])['’]", re.IGNORECASE)
WORD = re.compile(r"[a-z0-9]+")
LONGEST = 40
_COMPOUND = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Words:
    """`sequence`: every word, in order. `joined`: words of two parts, written without their hyphen."""

    sequence: tuple[str, ...]
    joined: tuple[str, ...] = ()


def fold(text: str) -> str:
    """Lower case, without accents and ligatures: as the database's `folded`."""
    low = text.lower().replace("œ", "oe").replace("æ", "ae")
    return "".join(c for c in unicodedata.normalize("NFKD", low) if not unicodedata.combining(c))


def words_of(text: str, at_most: int | None = None) -> Words:
    """The words of a text, each cut at forty letters; its first `at_most` ones."""
    sequence: list[str] = []
    joined: list[str] = []
    for found in islice(_COMPOUND.finditer(fold(ELISION.sub(" ", text))), at_most):
        parts = [part[:LONGEST] for part in found.group().split("-")]
        sequence += parts
        if len(parts) == 2:
            joined.append("".join(parts)[:LONGEST])
    return Words(tuple(sequence[:at_most]), tuple(joined))
