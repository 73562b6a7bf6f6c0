"""A field's value in words: the labels of choices, units, dates and euros, in French or English.

    words("maturity", "growth", "fr")                   → ["déploiement"]
    words("answers.rgaa_rate", "92.5", "en")            → ["92.5%"]
    words("prices", [{…}], "fr")                        → one line a price, then one a tier

Values are those of a revision's content (`SheetDraft.stored`). Differences, comparisons, check pages, notices and the
security file all say a value with these words, so that it reads the same everywhere.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from catalog.solutions.content import ATTACHMENT_KIND_NAMES, CONTRACT_FORM_NAMES
from catalog.solutions.fields import STEP_NAMES, Step, field_of, is_known
from catalog.solutions.models import BASIS_NAMES, MATURITY_NAMES, Basis, Maturity
from catalog.solutions.questionnaire import QUESTIONS, UNKNOWN, Kind
from catalog.taxonomy import domains
from marketplace.money import euros
from marketplace.units import UNITS
from marketplace.web.i18n import NO_BREAK, Language, translate, translate_plural
from marketplace.words import N_, NN_

NOT_SAID = N_("non renseigné")
DOES_NOT_KNOW = N_("l’entreprise ne sait pas")
WEEKS = NN_("{count} semaine", "{count} semaines")
MODE_NAMES = {
    "all_units": N_("tout au prix du palier atteint"),
    "graduated": N_("chaque palier à son prix"),
}
Names = Mapping[str, str]
"""Towns' names by the code that a reference gives."""


def words(path: str, value: Any, language: Language, names: Names | None = None) -> list[str]:
    """The value of the field at `path`, as lines to read. Raises `KeyError` for a path that no sheet has.

    None (or an empty list) is « non renseigné »; the questionnaire's `UNKNOWN` says that the startup does not know.
    """
    field = field_of(path)
    if value in (None, [], {}, ""):
        return [translate(NOT_SAID, language)]
    if field.path.startswith("answers."):
        return _answer(field.path.removeprefix("answers."), value, language)
    if field.path == "references":
        rows = value if isinstance(value, list) else [value]
        return [line for row in rows for line in reference_words(row, language, names)]
    if say := _SPOKEN.get(field.path):
        return say(value, language)
    return [str(one) for one in value] if isinstance(value, list) else paragraphs(str(value))


def said(path: str, value: Any, language: Language, names: Names | None = None) -> str:
    """As `words`, on one line."""
    return (f"{NO_BREAK}; " if language == "fr" else "; ").join(words(path, value, language, names))


def label(path: str, language: Language, value: Any = None, names: Names | None = None) -> str:
    """What the field at `path` is called. A reference is told from the others by its town, when its
    `value` is given; a field that sheets had once is told by its path.
    """
    if not is_known(path):
        return path
    called = translate(field_of(path).label, language)
    if field_of(path).path == "references" and isinstance(value, Mapping):
        colon = f"{NO_BREAK}: " if language == "fr" else ": "
        return f"{called}{colon}{_town(value, names)}"
    return called


def step_label(step: Step, language: Language) -> str:
    """What a step of the form is called."""
    return translate(STEP_NAMES[step], language)


def paragraphs(text: str) -> list[str]:
    """The lines of a text that hold something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def price_words(price: Mapping[str, Any], language: Language) -> list[str]:
    """One published price: what it is, then each of its tiers."""
    return [price_head(price, language), *(f"– {line}" for line in tier_words(price, language))]


def price_head(price: Mapping[str, Any], language: Language) -> str:
    """« Module posé, par point lumineux, une fois (TVA 20 % ; tout au prix du palier atteint) »."""
    facts = translate(N_("{label}, par {unit}, {basis} (TVA {rate} % ; {mode})"), language)
    return facts.format(
        label=price["label"], unit=unit_words(price["unit"], 1, language),
        basis=_named(BASIS_NAMES, Basis, price["basis"], language),
        rate=number(price.get("vat_rate", "20"), language),
        mode=translate(MODE_NAMES[price.get("mode", "all_units")], language),
    )  # fmt: skip


def tier_words(price: Mapping[str, Any], language: Language) -> list[str]:
    """« à partir de 150 : 190,00 € HT », one line a tier."""
    line = translate(N_("à partir de {start} : {price} HT"), language)
    return [
        line.format(start=number(step["from"], language), price=amount(step["unit_price_cents"], language))
        for step in price.get("steps", [])
    ]


def reference_words(
    reference: Mapping[str, Any], language: Language, names: Names | None = None
) -> list[str]:
    """A deployment at a town, line by line; who to ask there comes last (it is confidential)."""
    started, ended = day(reference["started_on"], language), reference.get("ended_on")
    town = _town(reference, names)
    when = N_("{town}, du {start} au {end}") if ended else N_("{town}, depuis le {start}")
    found = [
        translate(when, language).format(town=town, start=started, end=day(ended, language) if ended else "")
    ]
    if quantity := reference.get("quantity"):
        unit = reference.get("unit")
        counted = f" {unit_words(unit, Decimal(quantity), language)}" if unit else ""
        found.append(f"{number(quantity, language)}{counted}")
    found += paragraphs(reference["scope"])
    found += [indicator_words(row, language) for row in reference.get("indicators", [])]
    if contact := reference.get("contact"):
        who = ", ".join(contact[key] for key in ("name", "role", "email", "telephone") if contact.get(key))
        found.append(translate(N_("Contact : {who}"), language).format(who=who))
    return found


def indicator_words(row: Mapping[str, Any], language: Language) -> str:
    """« Consommation : 120 avant, 40 après (MWh par an). Méthode : … »."""
    line = (
        N_("{name} : {after} ({unit}). Méthode : {method}")
        if row.get("before") is None
        else N_("{name} : {before} avant, {after} après ({unit}). Méthode : {method}")
    )
    return translate(line, language).format(
        name=row["name"], unit=row["unit"], method=row["method"], after=number(row["after"], language),
        before="" if row.get("before") is None else number(row["before"], language),
    )  # fmt: skip


def attachment_words(row: Mapping[str, Any], language: Language) -> str:
    """« Image : Le tableau de bord (texte de remplacement : …) »."""
    kind = translate(ATTACHMENT_KIND_NAMES.get(row["kind"], row["kind"]), language)
    colon = f"{NO_BREAK}: " if language == "fr" else ": "
    told = f"{kind[:1].upper()}{kind[1:]}{colon}{row['title']}"
    if row.get("alt"):
        told += " " + translate(N_("(texte de remplacement : {alt})"), language).format(alt=row["alt"])
    return told


def _answer(key: str, value: Any, language: Language) -> list[str]:
    question = QUESTIONS[key]
    if value == UNKNOWN:
        return [translate(DOES_NOT_KNOW, language)]
    match question.kind:
        case Kind.CHOICE:
            return [_choice(question.choices, value, language)]
        case Kind.CHOICES:
            return [_choice(question.choices, one, language) for one in value]
        case Kind.PERCENT:
            return [percent(value, language)]
        case Kind.NUMBER:
            unit = f" {translate(question.unit, language)}" if question.unit else ""
            return [f"{number(value, language)}{unit}"]
        case Kind.DAY:
            return [day(value, language)]
        case Kind.PROCESSORS:
            line = translate(N_("{name} ({country}) : {purpose}"), language)
            return [line.format(**row) for row in value]
        case Kind.LINE | Kind.TEXT | Kind.ADDRESS:
            return paragraphs(str(value))


def day(value: str | date, language: Language) -> str:
    """« 3 mars 2025 »."""
    known = value if isinstance(value, date) else date.fromisoformat(value)
    return format_date(known, format="long", locale=_locale(language)).replace(" ", NO_BREAK)


def number(value: str | int | Decimal, language: Language) -> str:
    """« 1 250,5 »: every digit that was declared, none that was not."""
    return format_decimal(Decimal(str(value)), locale=_locale(language), decimal_quantization=False)


def percent(value: str | Decimal, language: Language) -> str:
    """« 92,5 % »."""
    return f"{number(Decimal(str(value)).normalize(), language)}{NO_BREAK if language == 'fr' else ''}%"


def amount(cents: int, language: Language) -> str:
    """« 190,00 € »."""
    return euros(cents, language=language)


def unit_words(code: str, count: Decimal | int, language: Language) -> str:
    """« points lumineux », agreeing with `count`."""
    unit = UNITS.get(code)
    if unit is None:
        return code
    single = abs(Decimal(count)) < 2 if language == "fr" else Decimal(count) == 1
    return translate(unit.one if single else unit.many, language)


def _weeks(value: Any, language: Language) -> list[str]:
    return [translate_plural(*WEEKS, int(value), language).format(count=value)]


def _domains(value: Any, language: Language) -> list[str]:
    return [domains()[key].label(language) if key in domains() else key for key in value]


def _forms(value: Any, language: Language) -> list[str]:
    return [translate(CONTRACT_FORM_NAMES.get(form, form), language) for form in value]


def _choice(choices: Mapping[str, str], value: str, language: Language) -> str:
    return translate(DOES_NOT_KNOW if value == UNKNOWN else choices.get(value, value), language)


def _named(names: Mapping[Any, str], kind: Any, value: str, language: Language) -> str:
    return translate(names[kind(value)], language)


def _town(reference: Mapping[str, Any], names: Names | None) -> str:
    code = str(reference["town"])
    return (names or {}).get(code, code)


def _locale(language: Language) -> str:
    return {"fr": "fr_FR", "en": "en_GB"}[language]


_SPOKEN: dict[str, Callable[[Any, Language], list[str]]] = {
    "domains": _domains,
    "maturity": lambda value, language: [_named(MATURITY_NAMES, Maturity, value, language)],
    "since": lambda value, language: [day(value, language)],
    "deployment_weeks_min": _weeks,
    "deployment_weeks_max": _weeks,
    "contract_forms": _forms,
    "prices": lambda value, language: [line for price in value for line in price_words(price, language)],
    "attachments": lambda value, language: [attachment_words(row, language) for row in value],
}
"""How a value is said, where it is more than its text."""
