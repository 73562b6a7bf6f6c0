"""How words are weighed and mistakes forgiven: one source for every engine.

Stop words and elisions are in `search.language.terms`, synonyms in `catalog.taxonomy`.
"""

FIELDS = {
    "name": 1.0,
    "tags": 0.6,
    "domain_words": 0.6,
    "supplier": 0.6,
    "summary": 0.3,
    "problem": 0.3,
    "description": 0.15,
}
"""What a word is worth where it is found, the most first."""
ONE_TYPO, TWO_TYPOS = 4, 8
"""From how many letters a word may be one typing mistake away from what was meant, and two."""
MOST_HITS = 100_000
"""How far pages go: further than any directory."""
