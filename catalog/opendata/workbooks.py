"""The files that people fill in: a template, their own sheets as they stand, and what they sent with its errors.

An XLSX has three sheets: « Fiches », « Aide », which says what each column takes, and hidden lists for the choices. Headers and
choices are in French; a CSV has the same header and rows.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from catalog.opendata.columns import ERRORS, EXAMPLE, KEPT, SHEET, Cell, Column, cells, column_of
from catalog.solutions.fields import Content
from marketplace.tabular import to_csv, xlsx_text

LAST_ROW = 2000
LONGEST = 32_767
"""What an XLSX cell can hold."""
WRONG = PatternFill("solid", fgColor="FFF8D3CD")
HEAD = PatternFill("solid", fgColor="FFE2EDED")
EXAMPLE_CONTENT: Content = {
    "name": "Lanterne, télégestion de l’éclairage public",
    "summary": "Chaque point lumineux se règle et signale ses pannes à distance.",
    "problem": "Les pannes sont signalées par les habitants, et tout le réseau s’éclaire à la même heure.",
    "description": "Un module par lampe, un tableau de bord, des horaires par rue.",
    "domains": ["eclairage-public"],
    "cpv": ["34928500-3"],
    "tags": ["télégestion", "led"],
    "audiences": ["communes", "syndicats d’énergie"],
    "maturity": "established",
    "website": "https://lanterne.example/",
    "since": "2021-03-01",
    "deployment_weeks_min": 6,
    "deployment_weeks_max": 12,
    "town_provides": "Un plan des armoires et un accès à chacune.",
    "contract_forms": ["order", "framework"],
    "prices": [
        {
            "label": "Module posé", "unit": "light_point", "basis": "one_off", "vat_rate": "20", "mode": "all_units",
            "steps": [{"from": "0", "unit_price_cents": 21000}, {"from": "150", "unit_price_cents": 19000}],
        }
    ],
    "answers": {
        "hosting_country": "france", "hosting_operator": "Hébergeur d’exemple, Roubaix", "extra_eu_parent": "no",
        "data_kinds": ["technical"], "processing_role": "none", "api": "open", "standards": ["talq", "mqtt"],
        "exports": ["csv", "json"], "exit_days": 30, "exit_price": "included", "rgaa_rate": "87.5", "rgaa_audited_on": "2025-11-03",
        "encryption": ["transit", "rest"], "availability": "99.5", "backups": "Chaque nuit, restauration essayée chaque trimestre.",
    },
    "references": [
        {
            "id": "01900000-0000-7000-8000-000000000001", "town": "18033", "started_on": "2022-05-02", "quantity": "1200",
            "unit": "light_point", "scope": "Tout le centre-ville.",
        }
    ],
}  # fmt: skip
"""What the templates' example row says; its firm and figures are invented."""
Rows = Sequence[Mapping[str, Any]]


def template(form: str) -> bytes:
    """The template, as « csv » or « xlsx »: a header and one example row, which an import leaves aside."""
    return filled(form, [cells(EXAMPLE_CONTENT, words=True) | {"id": f"{EXAMPLE} à remplacer"}])


def filled(form: str, rows: Rows) -> bytes:
    """Rows by column key under the template's header."""
    header = [column.label for column in SHEET.values()]
    table = [[row.get(key) for key in SHEET] for row in rows]
    return to_csv(header, table) if form == "csv" else _workbook(header, table)


def with_errors(form: str, rows: Rows, errors: Mapping[int, Mapping[str, list[str]]]) -> bytes:
    """The rows of a CSV or XLSX file as they were sent, with what is wrong with each in a last column.

    `errors`: sentences by row number and by column, as the file's header calls it (« » for none in particular).
    """
    header = [name for name in dict.fromkeys(name for row in rows for name in row) if name != ERRORS]
    said = [_sentences(errors.get(i, {})) for i in range(len(rows))]
    table = [[*(row.get(name, "") for name in header), text] for row, text in zip(rows, said, strict=True)]
    if form == "csv":
        return to_csv([*header, ERRORS], table)
    wrong = {(i, header.index(name)) for i, found in errors.items() for name in found if name in header} | {
        (i, len(header)) for i in errors
    }
    return _workbook([*header, ERRORS], table, wrong)


def _sentences(found: Mapping[str, list[str]]) -> str:
    return "\n".join(
        f"{name} : {said}" if name else said for name, all_of in found.items() for said in all_of
    )


def _workbook(
    header: Sequence[str], rows: Iterable[Sequence[Any]], wrong: Iterable[tuple[int, int]] = ()
) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Fiches"
    for place, name in enumerate(header, 1):
        cell = sheet.cell(1, place, xlsx_text(name))
        cell.font, cell.fill, cell.alignment = (
            Font(bold=True),
            HEAD,
            Alignment(wrap_text=True, vertical="top"),
        )
        sheet.column_dimensions[get_column_letter(place)].width = 28
    for number, row in enumerate(rows, 2):
        example = str(row[0] or "").startswith(EXAMPLE)
        for place, value in enumerate(row, 1):
            _write(sheet, number, place, value, example=example)
    for number, place in wrong:
        sheet.cell(number + 2, place + 1).fill = WRONG
    sheet.freeze_panes = "B2"
    _help(book)
    _lists(book, sheet, header)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def append(sheet: Any, keys: Sequence[str], rows: Rows) -> None:
    """Add rows by column key to a sheet that is only written."""
    for row in rows:
        sheet.append([_held(row.get(key)) for key in keys])


def _held(value: Any) -> Any:
    """What a cell holds of a value."""
    if not isinstance(value, str):
        return value
    return xlsx_text(value) if len(value) < LONGEST else KEPT


def _write(sheet: Worksheet, number: int, place: int, value: Any, *, example: bool) -> None:
    cell = sheet.cell(number, place)
    if isinstance(value, str):
        cell.value = _held(value)
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    elif isinstance(value, int | Decimal | date):
        cell.value = value
    if example:
        cell.font = Font(italic=True, color="FF5A6A67")


def _help(book: Workbook) -> None:
    sheet = book.create_sheet("Aide")
    titles = (
        "Colonne",
        "Nom technique",
        "Obligatoire",
        "Ce qu’on y écrit",
        "Valeurs acceptées",
        "Qui la voit",
    )
    for place, (title, width) in enumerate(zip(titles, (40, 28, 24, 60, 60, 30), strict=True), 1):
        sheet.cell(1, place, title).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(place)].width = width
    for number, column in enumerate(SHEET.values(), 2):
        for place, text in enumerate(_about(column), 1):
            sheet.cell(number, place, text).alignment = Alignment(wrap_text=True, vertical="top")
    notes = (
        f"Une ligne dont l’identifiant commence par {EXAMPLE} n’est pas importée.",
        f"Une case vide vide le champ. Une case qui dit {KEPT}, ou une colonne retirée, le laisse comme il est.",
        "Plusieurs valeurs dans une case : séparez-les par une barre verticale, par exemple : a | b.",
    )
    for number, note in enumerate(notes, len(SHEET) + 3):
        sheet.cell(number, 1, note)
    sheet.freeze_panes = "A2"


WANTED = {"name": "toujours"} | dict.fromkeys(
    ("summary", "description", "domains", "maturity"), "pour envoyer en relecture"
)
WHAT = {
    Cell.TEXT: "Du texte.", Cell.CHOICE: "Une valeur de la liste.", Cell.LIST: "Une ou plusieurs valeurs.",
    Cell.CHOICES: "Une ou plusieurs valeurs de la liste.", Cell.NUMBER: "Un nombre.", Cell.DAY: "Une date.",
    Cell.YES_NO: "oui ou non.", Cell.TIERS: "Des paliers.", Cell.JSON: "Du JSON.",
}  # fmt: skip


def _about(column: Column) -> tuple[str, str, str, str, str, str]:
    whose = (
        "villes connectées et équipe de relecture"
        if column.confidential
        else "tout le monde, une fois la fiche publiée"
    )
    choices = " | ".join(column.choices.values())
    what = f"{WHAT[column.cell]} {column.hint}".strip()
    return column.label, column.key, WANTED.get(column.key, "non"), what, choices, whose


def _lists(book: Workbook, sheet: Worksheet, header: Sequence[str]) -> None:
    """The choices of each column, offered in its cells; several can be written, so what is not in the list is let in."""
    lists = book.create_sheet("Listes")
    lists.sheet_state = "hidden"
    at = 0
    for place, name in enumerate(header, 1):
        column = column_of(name)
        if column is None or not column.choices:
            continue
        at += 1
        for number, words in enumerate(column.choices.values(), 1):
            lists.cell(number, at, words)
        letter, target = get_column_letter(at), get_column_letter(place)
        offered = DataValidation(
            type="list", formula1=f"Listes!${letter}$1:${letter}${len(column.choices)}", allow_blank=True,
            showErrorMessage=column.cell is Cell.CHOICE, errorStyle="warning",
            error="Choisissez une valeur de la liste.", showInputMessage=bool(column.hint), prompt=column.hint[:250] or None,
        )  # fmt: skip
        offered.add(f"{target}2:{target}{LAST_ROW}")
        sheet.add_data_validation(offered)
