"""What a revision changes, in words: every kind of field, and what accepting some of them makes."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.curation.diffing import Change, Piece, by_step
from catalog.solutions.fields import FIELDS, assemble, differences, flatten, merged, public
from catalog.solutions.questionnaire import QUESTIONS, Kind
from marketplace.web.i18n import LANGUAGES, NO_BREAK
from tests.catalog.solutions.test_wording import REFERENCE, TOWN, whole

N = NO_BREAK


def only_change(before: dict[str, Any], after: dict[str, Any]) -> Change:
    (change,) = [change for step in by_step(before, after, "fr", TOWN) for change in step.changes]
    return change


def told(change: Change) -> list[tuple[str, str]]:
    return [(piece.op, piece.text.strip()) for piece in change.pieces]


def test_a_text_is_compared_word_by_word() -> None:
    change = only_change(
        {"summary": "Règle l’éclairage rue par rue."}, {"summary": "Règle tout l’éclairage rue par rue."}
    )
    assert (change.kind, change.shape, change.label) == ("changed", "text", "En une phrase")
    assert told(change) == [("same", "Règle"), ("ins", "tout"), ("same", "l’éclairage rue par rue.")]
    changed = only_change({"description": "Un.\n\nDeux."}, {"description": "Un.\n\nTrois."})
    assert changed.pieces == (Piece("same", "Un.\n\n"), Piece("del", "Deux."), Piece("ins", "Trois."))


def test_a_list_says_what_was_added_and_removed_and_what_moved_is_neither() -> None:
    change = only_change({"tags": ["led", "rue", "nuit"]}, {"tags": ["nuit", "led", "parc"]})
    assert told(change) == [("del", "rue"), ("same", "nuit"), ("same", "led"), ("ins", "parc")]
    domains = only_change({"domains": ["mobilite"]}, {"domains": ["mobilite", "eclairage-public"]})
    assert told(domains)[-1] == ("ins", "Éclairage public")
    kinds = only_change(
        {"answers": {"data_kinds": ["technical"]}}, {"answers": {"data_kinds": ["technical", "minors"]}}
    )
    assert told(kinds) == [("same", "données techniques"), ("ins", "données de mineurs")]


def test_a_choice_a_figure_and_a_day_say_before_and_after() -> None:
    assert told(only_change({"maturity": "growth"}, {"maturity": "stopped"})) == [
        ("del", "déploiement"), ("ins", "service arrêté"),
    ]  # fmt: skip
    rate = only_change({"answers": {"rgaa_rate": "50"}}, {"answers": {"rgaa_rate": "92.5"}})
    assert told(rate) == [("del", f"50{N}%"), ("ins", f"92,5{N}%")]
    gone = only_change({"since": "2020-01-01", "name": "A"}, {"name": "A"})
    assert (gone.kind, told(gone)) == ("removed", [("del", f"1{N}janvier{N}2020")])
    unknown = only_change({}, {"answers": {"api": "unknown"}})
    assert (unknown.kind, told(unknown)) == ("added", [("ins", "l’entreprise ne sait pas")])


def test_prices_are_compared_tier_by_tier() -> None:
    def line(*steps: tuple[str, int], **more: str) -> dict[str, Any]:
        return {
            "label": "Module", "unit": "light_point", "basis": "one_off", "vat_rate": "20", "mode": "all_units",
            "steps": [{"from": start, "unit_price_cents": cents} for start, cents in steps],
        } | more  # fmt: skip

    gone, renamed = line(("0", 100), label="Pose"), line(("0", 300), label="Abonnement", basis="yearly")
    change = only_change(
        {"prices": [line(("0", 21000), ("150", 19000)), gone]},
        {"prices": [line(("0", 21000), ("100", 18000)), renamed]},
    )
    first, second = change.prices
    assert (first.before, change.shape) == (first.after, "prices")
    assert [(tier.start, tier.before, tier.after, tier.changed) for tier in first.tiers] == [
        ("0", f"210,00{N}€", f"210,00{N}€", False), ("100", "", f"180,00{N}€", True), ("150", f"190,00{N}€", "", True),
    ]  # fmt: skip
    assert second.before.startswith("Pose") and second.after.startswith("Abonnement")
    assert len(only_change({"prices": [gone, renamed]}, {"prices": [gone]}).prices) == 2
    assert len(only_change({}, {"prices": [gone]}).prices) == 1
    dear, cheap = (gone | {"steps": [{"from": "0", "unit_price_cents": cents}]} for cents in (200, 100))
    assert len(only_change({"prices": [cheap, dear]}, {"prices": [dear]}).prices) == 2, (
        "of two alike, one is gone"
    )


def test_references_are_added_changed_and_removed_one_by_one_and_a_contact_is_marked() -> None:
    other = REFERENCE | {"id": "0190f3c0-0000-7000-8000-000000000002", "town": "18279"}
    added = only_change({"references": [REFERENCE]}, {"references": [REFERENCE, other]})
    assert (added.kind, added.label, added.contact) == ("added", f"Référence{N}: 18279", True)
    changed = only_change({"references": [REFERENCE]}, {"references": [REFERENCE | {"scope": "Le port"}]})
    assert ("del", "Tout le centre") in told(changed) and ("ins", "Le port") in told(changed)
    assert (changed.kind, changed.label) == ("changed", f"Référence{N}: Ambérieu-en-Bugey")
    assert only_change({"references": [REFERENCE]}, {}).kind == "removed"
    bare = {key: value for key, value in REFERENCE.items() if key != "contact"}
    assert not only_change({}, {"references": [bare]}).contact


def test_confidential_fields_are_marked_and_unchanged_ones_are_kept_apart() -> None:
    steps = by_step({"name": "A", "tags": ["x"]}, {"name": "A", "tags": ["x"], "answers": {"backups": "Oui."}}, "fr")  # fmt: skip
    changes = [change for step in steps for change in step.changes]
    assert [(change.path, change.confidential) for change in changes] == [("answers.backups", True)]
    same = [(path, lines) for step in steps for path, _, lines, _ in step.same]
    assert same == [("name", ["A"]), ("tags", ["x"])]


def test_a_first_version_shows_every_field_in_both_languages() -> None:
    content = whole()
    for language in LANGUAGES:
        changes = [change for step in by_step({}, content, language, TOWN) for change in step.changes]
        assert {change.path for change in changes} == set(flatten(content))
        assert all(change.kind == "added" and (change.pieces or change.prices) for change in changes)


def test_texts_made_to_be_slow_are_shown_one_after_the_other() -> None:
    began = time.monotonic()
    change = only_change({"description": "a " * 9999}, {"description": "b " + "a " * 9998})
    assert [piece.op for piece in change.pieces] == ["del", "ins"]
    words = [f"mot{n % 900}" for n in range(3000)]
    only_change({"description": " ".join(words)}, {"description": " ".join(reversed(words))})
    assert time.monotonic() - began < 5


TEXT = st.text(alphabet="abc é’", min_size=1, max_size=12)
LEAVES: dict[str, st.SearchStrategy[Any]] = {
    "name": TEXT, "summary": TEXT, "description": TEXT, "website": TEXT,
    "tags": st.lists(TEXT, min_size=1, max_size=3), "domains": st.lists(st.sampled_from(["mobilite", "eclairage-public"]), min_size=1),
    "deployment_weeks_min": st.integers(0, 20), "maturity": st.sampled_from(["growth", "stopped"]),
    "prices": st.lists(st.fixed_dictionaries({"label": TEXT, "steps": st.just([])}), min_size=1, max_size=2),
    **{
        f"answers.{key}": st.just(["none"]) | st.just(["a", "b"]) if QUESTIONS[key].kind is Kind.CHOICES else TEXT
        for key in ("backups", "api", "exports", "encryption", "log_months")
    },
    **{
        f"references.{n}": st.fixed_dictionaries({"id": st.just(str(n)), "scope": TEXT}, optional={"contact": st.just({"name": "A"})})
        for n in range(3)
    },
}  # fmt: skip
CONTENTS = st.fixed_dictionaries({}, optional=LEAVES).map(assemble)
"""Contents as a revision keeps them: what is left out is left out."""


@settings(max_examples=150, deadline=None)
@given(before=CONTENTS, after=CONTENTS, data=st.data())
def test_accepting_all_none_or_some_fields_makes_exactly_that(
    before: dict[str, Any], after: dict[str, Any], data: st.DataObject
) -> None:
    changed = [difference.path for difference in differences(before, after)]
    assert flatten(merged(before, after, changed)) == flatten(after)
    assert flatten(merged(before, after, [])) == flatten(before)
    taken = data.draw(st.sets(st.sampled_from(changed))) if changed else set()
    some = merged(before, after, taken)
    assert {difference.path for difference in differences(before, some)} == taken
    assert {difference.path for difference in differences(some, after)} == set(changed) - taken
    assert not {d.path for d in differences(public(before), public(some))} - taken


@pytest.mark.parametrize("path", [path for path in FIELDS if path != "references"])
def test_every_field_of_a_whole_sheet_can_go_and_come_back(path: str) -> None:
    values = flatten(whole())
    without = assemble({key: value for key, value in values.items() if key != path})
    for before, after, kind in ((without, whole(), "added"), (whole(), without, "removed")):
        change = only_change(before, after)
        assert (change.path, change.kind) == (path, kind)
        assert change.pieces or change.prices
