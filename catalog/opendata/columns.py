"""A sheet as one row of a table: its columns, how a value is written in a cell, and how it is read back.

A column has a key (`answers.hosting_country`) and a French label; a file may be headed by either, and choices may be given by
their code or their French words. An empty cell empties the field; a column that is not there, or a cell that says
`KEPT`, leaves it as it is. What is written is read back as it was.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from catalog.solutions.content import CONTRACT_FORM_NAMES
from catalog.solutions.fields import FIELDS, Content
from catalog.solutions.models import BASIS_NAMES, MATURITY_NAMES
from catalog.solutions.questionnaire import QUESTIONS, UNKNOWN, Kind
from catalog.solutions.wording import MODE_NAMES
from catalog.taxonomy import domains
from marketplace.errors import FieldError, wrong
from marketplace.tabular import unharmed
from marketplace.units import UNITS
from marketplace.words import N_

KEPT = "(inchangé)"
EXAMPLE = "(exemple)"
"""How the id of a template's example row begins: such a row is no sheet."""
ERRORS = "Erreurs"
"""The column that an error report adds; not read back."""
TIER = re.compile(r"(?P<start>[0-9.,]+)\s*-\s*(?P<end>[0-9.,]*)\s*:\s*(?P<price>[0-9., \u00a0\u202f]+)")
FRENCH_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
YES, NO = frozenset({"1", "true", "vrai", "oui", "yes"}), frozenset({"0", "false", "faux", "non", "no"})


class Cell(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    CHOICE = "choice"
    LIST = "list"
    CHOICES = "choices"
    NUMBER = "number"
    DAY = "day"
    YES_NO = "yes_no"
    TIERS = "tiers"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Column:
    """`label` and `hint` are French; `choices` gives each code its French words. `whose`: "curator" for what only they say."""

    key: str
    label: str
    cell: Cell = Cell.TEXT
    choices: dict[str, str] = field(default_factory=dict)
    hint: str = ""
    confidential: bool = False
    curators: bool = False


LISTED = N_("Plusieurs valeurs : séparez-les par une barre verticale, par exemple : a | b.")
IN_JSON = N_("En JSON, comme dans le schéma. Plus simple à remplir sur le site, étape par étape.")
_DOMAINS = {domain.id: domain.label_fr for domain in domains().values()}
_UNKNOWN = {UNKNOWN: N_("ne sait pas")}
_CELLS = {
    Kind.CHOICE: Cell.CHOICE, Kind.CHOICES: Cell.CHOICES, Kind.LINE: Cell.TEXT, Kind.TEXT: Cell.TEXT, Kind.PERCENT: Cell.NUMBER,
    Kind.NUMBER: Cell.NUMBER, Kind.DAY: Cell.DAY, Kind.ADDRESS: Cell.TEXT, Kind.PROCESSORS: Cell.JSON,
}  # fmt: skip
_TOP: dict[str, tuple[Cell, dict[str, str], str]] = {
    "domains": (Cell.CHOICES, _DOMAINS, LISTED),
    "cpv": (Cell.LIST, {}, N_("Par exemple 34928500-3. Plusieurs codes : séparez-les par une barre verticale.")),
    "tags": (Cell.LIST, {}, LISTED),
    "audiences": (Cell.LIST, {}, LISTED),
    "maturity": (Cell.CHOICE, {code.value: name for code, name in MATURITY_NAMES.items()}, ""),
    "since": (Cell.DAY, {}, N_("Une date, par exemple 2024-09-01.")),
    "deployment_weeks_min": (Cell.NUMBER, {}, ""),
    "deployment_weeks_max": (Cell.NUMBER, {}, ""),
    "contract_forms": (Cell.CHOICES, {code.value: name for code, name in CONTRACT_FORM_NAMES.items()}, LISTED),
    "references": (Cell.JSON, {}, IN_JSON),
}  # fmt: skip
PRICE: dict[str, Column] = {
    column.key: column
    for column in (
        Column("price_label", N_("Prix : ce qui est vendu")),
        Column("price_unit", N_("Prix : unité"), Cell.CHOICE, {code: unit.one for code, unit in UNITS.items()}),
        Column("price_basis", N_("Prix : une fois ou par an"), Cell.CHOICE, {code.value: name for code, name in BASIS_NAMES.items()}),
        Column("price_vat_rate", N_("Prix : taux de TVA"), Cell.NUMBER, hint=N_("20 si rien n’est dit.")),
        Column("price_mode", N_("Prix : effet des paliers"), Cell.CHOICE, MODE_NAMES),
        Column("price_tiers", N_("Prix : paliers HT"), Cell.TIERS, hint=N_("En euros HT, par exemple 0-150:210,00 | 150-:190,00. Un seul prix : 0-:210,00.")),
    )
}  # fmt: skip
"""One price, the commonest case, in six columns. Several: in `prices`."""


def _of_sheet() -> list[Column]:
    made = [Column("id", N_("Identifiant"), hint=N_("Vide pour une nouvelle fiche. Sinon, celui de la fiche, qui termine son adresse."))]  # fmt: skip
    for path, known in FIELDS.items():
        if path == "attachments":
            continue  # files are sent one by one
        if path == "prices":
            made += [*PRICE.values(), Column("prices", N_("Plusieurs prix"), Cell.JSON, hint=IN_JSON)]
        elif path.startswith("answers."):
            question = QUESTIONS[path.removeprefix("answers.")]
            choices = question.choices | _UNKNOWN if question.choices else {}
            cell = _CELLS[question.kind]
            hint = question.hint or {Cell.CHOICES: LISTED, Cell.JSON: IN_JSON}.get(cell, "")
            made.append(Column(path, known.label, cell, choices, hint, known.confidential))
        else:
            cell, choices, hint = _TOP.get(path, (Cell.TEXT, {}, ""))
            made.append(Column(path, known.label, cell, choices, hint))
    return made


SHEET: dict[str, Column] = {column.key: column for column in _of_sheet()}
"""What its startup fills in, in the form's order."""
ORIGIN: dict[str, Column] = {
    column.key: column
    for column in (
        Column("supplier", N_("Entreprise"), curators=True),
        Column("supplier_siren", N_("SIREN de l’entreprise"), curators=True),
        Column("source", N_("Source"), curators=True),
        Column("licence", N_("Licence"), curators=True),
        Column("fictional", N_("Fictive"), Cell.YES_NO, curators=True),
    )
}
"""Where a record comes from: what a curator or an operator says."""
READ_ONLY: dict[str, Column] = {
    column.key: column
    for column in (
        Column("url", N_("Adresse de la fiche")),
        Column("published_at", N_("Publiée le")),
        Column("revised_at", N_("Révisée le")),
    )
}
"""What an export adds and an import leaves aside."""
COLUMNS = SHEET | ORIGIN
_IGNORED = {ERRORS.casefold(), *READ_ONLY, *(column.label.casefold() for column in READ_ONLY.values())}
_BY_NAME = {name: c for c in COLUMNS.values() for name in (c.key, c.label.casefold())}


def column_of(name: str) -> Column | None:
    """The column that a file's header names, by key or French label."""
    said = name.strip()
    return _BY_NAME.get(said) or _BY_NAME.get(" ".join(said.split()).casefold())


def column_at(path: str) -> str | None:
    """The key of the column that holds what a fault's path (`prices[0].unit`, `answers.exports[1]`) is about."""
    top = re.split(r"\[", path, maxsplit=1)[0]
    if top == "prices":
        part = f"price_{path.rpartition('.')[2]}"
        return part if part in PRICE else "price_tiers" if ".steps" in path else "prices"
    return top if top in COLUMNS else None


# reading


@dataclass(slots=True)
class Given:
    """What a row says: `values` by path (None: emptied), and the faults of cells that say nothing."""

    values: dict[str, Any] = field(default_factory=dict)
    faults: list[FieldError] = field(default_factory=list)

    def refuse(self, path: str, sentence: str, code: str, **facts: object) -> None:
        self.faults.append(wrong(path, sentence, code=code, **facts))


def given(row: Mapping[str, Any]) -> Given:
    """What a row of a file says, whatever its header is made of. Values of a JSON file are taken as they are."""
    found = Given()
    cells: dict[str, Any] = {}
    for name, value in row.items():
        if " ".join(name.split()).casefold() in _IGNORED:
            continue
        if name == "answers":
            if isinstance(value, Mapping):
                cells |= {f"answers.{key}": inner for key, inner in value.items()}
            else:
                found.refuse("answers", N_("Ce champ est un objet."), "dict_type")
        elif column := column_of(name):
            cells[column.key] = value
        else:
            cells[name] = value
    for key, value in cells.items():
        if key not in COLUMNS:
            found.refuse(key, N_("Ce champ n’existe pas : vérifiez son nom."), "extra_forbidden")
        elif key not in PRICE and not (isinstance(value, str) and value.strip().casefold() == KEPT):
            _put(found, COLUMNS[key], value)
    _prices(found, cells)
    return found


def _put(found: Given, column: Column, value: Any) -> None:
    try:
        found.values[column.key] = read_cell(column, value)
    except (ValueError, RecursionError) as error:
        found.refuse(
            column.key, N_("Ce JSON est incomplet ou mal écrit : {why}."), "json", why=str(error)[:200]
        )


def read_cell(column: Column, value: Any) -> Any:
    """The value that a cell says, None for an empty one. What is not text already is one. Raises `ValueError` for bad JSON."""
    if not isinstance(value, str):
        return None if value == [] else value
    text = unharmed(value.strip())
    if not text:
        return None
    match column.cell:
        case Cell.CHOICE:
            return _code(column, text)
        case Cell.LIST | Cell.CHOICES:
            return [_code(column, part) for part in _parts(text)] or None
        case Cell.NUMBER:
            return re.sub(r"[\s%]", "", text).replace(",", ".")
        case Cell.DAY:
            day = FRENCH_DAY.fullmatch(text)
            return f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}" if day else text
        case Cell.YES_NO:
            said = text.lower()
            return True if said in YES else False if said in NO else text
        case Cell.JSON:
            return json.loads(text) or None
        case Cell.TEXT | Cell.TIERS:
            return text


def _code(column: Column, text: Any) -> Any:
    if not isinstance(text, str) or text in column.choices:
        return text
    said = text.casefold()
    return next((code for code, words in column.choices.items() if words.casefold() == said), text)


def _parts(text: str) -> list[Any]:
    if text.startswith("["):
        try:
            listed = json.loads(text)
        except ValueError:
            listed = None
        if isinstance(listed, list):
            return listed
    return [part.strip() for part in re.split(r"[;|]", text) if part.strip()]


def _prices(found: Given, cells: Mapping[str, Any]) -> None:
    said = {key: read_cell(PRICE[key], cells[key]) for key in PRICE if key in cells}
    if not any(value is not None for value in said.values()):
        if said and "prices" not in cells:
            found.values["prices"] = None
        return
    if found.values.get("prices"):
        found.refuse(
            "prices",
            N_("Donnez un prix dans les colonnes « Prix : … », ou plusieurs ici, pas les deux."),
            "both",
        )
        return
    price: dict[str, Any] = {
        "label": said.get("price_label") or found.values.get("name"), "unit": said.get("price_unit"),
        "basis": said.get("price_basis") or "one_off", "vat_rate": str(said.get("price_vat_rate") or "20"),
        "mode": said.get("price_mode") or "all_units",
    }  # fmt: skip
    try:
        found.values["prices"] = [price | {"steps": _tiers(str(said.get("price_tiers") or ""))}]
    except _BadTiers as error:
        found.values.pop("prices", None)
        found.refuse("price_tiers", N_("Écrivez les paliers ainsi : 0-150:210.00 | 150-:190.00."), "tiers", said=str(error))  # fmt: skip


class _BadTiers(ValueError):
    pass


def _tiers(text: str) -> list[dict[str, Any]]:
    steps = []
    for part in re.split(r"\s*\|\s*", text.strip()):
        match = TIER.fullmatch(part.strip())
        if not match:
            raise _BadTiers(part)
        try:
            cents = Decimal(re.sub(r"\s", "", match["price"]).replace(",", ".")) * 100
        except InvalidOperation:
            raise _BadTiers(part) from None
        if cents != int(cents):
            raise _BadTiers(part)
        start, end = match["start"].replace(",", "."), match["end"].replace(",", ".")
        steps.append({"from": start, "to": end or None, "unit_price_cents": int(cents)})
    return steps


# writing


def cells(content: Content, *, words: bool = False) -> dict[str, Any]:
    """The row of a sheet's content by column; `words` writes choices in French rather than by their code."""
    row: dict[str, Any] = {}
    for key, column in SHEET.items():
        if key in PRICE or key in {"id", "prices"}:
            continue
        holder = content.get("answers", {}) if key.startswith("answers.") else content
        row[key] = write_cell(column, holder.get(key.removeprefix("answers.")), words=words)
    prices = content.get("prices", [])
    row["prices"] = write_cell(SHEET["prices"], prices) if len(prices) > 1 else None
    if len(prices) == 1:
        price = {f"price_{name}": value for name, value in prices[0].items() if name != "steps"}
        row |= {key: write_cell(PRICE[key], value, words=words) for key, value in price.items()}
        row["price_tiers"] = _written_tiers(prices[0]["steps"])
    return row


def write_cell(column: Column, value: Any, *, words: bool = False) -> Any:
    """A value as a cell: a number, a day or a text; None for nothing."""
    if value in (None, "", [], {}):
        return None
    shown = column.choices if words else {}
    match column.cell:
        case Cell.CHOICE:
            return shown.get(value, value)
        case Cell.LIST | Cell.CHOICES:
            texts = [str(shown.get(one, one)) for one in value]
            plain = not any(";" in text or "|" in text or text.startswith("[") for text in texts)
            return " | ".join(texts) if plain else json.dumps(texts, ensure_ascii=False)
        case Cell.NUMBER:
            return Decimal(str(value))
        case Cell.DAY:
            return date.fromisoformat(value)
        case Cell.YES_NO:
            return "oui" if value else "non"
        case Cell.JSON:
            return json.dumps(value, ensure_ascii=False)
        case Cell.TEXT | Cell.TIERS:
            return value


def _written_tiers(steps: list[dict[str, Any]]) -> str:
    ends = [step["from"] for step in steps[1:]] + [""]
    return " | ".join(
        f"{step['from']}-{end}:{Decimal(step['unit_price_cents']) / 100:.2f}"
        for step, end in zip(steps, ends, strict=True)
    )
