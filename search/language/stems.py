"""Stems, so that the forms of one word meet: Snowball's for French, on folded words; and roots, which whole families share."""

from functools import lru_cache

import Stemmer

_FRENCH = Stemmer.Stemmer("french")
_ENDINGS = sorted(
    (
        "ag", "iqu", "abl", "el", "if", "iv", "eur", "eux", "ment", "ion", "at", "ateur", "atric", "anc", "enc", "ist", "ism", "it",
        "er", "i", "e",
    ),
    key=len, reverse=True,
)  # fmt: skip
_SHORTEST_ROOT = 5
APART = frozenset(
    [
        "administre", "alternance", "amiante", "armee", "audit", "biais", "collectif", "collective", "communication",
        "concert", "delit", "departement", "devis", "donnee", "foyer", "gare", "grue", "habitation", "loyer", "marais",
        "moisi", "organique", "organisme", "pave", "publication", "relais", "renouvelable", "retraite", "station", "taxi",
        "terrasse",
    ]
)  # fmt: skip
"""Nouns of towns that Snowball takes for forms of another word: data that are given, a taxi that is taxed, a rent that is a law."""


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a folded word. A short word or a number is its own."""
    if len(word) <= 3 or word.isdigit():
        return word
    if word in APART or word.removesuffix("s") in APART:
        return word if word in APART else word.removesuffix("s")
    if word.endswith(("ition", "itions")):  # « pétition » is not « petit »
        return word.removesuffix("s")
    if word.endswith(("ous", "jeux", "lieux")) or word == "feux":  # plurals that Snowball leaves
        return word[:-1]
    if word.endswith("ees"):
        word = word[:-2]
    elif word.endswith("ee"):
        word = word[:-1]
    return str(_FRENCH.stemWord(word))


@lru_cache(maxsize=50_000)
def root(stem: str) -> str:
    """What « arrosage », « arroser » and « arroseur » have in common, from their stems."""
    for ending in _ENDINGS:
        if stem.endswith(ending) and len(stem) - len(ending) >= _SHORTEST_ROOT:
            return stem[: -len(ending)]
    return stem
