"""What the taxonomy says of words: synonyms both ways, and domains, with how surely."""

from catalog.taxonomy import domains, sayings_by_domain, synonym_groups, synonyms_by_domain
from search.language.phrases import (
    NAMED,
    SAID,
    SPOKEN,
    fingerprint,
    hints,
    key_of,
    known_phrases,
    known_stems,
    longest,
    meant,
    speaks_of,
    synonyms,
    written,
)


def test_a_phrase_is_known_by_the_stems_of_what_it_says() -> None:
    assert key_of("Trou dans la chaussée") == key_of("trous, chaussées") == ("trou", "chauss")
    assert key_of("notre commune") == ("notr", "commun")
    assert key_of("?") == ()


def test_members_of_a_group_stand_for_each_other_and_never_for_themselves() -> None:
    found = synonyms()
    for group in synonym_groups():
        keys = {key_of(phrase) for phrase in group}
        for key in keys:
            assert keys - {key} <= set(found[key])
            assert key not in found[key]


def test_every_domain_has_its_own_groups_and_no_phrase_is_empty_or_too_long() -> None:
    assert set(synonyms_by_domain()) == set(domains())
    assert all(groups for groups in synonyms_by_domain().values())
    assert all(len(group) == len(set(group)) > 1 for group in synonym_groups())
    assert all(1 <= len(key) <= longest() <= 6 for key in synonyms())
    assert {key for key in synonyms() if len(key) > 1} <= known_phrases()
    assert all(len(key) > 1 for key in known_phrases())
    assert {part for key in synonyms() for part in key} <= known_stems()


def test_a_label_or_synonym_names_its_domain_and_a_synonym_s_synonym_less_surely() -> None:
    said = speaks_of()
    for domain in domains().values():
        assert said[key_of(domain.label_fr)][domain.id] == NAMED
        assert all(said[key_of(synonym)][domain.id] == NAMED for synonym in domain.synonyms)
    for domain_id, groups in synonyms_by_domain().items():
        assert all(said[key_of(phrase)][domain_id] >= SPOKEN for group in groups for phrase in group)


def test_a_saying_leads_to_what_it_means_and_to_its_domain_and_never_back() -> None:
    assert set(sayings_by_domain()) == set(domains())
    said, found = speaks_of(), meant()
    for domain_id, sayings in sayings_by_domain().items():
        for saying in sayings:
            keys = [key_of(phrase) for phrase in (*saying.said, *saying.means)]
            assert all(1 <= len(key) <= 5 for key in keys), saying
            for phrase in saying.said:
                key = key_of(phrase)
                assert {key_of(other) for other in saying.means} - {key} <= set(found[key])
                assert said[key][domain_id] >= SAID
                assert set(key) <= known_stems()
    assert key_of("habitat indigne") in found[key_of("moisissure")]
    assert key_of("moisissure") not in found.get(key_of("habitat indigne"), ())
    assert key_of("moisissure") not in synonyms().get(key_of("habitat indigne"), ())


def test_a_word_is_told_with_its_accents_and_an_unknown_one_as_it_is() -> None:
    assert written("eclairage") == "éclairage"
    assert written("zzz") == "zzz"


def test_hints_are_between_0_and_1_and_the_longer_phrase_is_surer() -> None:
    assert hints(key_of("bonjour")) == {}
    assert hints(key_of("lampadaire"))["eclairage-public"] == 1
    both = hints(key_of("plan communal de sauvegarde, école"))
    assert both["risques-crise"] == 1 > both["education-enfance"] > 0


def test_the_fingerprint_of_the_language_is_stable() -> None:
    assert fingerprint() == fingerprint()
    assert len(fingerprint()) == 16
