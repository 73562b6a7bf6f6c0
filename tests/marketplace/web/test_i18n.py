"""The reader's language, and catalogues that say everything."""

import string
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from babel.messages.pofile import read_po

from marketplace.locales import update
from marketplace.web import i18n, pages
from tests.support.world import World

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("cookie", "accepted", "code"),
    [
        (None, None, "fr"), (None, "", "fr"), (None, "en", "en"), (None, "en-GB,en;q=0.9,fr;q=0.8", "en"), (None, "fr-FR,en;q=0.5", "fr"),
        (None, "de-DE,en;q=0.7,fr;q=0.3", "en"), (None, "de", "fr"), (None, "*", "fr"), ("en", "fr", "en"), ("fr", "en", "fr"),
        ("de", "en", "en"), ("", "en", "en"), ("../../etc", None, "fr"), (None, ";;;,,,q=", "fr"),
    ],
)  # fmt: skip
def test_the_cookie_then_the_browser_then_french(cookie: str | None, accepted: str | None, code: str) -> None:
    assert i18n.chosen(cookie, accepted) == code


async def test_a_chosen_language_is_kept_and_leads_back_to_the_page(world: World) -> None:
    assert '<html lang="fr"' in (await world.http.get("/")).text
    assert '<html lang="en"' in (await world.http.get("/", headers={"Accept-Language": "en"})).text
    chosen = await world.http.get("/langue/en", params={"suite": "/solutions"}, follow_redirects=False)
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/solutions")
    english = await world.http.get("/solutions", headers={"Accept-Language": "fr"})
    assert '<html lang="en"' in english.text
    unknown = await world.http.get("/langue/xx", params={"suite": "//ailleurs.test"}, follow_redirects=False)
    assert (unknown.headers["location"], "set-cookie" in unknown.headers) == ("/", False)
    refused = await world.http.get("/api/v1/me")
    assert refused.json()["title"] == "Sign in to continue."


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_catalogue_has_every_sentence_of_the_sources_with_the_same_blanks(
    language: i18n.Language,
) -> None:
    wanted = set(update.sentences())
    with update.path(language).open("rb") as file:
        known = {
            m.id if isinstance(m.id, str) else tuple(m.id): m.string
            for m in read_po(file, locale=language)
            if m.id
        }
    assert wanted - known.keys() == set(), "run `make messages`"
    assert known.keys() - wanted == set(), "run `make messages`"
    for sentence, said in known.items():
        for one, other in zip(_parts(sentence), _parts(said), strict=True):
            assert other, f"not translated: {one}"
            assert _blanks(other) == _blanks(one), one
    assert i18n.catalogue(language).gettext("x") == "x"


def _parts(sentence: str | tuple[str, ...]) -> tuple[str, ...]:
    return (sentence,) if isinstance(sentence, str) else tuple(sentence)


def _blanks(sentence: str) -> set[str]:
    percent = {part.split(")")[0] for part in sentence.split("%(")[1:]}
    try:
        return percent | {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
    except ValueError:  # a brace that is no blank
        return percent


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Quoi ? Oui !", f"Quoi{NBSP}? Oui{NBSP}!"),
        ("« mot » ; 12 500 € HT", f"«{NBSP}mot{NBSP}»{NBSP}; 12{NBSP}500{NBSP}€{NBSP}HT"),
        ('<a title="a : b">c : d</a>', f'<a title="a : b">c{NBSP}: d</a>'),
        ("20 % de 2026", f"20{NBSP}% de 2026"),
    ],
)
def test_french_typography_gets_its_no_break_spaces_outside_markup(typed: str, shown: str) -> None:
    assert i18n.french_spaces(typed) == shown


def test_plurals_numbers_and_dates_follow_the_language() -> None:
    instant = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    shown = {}
    for language in i18n.LANGUAGES:
        token = i18n.language.set(language)
        shown[language] = (
            pages.show_number(Decimal("1250.5")), pages.show_number(Decimal(3), 2), pages.show_percent(Decimal("5.50")),
            pages.show_date(date(2027, 3, 12)), pages.show_moment(instant), pages.show_deadline(instant), pages.show_euros(None),
        )  # fmt: skip
        i18n.language.reset(token)
    assert shown["fr"] == (
        "1\u202f250,5", "3,00", f"5,5{NBSP}%", f"12{NBSP}mars{NBSP}2027", "1 juillet 2026, 00:30", f"1{NBSP}juillet{NBSP}2026", "–",
    )  # fmt: skip
    assert shown["en"] == (
        "1,250.5", "3.00", "5.5%", f"12{NBSP}March{NBSP}2027", "1 July 2026, 00:30", f"1{NBSP}July{NBSP}2026", "–",
    )  # fmt: skip
