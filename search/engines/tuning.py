"""How words are weighed and mistakes forgiven: the embedded engine's measures, of which Meilisearch takes what it has a setting for.

Stop words, elisions and synonyms have their one source in `search.language` and `catalog.taxonomy`.
"""

from search.engines.postgres import asking, weighing

_WEIGHED = {
    "name": weighing.NAME,
    "tags": weighing.TAGS,
    "domain_words": weighing.LABELS,
    "supplier": weighing.SUPPLIER,
    "summary": weighing.SUMMARY,
    "problem": weighing.PROBLEM,
    "description": weighing.DESCRIPTION,
}
FIELDS = dict(sorted(((name, field.weight) for name, field in _WEIGHED.items()), key=lambda each: -each[1]))
"""What a word is worth where it is found, the most first: Meilisearch ranks by this order."""
ONE_TYPO, TWO_TYPOS = asking.SHORTEST_MISTYPED, 8
"""From how many letters a word may be one typing mistake away from what was meant, and two."""
MOST_HITS = 100_000
"""How far pages go: further than any directory."""
