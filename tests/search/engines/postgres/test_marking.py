"""What highlights mark: the words found, in whatever form they are written, and phrases with their small words."""

from search.engines.postgres.marking import EXTRACT, Sought, extract, highlights, mark, spans_of
from search.engines.protocol import MARK, UNMARK


def marked(text: str, *keys: str) -> str:
    return mark(text, spans_of(text, Sought.of(keys))).replace(MARK, "[").replace(UNMARK, "]")


def test_every_form_of_a_word_is_marked_where_it_stands() -> None:
    assert marked("L’Éclairage éclairé, ÉCLAIRAGES.", "eclairag") == "L’[Éclairage] éclairé, [ÉCLAIRAGES]."
    assert marked("e\u0301clairage", "eclairag") == "[e\u0301clairage]"
    assert marked("rien", "eclairag") == "rien"


def test_a_phrase_is_marked_as_one_with_the_small_words_between() -> None:
    assert marked("un trou dans la chaussée ici", "trou chauss") == "un [trou dans la chaussée] ici"
    assert marked("nid-de-poule", "nid poul") == "[nid-de-poule]"
    assert marked("le co-voiturage", "covoiturag") == "le [co-voiturage]"


def test_a_long_description_is_cut_around_what_was_found_between_words() -> None:
    text = "mot " * 200 + "balise " + "suite " * 200
    shown = extract(text, Sought.of(["balis"]))
    assert f"{MARK}balise{UNMARK}" in shown
    assert shown.startswith("… mot")
    assert shown.endswith("suite …")
    assert len(shown) < EXTRACT + 20
    assert extract("Trou ici, trou dans la chaussée là.", Sought.of(["trou chauss"])).count(MARK) == 1
    assert extract("trou", Sought.of(["trou chauss"])) == ""


def test_the_description_is_shown_only_when_the_name_and_the_summary_hold_nothing() -> None:
    texts = {"name": "Xylo", "summary": "La balise.", "description": "Une balise."}
    assert [field for field, _ in highlights(texts.__getitem__, Sought.of(["balis"]))] == ["summary"]
    assert [
        field for field, _ in highlights((texts | {"summary": "Rien."}).__getitem__, Sought.of(["balis"]))
    ] == ["description"]
    assert highlights(texts.__getitem__, Sought.of(["absent"])) == ()
