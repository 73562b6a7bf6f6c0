"""Quantities as French people write them: `1 250,50 €`, `34 points lumineux`. Exact at any size."""

from decimal import Decimal

NBSP = "\u00a0"
THIN = "\u202f"

_LINKS = frozenset(
    {"de", "du", "des", "à", "au", "aux", "en", "par", "pour", "avec", "sans", "sur", "sous", "et", "ou"}
)
_VOWELS = frozenset("aeiouyàâéèêëîïôöùûü")


def number(value: Decimal) -> str:
    """`value` ≥ 0 with a decimal comma and thousands apart."""
    whole, _, part = format(value, "f").partition(".")
    first = len(whole) % 3 or 3
    groups = [whole[:first], *(whole[i : i + 3] for i in range(first, len(whole), 3))]
    return THIN.join(groups) + (f",{part}" if part else "")


def counted(value: Decimal, unit: str) -> str:
    """`34 points`: the number with its unit, plural from 2 on as French wants it (`1,5 point`)."""
    return f"{number(value)}{NBSP}{plural(unit) if value >= 2 else unit}"


def ordinal(position: int) -> str:
    """`1re`, `2e`, for a feminine noun."""
    return f"{position}re" if position == 1 else f"{position}e"


def plural(unit: str) -> str:
    """The plural of a common noun and its adjectives, up to the first linking word: `points d’eau`, `panneaux solaires`.

    Symbols (`kWh`, `m²`) and what is not plainly a French word stay as they are.
    """
    words = unit.split(" ")
    end = next((i for i, word in enumerate(words) if word in _LINKS or word[1:2] in {"'", "’"}), len(words))
    return " ".join([*map(_plural_word, words[:end]), *words[end:]])


def _plural_word(word: str) -> str:
    if len(word) < 3 or not word.isalpha() or not word.islower() or not _VOWELS & set(word):
        return word
    if word.endswith(("s", "x", "z")):
        return word
    if word.endswith(("au", "eu")):
        return word + "x"
    if word.endswith("al"):
        return word[:-1] + "ux"
    return word + "s"
