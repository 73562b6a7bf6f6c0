"""Stop words, elisions, synonyms, weights and mistakes: one source for both engines."""

from dataclasses import fields

from catalog.taxonomy import synonym_groups
from search.engines.documents import SearchDocument
from search.engines.meilisearch.index_settings import index_settings, synonyms
from search.engines.meilisearch.stored import OF_DOCUMENT, STORED
from search.engines.tuning import FIELDS, MOST_HITS, ONE_TYPO, TWO_TYPOS
from search.language.terms import ELISION, STOP_WORDS, fold


def test_the_settings_come_from_the_sources_of_every_engine() -> None:
    made = index_settings()
    elided = {"c", "d", "j", "l", "m", "n", "s", "t", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "quelqu"}
    assert set(made.stop_words or ()) == STOP_WORDS | elided
    assert all(ELISION.fullmatch(f"{part}’") for part in elided)
    assert next(iter(FIELDS)) == "name"
    assert list(FIELDS.values()) == sorted(FIELDS.values(), reverse=True)
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


def test_every_field_of_a_document_has_its_place_in_the_allow_list() -> None:
    assert set(OF_DOCUMENT) == {field.name for field in fields(SearchDocument)}
    assert set(STORED) - set(OF_DOCUMENT) == {
        "domain_words",
        "running",
        "priced_rank",
        "name_key",
        "published",
        "stamp",
    }
