"""Stop words, elisions, synonyms, weights and mistakes: one source for both engines."""

from catalog.taxonomy import synonym_groups
from search.engines.meilisearch.index_settings import index_settings, synonyms
from search.engines.tuning import FIELDS, MOST_HITS, ONE_TYPO, TWO_TYPOS
from search.language.terms import STOP_WORDS, fold


def test_the_settings_come_from_the_sources_of_every_engine() -> None:
    made = index_settings()
    assert set(made.stop_words or ()) == STOP_WORDS | {"c", "d", "j", "l", "m", "n", "s", "t", "qu"}
    assert made.searchable_attributes == list(FIELDS)
    assert made.typo_tolerance is not None
    assert made.typo_tolerance.min_word_size_for_typos is not None
    sizes = made.typo_tolerance.min_word_size_for_typos
    assert (sizes.one_typo, sizes.two_typos) == (ONE_TYPO, TWO_TYPOS)
    assert made.pagination is not None
    assert made.pagination.max_total_hits == MOST_HITS
    assert made.localized_attributes is not None
    assert made.localized_attributes[0].locales == ["fra"]


def test_every_member_of_a_group_stands_for_every_other_in_both_numbers() -> None:
    made = synonyms()
    for group in synonym_groups():
        folded = [fold(phrase) for phrase in group]
        for phrase in folded:
            assert set(folded) - {phrase} <= set(made[phrase]), phrase
            assert phrase not in made[phrase]
    assert {"lampadaire", "lampadaires"} <= set(made["reverberes"])


def test_settings_of_another_version_are_told_from_these() -> None:
    made = index_settings()
    assert made == index_settings()
    assert made.dictionary is not None
    assert len(made.dictionary) == 1
