"""From what a person types to terms: folded words without stop words and elisions, with what else may stand for them.

The same means for every query: French stop words, the taxonomy's synonym groups (words and phrases), no list of queries.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from catalog.taxonomy import domains, synonym_groups

MAX_TERMS = 12
STOP_WORDS = frozenset(
    [
        "a",
        "afin",
        "ai",
        "aide",
        "aider",
        "ainsi",
        "alors",
        "apres",
        "au",
        "aucun",
        "aussi",
        "autre",
        "aux",
        "avant",
        "avec",
        "avoir",
        "besoin",
        "bien",
        "ca",
        "car",
        "ce",
        "cela",
        "ces",
        "cet",
        "cette",
        "chaque",
        "chez",
        "cherche",
        "cherchons",
        "chercher",
        "ci",
        "comment",
        "comme",
        "contre",
        "dans",
        "de",
        "des",
        "depuis",
        "deux",
        "doit",
        "donc",
        "du",
        "elle",
        "elles",
        "en",
        "encore",
        "entre",
        "est",
        "et",
        "etait",
        "etant",
        "etre",
        "eux",
        "faire",
        "fait",
        "faut",
        "gerer",
        "grace",
        "ici",
        "il",
        "ils",
        "je",
        "jusque",
        "la",
        "le",
        "les",
        "leur",
        "leurs",
        "lors",
        "lui",
        "ma",
        "mais",
        "me",
        "meme",
        "mes",
        "mettre",
        "mieux",
        "moi",
        "moins",
        "mon",
        "ne",
        "ni",
        "nos",
        "notre",
        "nous",
        "on",
        "ont",
        "ou",
        "outil",
        "outils",
        "par",
        "pas",
        "permet",
        "permettre",
        "peut",
        "plus",
        "plusieurs",
        "pour",
        "pouvoir",
        "pourquoi",
        "propose",
        "quand",
        "que",
        "quel",
        "quelle",
        "quelles",
        "quels",
        "qui",
        "quoi",
        "sa",
        "sans",
        "savoir",
        "se",
        "ses",
        "si",
        "solution",
        "solutions",
        "son",
        "sont",
        "sous",
        "sur",
        "sa",
        "ta",
        "tel",
        "tes",
        "toi",
        "ton",
        "tous",
        "tout",
        "toute",
        "toutes",
        "tres",
        "trouver",
        "tu",
        "un",
        "une",
        "utiliser",
        "veut",
        "vers",
        "via",
        "voir",
        "vos",
        "votre",
        "vouloir",
        "voudrais",
        "vous",
        "y",
        "commune",
        "communes",
        "ville",
        "villes",
        "mairie",
        "collectivite",
        "collectivites",
        "territoire",
    ]
)
ELISION = re.compile(r"\b(?:qu|[cdjlmnst])['’]", re.IGNORECASE)
WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the query, and phrases that may stand for it. `last` may be the beginning of a word."""

    word: str
    alternatives: tuple[str, ...] = ()
    last: bool = False


def fold(text: str) -> str:
    """Lower case, without accents and ligatures: as the database's `folded`."""
    low = text.lower().replace("œ", "oe").replace("æ", "ae")
    return "".join(c for c in unicodedata.normalize("NFKD", low) if not unicodedata.combining(c))


def terms(text: str) -> list[Term]:
    """The terms of a query, in its order, at most twelve. A query of stop words alone keeps them."""
    folded = fold(ELISION.sub(" ", text))
    words = WORD.findall(folded)
    kept = [word for word in words if word not in STOP_WORDS and (len(word) > 1 or word.isdigit())] or words
    unique = list(dict.fromkeys(kept))[:MAX_TERMS]
    phrases = _phrases_in(words)
    ends_open = bool(folded) and folded[-1:].isalnum()
    return [
        Term(word, tuple(phrases.get(word, ())), last=ends_open and word == unique[-1]) for word in unique
    ]


def hinted_domains(text: str) -> dict[str, int]:
    """Domains whose synonyms occur in the query, with how many words of it they explain."""
    words = WORD.findall(fold(ELISION.sub(" ", text)))
    stems = [_light_stem(word) for word in words]
    found: dict[str, int] = {}
    for phrase, domain in _domain_phrases():
        size = len(phrase)
        if any(tuple(stems[i : i + size]) == phrase for i in range(len(stems) - size + 1)):
            found[domain] = max(found.get(domain, 0), size)
    return found


def _phrases_in(words: list[str]) -> dict[str, list[str]]:
    """For each word of the query: the other members of the synonym groups that it, or a phrase around it, belongs to."""
    stems = [_light_stem(word) for word in words]
    found: dict[str, list[str]] = {}
    for size in (4, 3, 2, 1):
        for start in range(len(stems) - size + 1):
            group = _groups().get(tuple(stems[start : start + size]))
            if group is None:
                continue
            named = words[start : start + size]
            anchor = next((word for word in named if word not in STOP_WORDS), named[0])
            said = {_key(phrase) for phrase in (" ".join(named),)}
            others = [phrase for phrase in group if _key(phrase) not in said]
            found.setdefault(anchor, []).extend(
                phrase for phrase in others if phrase not in found.get(anchor, [])
            )
    return found


@cache
def _groups() -> dict[tuple[str, ...], tuple[str, ...]]:
    return {
        _key(phrase): tuple(fold(other) for other in group) for group in synonym_groups() for phrase in group
    }


@cache
def _domain_phrases() -> tuple[tuple[tuple[str, ...], str], ...]:
    return tuple(
        (_key(phrase), domain.id)
        for domain in domains().values()
        for phrase in (*domain.synonyms, domain.label_fr)
    )


def _key(phrase: str) -> tuple[str, ...]:
    return tuple(_light_stem(word) for word in WORD.findall(fold(ELISION.sub(" ", phrase))))


def _light_stem(word: str) -> str:
    """Enough to meet plurals; the database stems in earnest."""
    if len(word) > 4 and word.endswith(("aux", "eux")):
        return word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith(("s", "x")) else word
