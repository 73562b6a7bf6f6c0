"""The catalogues of sentences: up to date with the sources, French and English whole, every placeholder in its place."""

import re
from string import Formatter
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from marketplace.locales import update
from marketplace.web import i18n
from marketplace.web.i18n import LANGUAGES

ANYTHING = {"num": 2}


def catalogue(language: str) -> Catalog:
    with update.path(language).open("rb") as file:
        return read_po(file, locale=language)


CATALOGUES = {language: catalogue(language) for language in LANGUAGES}


def texts(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def sources(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def messages(language: str) -> list[Message]:
    return [message for message in CATALOGUES[language] if message.id]


def places(text: str) -> set[str]:
    """The names that a sentence waits for: `{name}`, `%(name)s`."""
    braces = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    return braces | set(re.findall(r"%\((\w+)\)", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_holds_exactly_the_sentences_of_the_sources(language: str) -> None:
    said = set(update.sentences())
    known = {
        message.id if isinstance(message.id, str) else tuple(message.id) for message in messages(language)
    }
    assert sorted(map(str, said - known)) == [], "run `make messages`"
    assert sorted(map(str, known - said)) == [], "run `make messages`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_empty_or_doubtful(language: str) -> None:
    lacking = [
        message.id
        for message in messages(language)
        if message.fuzzy
        or not all(text.strip() for text in texts(message))
        or len(texts(message)) != len(sources(message))
    ]
    assert lacking == []


def test_french_sentences_are_their_own_translation() -> None:
    assert [m.id for m in messages("fr") if texts(m) != sources(m)] == []


NAMES = {"Action Cœur de Ville", "communauté de communes", "métropole de Lyon", "{town} ({level}, {year})"}
"""What has no other name in English, and what is all facts."""


def test_an_english_sentence_is_not_its_french_one() -> None:
    same = [
        m.id
        for m in messages("en")
        if texts(m) == sources(m)
        and len(re.findall(r"[a-zà-ÿ]{2,}", sources(m)[0])) > 2
        and m.id not in NAMES
    ]
    assert same == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_translation_waits_for_the_same_facts_as_its_sentence(language: str) -> None:
    different = []
    for message in messages(language):
        wanted = set().union(*map(places, sources(message)))
        different += [
            (message.id, text)
            for text in texts(message)
            if places(text) | (wanted & ({"num", "count"} if len(texts(message)) > 1 else {"num"})) != wanted
        ]
    assert different == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_filled_in(language: str) -> None:
    left = []
    for message in messages(language):
        for text in (*sources(message), *texts(message)):
            shown = _filled(text)
            if re.search(r"\{\w*\}|%\(\w+\)", shown):
                left.append((message.id, shown))
    assert left == []


def test_a_sentence_is_said_in_the_language_of_the_request_with_french_spaces() -> None:
    token = i18n.language.set("en")
    try:
        assert i18n.translate("Se connecter") == "Sign in"
        assert i18n.translate_plural("%(num)d ville", "%(num)d villes", 0) == "%(num)d towns"
        i18n.language.set("fr")
        assert i18n.translate("Se connecter") == "Se connecter"
        assert i18n.translate_plural("%(num)d ville", "%(num)d villes", 0) == "%(num)d ville"
        assert i18n.translate("Erreur :") == "Erreur\u00a0:"
        assert (
            i18n.translate("Une phrase que personne n’a traduite.") == "Une phrase que personne n’a traduite."
        )
    finally:
        i18n.language.reset(token)


def _filled(text: str) -> str:
    """The sentence with every fact given, both ways: the pages' `%(name)s`, the errors' `{name}`."""
    facts: dict[str, Any] = {name: ANYTHING.get(name, "fait") for name in places(text)}
    if "%(" in text:
        return text % facts
    return text.format(**facts) if "{" in text else text
