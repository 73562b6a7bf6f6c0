"""Bring the catalogues up to date with the sources: `make messages`.

French sentences are the msgids, so the French catalogue answers with them; the English one keeps its translations, gets
new sentences empty, and loses those that no source says any more. A test fails while one is missing.
"""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("marketplace", "catalog", "procurement", "search", "workers")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
OPTIONS = {
    "**/templates/**.html": {"extensions": "jinja2.ext.i18n,jinja2.ext.do", "newstyle_gettext": "true"}
}
KEYWORDS = {"N_": None, "NN_": (1, 2), "_": None, "gettext": None, "ngettext": (1, 2)}

HEADER = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural={plural};\\n"
"Language: {language}\\n"

"""
PLURALS = {"fr": "(n > 1)", "en": "(n != 1)"}


def sentences() -> Iterator[str | tuple[str, str]]:
    """Every sentence of the sources that is marked for translation; a pair where it has a plural."""
    for package in PACKAGES:
        found = extract_from_dir(ROOT / package, METHODS, OPTIONS, keywords=KEYWORDS)
        for _, _, sentence, _, _ in found:
            yield sentence if isinstance(sentence, str) else (sentence[0], sentence[1])


def path(language: str) -> Path:
    return Path(__file__).parent / language / "LC_MESSAGES" / "messages.po"


def update() -> dict[str, int]:
    """Write both catalogues. Returns how many sentences each leaves without a translation."""
    missing = {}
    wanted = sorted({s if isinstance(s, tuple) else (s,) for s in sentences()})
    for language in ("fr", "en"):
        with path(language).open("rb") as file:
            known = read_po(file, locale=language)
        fresh = Catalog(locale=language, project="Lot Commun", header_comment="", fuzzy=False)
        missing[language] = 0
        for sentence in wanted:
            id_ = sentence if len(sentence) == 2 else sentence[0]
            before = known.get(id_)
            said = (
                id_
                if language == "fr"
                else before.string
                if before is not None and before.id == id_
                else None
            )
            fresh.add(id_, said or None)
            missing[language] += not (all(said) if isinstance(said, tuple | list) else said)
        with path(language).open("wb") as file:
            file.write(HEADER.format(language=language, plural=PLURALS[language]).encode())
            write_po(file, fresh, width=0, no_location=True, omit_header=True, sort_output=True)
    return missing


if __name__ == "__main__":
    print(update())  # noqa: T201
