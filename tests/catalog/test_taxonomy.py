"""The directory's domains: 25, each with its words and its procurement codes, in two languages."""

import csv
import json
import re
from pathlib import Path

import pytest

from catalog.taxonomy import domains, sayings_by_domain, synonym_groups
from search.language.phrases import key_of
from search.language.words import words_of

GRAMMAR = frozenset(
    """
    a au aux avec ce ces cette chez d dans de des du en entre et j l la le les leur leurs ma mes mon n ne notre nos ou par pas plus
    pour qu que qui s sa sans se ses son sur un une vers y
    """.split()  # noqa: SIM905  a text of words
)


def test_there_are_25_domains_each_named_defined_and_findable_by_words() -> None:
    assert len(domains()) == 25
    for key, domain in domains().items():
        assert key == domain.id
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", key)
        assert domain.label_fr
        assert domain.definition
        assert len(domain.synonyms) >= 5
        assert len(set(domain.synonyms)) == len(domain.synonyms)
        assert domain.label("fr") != domain.label("en")


def test_every_domain_leads_to_well_formed_procurement_codes() -> None:
    for domain in domains().values():
        assert domain.cpv
        assert len({cpv.code for cpv in domain.cpv}) == len(domain.cpv)
        assert all(re.fullmatch(r"\d{8}-\d", cpv.code) and cpv.label_en for cpv in domain.cpv)


def test_words_that_stand_for_each_other_come_in_groups_of_two_or_more() -> None:
    for group in synonym_groups():
        assert len(group) >= 2
        assert len({word.casefold() for word in group}) == len(group)


def test_a_saying_says_something_and_means_something_else_each_once() -> None:
    for sayings in sayings_by_domain().values():
        for saying in sayings:
            assert saying.said
            assert saying.means
            assert len(set(saying.said)) == len(saying.said)
            assert len(set(saying.means)) == len(saying.means)


def test_a_saying_of_several_words_keeps_more_than_one_of_them() -> None:
    """« Projet de la commune » would be read as « projet », which any need may hold: such a saying says too little."""
    for sayings in sayings_by_domain().values():
        for phrase in (phrase for saying in sayings for phrase in saying.said):
            said = [word for word in words_of(phrase).sequence if word not in GRAMMAR]
            assert len(said) < 2 or len(key_of(phrase)) > 1, phrase


@pytest.mark.shared
def test_every_procurement_code_and_its_label_are_the_official_ones(shared: Path) -> None:
    with (shared / "data" / "cpv_en.csv").open(newline="") as file:
        official = {row["code"]: row["label_en"] for row in csv.DictReader(file)}
    for domain in domains().values():
        for cpv in domain.cpv:
            assert official.get(cpv.code) == cpv.label_en, cpv.code


@pytest.mark.shared
def test_every_domain_of_the_public_records_is_one_of_ours(shared: Path) -> None:
    records = json.loads((shared / "data" / "solutions.json").read_text())
    assert {domain for record in records for domain in record["domaines"]} <= set(domains())
