"""What is looked for when something is typed: words, phrases known as one, what stands for them, and mistakes mended."""

import pytest

from search.engines.postgres.asking import (
    LONGEST,
    MEANT,
    MISTYPED,
    SYNONYM,
    WHOLE,
    Known,
    ask,
    nearest,
    typed,
)
from search.engines.postgres.nearness import distance
from search.language.phrases import known_stems, longest, synonyms
from search.language.stems import stem

INDEX = Known(
    total=1000,
    entries={"trou": 4, "chauss": 3, "eclairag": 20, "public": 90, "lampadair": 5, "covoiturag": 7},
)


def looked_for(text: str, known: Known = INDEX) -> dict[str, float]:
    asked = ask(typed(text), known)
    return dict(zip(asked.keys, asked.weights, strict=True))


def test_a_phrase_known_as_one_is_one_unit_with_its_synonyms_and_its_words() -> None:
    asked = ask(typed("un trou dans la chaussée"), INDEX)
    assert len(asked.own) == 1
    found = dict(zip(asked.keys, zip(asked.slots, asked.weights, strict=True), strict=True))
    assert found["trou chauss"] == (WHOLE, 1.0)
    assert found["nid poul"] == (WHOLE, SYNONYM)
    assert {found["trou"][0], found["chauss"][0]} == {0, 1}
    assert found["trou"][1] + found["chauss"][1] < 1


def test_a_synonym_counts_less_than_the_word_and_no_unit_is_longer_than_the_ranking_reads() -> None:
    assert looked_for("lampadaires")["lampadair"] == 1
    assert looked_for("lampadaires")["eclairag public"] == SYNONYM
    assert max(map(len, synonyms())) <= longest() <= LONGEST


def test_two_words_that_are_one_are_looked_for_as_one_too() -> None:
    assert looked_for("co voiturage")["covoiturag"] == 1
    assert looked_for("co-voiturage") == looked_for("co voiturage")


def test_a_word_said_twice_is_asked_once() -> None:
    assert len(ask(typed("éclairage éclairage éclairage"), INDEX).own) == 1


def test_a_mistyped_word_is_mended_and_said_and_a_word_begun_is_completed_silently() -> None:
    known = Known(
        total=9, near={"lampadiares": [("lampadaires", 3)]}, begins={"rempliss": [("remplissage", 2)]}
    )
    mended = ask(typed("lampadiares"), known)
    assert mended.corrected == {"lampadiares": "lampadaires"}
    assert looked_for("lampadiares", known)["lampadair"] == MISTYPED
    begun = ask(typed("rempliss"), known)
    assert begun.corrected == {}
    assert "remplissag" in begun.keys


def test_while_it_is_typed_a_word_may_be_begun_even_with_the_stem_of_one_that_the_taxonomy_knows() -> None:
    known = Known(total=9, begins={"alerti": [("alertissimo", 1)]})
    assert stem("alerti") in known_stems()
    assert "alertissimo" in looked_for("alerti", known)
    assert "alertissimo" not in looked_for("alerti ", known)
    assert "alertissimo" not in looked_for("alerte", Known(total=9, begins={"alerte": [("alertissimo", 1)]}))


def test_a_word_that_the_index_or_the_taxonomy_knows_is_never_mended() -> None:
    near = {"trou": [("trouve", 50)], "candelabre": [("candelabres", 2)]}
    assert ask(typed("trou candélabre"), Known(total=9, entries={"trou": 1}, near=near)).corrected == {}


def test_a_mistyped_word_that_only_the_taxonomy_knows_is_mended_into_it_when_the_index_has_nothing_nearer() -> (
    None
):
    assert ask(typed("moisisure"), Known(total=9)).corrected == {"moisisure": "moisissure"}
    assert looked_for("moisisure", Known(total=9))["habitat indign"] == pytest.approx(MEANT)
    nearer = Known(total=9, near={"moisisure": [("moisisures", 1)]}, entries={"moisisur": 0})
    assert ask(typed("moisisure"), nearer).corrected == {"moisisure": "moisisures"}


def test_of_near_words_the_nearest_then_the_most_frequent_is_meant() -> None:
    assert nearest("punase", [("punaise", 1), ("pause", 90)]) == "punaise"
    assert nearest("velos", [("velas", 1), ("velox", 5)]) == "velox"
    assert nearest("eclairrge", [("eclairage", 2), ("eclaireur", 9)]) == "eclairage"
    assert nearest("abc", [("xyz", 9)]) is None
    assert nearest("abc", []) is None


@pytest.mark.parametrize(
    ("a", "b", "mistakes"),
    [("abc", "abc", 0), ("abc", "abd", 1), ("abc", "acb", 1), ("abc", "abcd", 1), ("abcd", "abc", 1), ("abcd", "badc", 2), ("abc", "xyz", 3), ("", "ab", 2)],
)  # fmt: skip
def test_mistakes_are_counted_and_not_beyond_what_is_asked(a: str, b: str, mistakes: int) -> None:
    assert distance(a, b, 3) == mistakes
    assert distance(a, b, 1) == min(mistakes, 2)


def test_a_query_without_words_asks_nothing() -> None:
    assert typed("?! …").words == ()
    assert ask(typed(""), Known()).own == []
