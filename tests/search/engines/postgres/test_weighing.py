"""What a word weighs in a sheet: more where it says more, the same whenever it is computed."""

from dataclasses import fields, replace
from typing import Any

from search.engines.postgres.weighing import FOR_TOWNS, GIST, STOPPED, exactly, rarity, weigh
from tests.search.engines.benches import sheet

CHANGES: dict[str, Any] = {
    "name": "Autre", "slug": "autre", "summary": "Autre.", "description": "Autre.", "supplier": "Autre", "domains": ("mobilite",),
    "tags": ("autre",), "maturity": "growth", "fictional": False, "priced": True, "version": 2, "problem": "Autre.",
    "features": ("priced",), "references": 3, "published_on": "2026-01-01", "audiences": ("communes",),
}  # fmt: skip


def weights(**said: Any) -> dict[str, float]:
    return dict(weigh(sheet("Xylo", "Rien.", **said)).postings)


def test_a_word_weighs_most_in_the_name_then_in_the_summary_the_tags_and_the_description() -> None:
    where = [
        dict(weigh(sheet("Balise", "Rien.")).postings)["balis"],
        dict(weigh(sheet("Xylo", "Balise.")).postings)["balis"],
        weights(tags=("balise",))["balis"],
        weights(description="Balise.")["balis"],
    ]
    assert where == sorted(where, reverse=True)
    assert len(set(where)) == 4


def test_a_word_said_again_weighs_more_and_in_a_longer_text_less() -> None:
    once = weights(description="Balise au bord.")["balis"]
    assert weights(description="Balise au bord de la balise.")["balis"] > once
    assert weights(description="Balise au bord. " + "Mot différent. " * 200)["balis"] < once


def test_known_phrases_are_found_anywhere_and_any_two_words_in_a_short_text() -> None:
    far = weights(description="Une appli contre le nid-de-poule et la tarte flambée.")
    assert "nid poul" in far
    assert "tart flamb" not in far
    assert "tart flamb" in dict(weigh(sheet("Xylo", "La tarte flambée.")).postings)


def test_the_gist_is_the_weightiest_stems_and_a_name_keeps_its_very_form() -> None:
    weighed = weigh(
        sheet(
            "Balise", "Signale les obstacles.", description=" ".join(f"mot{chr(97 + i)}" for i in range(26))
        )
    )
    stems = [impact for key, impact in weighed.postings if " " not in key]
    assert list(weighed.gist) == sorted(stems, reverse=True)[:GIST]
    assert exactly("balise") in dict(weighed.postings)


def test_a_name_of_stop_words_alone_is_indexed() -> None:
    assert {"notr", "vill"} <= set(dict(weigh(sheet("Notre ville", "Rien.")).postings))


def test_what_runs_and_is_made_for_towns_is_favoured() -> None:
    assert weigh(sheet("A")).favour == 1
    assert weigh(sheet("A", maturity="stopped")).favour == STOPPED
    assert weigh(sheet("A", audiences=("Collectivité-territoriale",))).favour == FOR_TOWNS
    assert weigh(sheet("A", audiences=("particuliers",))).favour == 1


def test_the_digest_changes_with_every_field_and_with_nothing_else() -> None:
    document = sheet("Balise")
    assert set(CHANGES) == {field.name for field in fields(document)} - {"id"}
    digests = {weigh(replace(document, **{name: value})).digest for name, value in CHANGES.items()}
    assert len(digests | {weigh(document).digest}) == len(CHANGES) + 1
    assert weigh(replace(document)).digest == weigh(document).digest < 2**63


def test_a_rarer_word_is_worth_more_and_none_less_than_nothing() -> None:
    worth = [rarity(entries, 1000) for entries in (0, 1, 10, 500, 1000, 2000)]
    assert worth == sorted(worth, reverse=True)
    assert worth[-1] > 0
