"""The words of a need that a sheet does not say, and the corrections that may be told."""

from typing import Any
from uuid import uuid4

from search.engines.documents import SearchDocument
from search.own_sheet.unsaid import Heard, telling, unsaid


def heard(**texts: Any) -> Heard:
    given: dict[str, Any] = {
        "id": uuid4(), "slug": "halo", "name": "Halo", "summary": "Un éclairage public qui baisse la nuit.", "description": "",
        "supplier": "Quinquet", "domains": ("eclairage-public",), "tags": (), "maturity": "growth", "fictional": True, "priced": False,
        "version": 1,
    }  # fmt: skip
    return Heard.of(SearchDocument(**given | texts))


def missing(need: str, corrected: dict[str, str] | None = None, **texts: Any) -> tuple[str, ...]:
    return unsaid(need, heard(**texts), corrected or {})


def test_words_are_told_as_they_were_written_once_each_without_those_that_say_nothing() -> None:
    assert missing("Nous cherchons une Détection d’écureuils, des écureuils !") == ("détection", "écureuils")


def test_a_form_a_relative_a_synonym_and_a_beginning_are_heard() -> None:
    assert missing("éclairages publics") == ()
    assert missing("l’arrosage du stade", summary="Arroser juste, dans les stades.") == ()
    assert missing("nos lampadaires") == (), "the taxonomy says that it is public lighting"
    assert missing("stationnem", summary="Le stationnement compté.") == ()
    assert missing("co voiturage", summary="Le covoiturage entre agents.") == ()


def test_a_phrase_is_a_synonym_whole_and_not_by_one_of_its_words() -> None:
    assert missing("tout à l’égout", name="X", summary="Y", domains=()) == ("égout",)


def test_a_corrected_word_is_looked_for_as_it_was_read_and_numbers_are_not_missing() -> None:
    assert missing("eclairrage 1200", {"eclairrage": "eclairage"}) == ()
    assert missing("ecurreuil", {"ecurreuil": "ecureuil"}) == ("ecurreuil",)


def test_nothing_is_missing_of_a_need_without_words() -> None:
    assert missing("") == missing("nous voulons une solution !") == missing("\u0301 -- ’’") == ()


def test_a_correction_to_a_word_of_nobody_here_is_not_told() -> None:
    sheets = [heard(tags=("telegestion",))]
    corrected = {"ecclairage": "eclairage", "telegestin": "telegestion", "lucivie": "lucivoie"}
    assert telling(corrected, sheets) == {"ecclairage": "eclairage", "telegestin": "telegestion"}
