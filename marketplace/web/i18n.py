"""Languages: French sentences are the msgids; English is the second catalogue. The language is the request's.

Catalogues are compiled from their `.po` files when first used, so there is no compiled file to forget.
French sentences get their no-break spaces here, once: authors write ordinary ones.
"""

import re
from contextvars import ContextVar
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Literal

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from marketplace.errors import DomainError, FieldError

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")
LOCALES = Path(__file__).parent.parent / "locales"
NO_BREAK = "\u00a0"

language: ContextVar[Language] = ContextVar("language", default="fr")


def locale() -> str:
    """How the request's language writes dates and numbers: English is that of Europe."""
    return {"fr": "fr_FR", "en": "en_GB"}[language.get()]


@cache
def catalogue(code: Language) -> Translations:
    """The compiled catalogue of a language. Raises when its file is missing or broken: a build fault, never a user's."""
    with (LOCALES / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        source = read_po(file, locale=code)
    compiled = BytesIO()
    write_mo(compiled, source)
    compiled.seek(0)
    return Translations(compiled)


@lru_cache(maxsize=4096)
def french_spaces(sentence: str) -> str:
    """No-break spaces where French typography wants them, outside markup."""
    parts = re.split(r"(<[^>]+>)", sentence)
    return "".join(part if part.startswith("<") else _spaced(part) for part in parts)


def _spaced(text: str) -> str:
    text = re.sub(r" (?=[;!?:»%€×÷])", NO_BREAK, text).replace("« ", "«" + NO_BREAK)
    text = re.sub(r" (?=(HT|TTC|k€|M€)\b)", NO_BREAK, text)
    return re.sub(r"(?<=\d) (?=\d{3}(?!\d))", NO_BREAK, text)


def translate(sentence: str, code: Language | None = None) -> str:
    """`sentence` in the request's language, or in `code`."""
    code = code or language.get()
    if not sentence:
        return ""
    found: str = catalogue(code).gettext(sentence)
    return french_spaces(found) if code == "fr" else found


def translate_plural(one: str, many: str, count: int, code: Language | None = None) -> str:
    """As `translate`: `one` or `many`, for `count` (French counts 0 as singular, English as plural)."""
    code = code or language.get()
    found: str = catalogue(code).ngettext(one, many, count)
    return french_spaces(found) if code == "fr" else found


def say(error: DomainError | FieldError) -> str:
    """What an error says, in the request's language, its facts filled in."""
    facts = dict(error.facts) if isinstance(error, FieldError) else error.facts
    return translate(error.sentence).format(**{name: _fact(value) for name, value in facts.items()})


def _fact(value: object) -> object:
    if isinstance(value, tuple):
        return ", ".join(str(_fact(part)) for part in value)
    return translate(value) if isinstance(value, str) else value


def chosen(cookie: str | None, accepted: str | None) -> Language:
    """The language of a request: the cookie's, else the first of ours that the browser accepts, else French."""
    for code in LANGUAGES:
        if cookie == code:
            return code
    for part in (accepted or "").split(","):
        asked = part.split(";")[0].strip()[:2].lower()
        for code in LANGUAGES:
            if asked == code:
                return code
    return "fr"
