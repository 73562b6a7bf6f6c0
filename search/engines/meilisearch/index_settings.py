"""How the index is set, from the sources that every engine shares: stop words, elisions, synonyms, weights, typing mistakes."""

import hashlib
import string
from functools import cache

from meilisearch_python_sdk.models.settings import (
    Faceting,
    LocalizedAttributes,
    MeilisearchSettings,
    MinWordSizeForTypos,
    Pagination,
    TypoTolerance,
)

from catalog.taxonomy import sayings_by_domain, synonym_groups
from search.engines.meilisearch.stored import STORED
from search.engines.tuning import FIELDS, MOST_HITS, ONE_TYPO, TWO_TYPOS
from search.language.terms import ELISION, STOP_WORDS, fold

FILTERABLE = ("domains", "maturity", "features", "priced", "running")
SORTABLE = ("name_key", "published", "id", "stamp")
RANKING = (
    "sort",  # first: an order that was asked for is that order, whatever the words
    "words",
    "typo",
    "running:desc",  # what cannot be bought any more comes after what can and answers as well
    "proximity",
    "attribute",
    "exactness",
    "priced_rank:desc",
    "name_key:asc",
    "id:asc",  # one order only, so that pages follow each other
)
MOST_VALUES = 200
MARKER = "lotcommun"


@cache
def index_settings() -> MeilisearchSettings:
    """What every index of ours is set to. The last entry of `dictionary` tells these settings from another version's."""
    made = MeilisearchSettings(
        searchable_attributes=list(FIELDS),
        displayed_attributes=list(STORED),
        filterable_attributes=list(FILTERABLE),
        sortable_attributes=list(SORTABLE),
        ranking_rules=list(RANKING),
        stop_words=sorted(STOP_WORDS | _elided()),
        synonyms=synonyms(),
        typo_tolerance=TypoTolerance(
            enabled=True, min_word_size_for_typos=MinWordSizeForTypos(one_typo=ONE_TYPO, two_typos=TWO_TYPOS)
        ),
        faceting=Faceting(max_values_per_facet=MOST_VALUES),
        pagination=Pagination(max_total_hits=MOST_HITS),
        localized_attributes=[LocalizedAttributes(locales=["fra"], attribute_patterns=list(FIELDS))],
    )
    digest = hashlib.sha256(made.model_dump_json().encode()).hexdigest()[:16]
    return made.model_copy(update={"dictionary": [f"{MARKER}{digest}"]})


def synonyms() -> dict[str, list[str]]:
    """Each word or phrase of the taxonomy's groups → the others of its groups, and what is said → what it means; in both numbers.

    The server corrects mistakes in words, never in what stands for them: « réverbères » must be there beside « réverbère ». A saying of
    several words is taken as it is, and its meanings in their one form: settings are sent whole.
    """
    found: dict[str, dict[str, None]] = {}
    for group in synonym_groups():
        members = dict.fromkeys(form for phrase in group for form in _forms(fold(phrase)))
        for form in members:
            found.setdefault(form, {}).update(dict.fromkeys(other for other in members if other != form))
    for saying in (saying for sayings in sayings_by_domain().values() for saying in sayings):
        means = [fold(phrase) for phrase in saying.means]
        for form in (
            form
            for phrase in map(fold, saying.said)
            for form in (_forms(phrase) if " " not in phrase else [phrase])
        ):
            found.setdefault(form, {}).update(dict.fromkeys(other for other in means if other != form))
    return {phrase: list(others) for phrase, others in sorted(found.items()) if others}


def _forms(phrase: str) -> tuple[str, ...]:
    """A phrase, in the singular and in the plural."""
    words = phrase.split()
    one = " ".join(word[:-1] if len(word) > 3 and word.endswith(("s", "aux")) else word for word in words)
    many = " ".join(_plural(word) if len(word) > 3 else word for word in words)
    return tuple(dict.fromkeys((phrase, one, many)))


def _plural(word: str) -> str:
    if word.endswith(("s", "x", "z")):
        return word
    return (
        f"{word}x" if word.endswith(("au", "eu")) else f"{word[:-1]}ux" if word.endswith("al") else f"{word}s"
    )


def _elided() -> set[str]:
    """What an elision leaves before the apostrophe: « l’ », « qu’ »."""
    candidates = {*string.ascii_lowercase, "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "quelqu"}
    return {candidate for candidate in candidates if ELISION.fullmatch(f"{candidate}’")}
