"""Tables in and out: rows from JSON, CSV or XLSX files, and exports that spreadsheets cannot mistake for formulas.

Reading refuses a file as a whole when it is not what its name says, is cut short, is too big, or is not UTF-8; the error
names the file and says what to do. Rows are plain dictionaries of text; what they mean is the caller's business.
"""

import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from marketplace.clock import PARIS
from marketplace.errors import Invalid, TooLarge, wrong
from marketplace.words import N_

MAX_BYTES = 50_000_000
MAX_UNZIPPED = 400_000_000
WIDEST = 60
"""Characters of the widest column of a workbook of ours: longer text goes to the line."""
MAX_ROWS = 1_048_576
"""What a sheet can hold: a row said to be further is a trap, and none before it is left out."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What an XLSX cannot hold."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row and where it stands in its file (line of a CSV or sheet, position in a JSON list)."""

    where: str
    values: dict[str, Any]


class UnreadableFile(Invalid):
    code = "unreadable_file"


def read_rows(path: Path) -> Iterator[SourceRow]:
    """The rows of a .json, .csv or .xlsx file. Raises `UnreadableFile` or `TooLarge` before the first row."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise _unreadable(path, N_("Ce n’est pas un fichier."))
        if size > MAX_BYTES:
            raise _too_large(path, MAX_BYTES)
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(
            path, N_("Impossible de lire ce fichier : {why}."), why=error.strerror or str(error)
        ) from None
    return read_bytes(data, path)


def read_bytes(data: bytes, path: Path) -> Iterator[SourceRow]:
    """As `read_rows`, from bytes already in hand; the suffix of `path` says what they are."""
    readers = {".json": _json, ".csv": _csv, ".xlsx": _xlsx}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise _unreadable(path, N_("Formats acceptés : .json, .csv et .xlsx."))
    return iter(reader(data, path))


def to_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file in UTF-8 with BOM and semicolons, as French spreadsheets open it."""
    return b"\xef\xbb\xbf" + csv_lines([header]) + csv_lines(rows)


def csv_lines(rows: Iterable[Sequence[object]]) -> bytes:
    """Lines of such a file, for one that is sent piece by piece."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for row in rows:
        writer.writerow([_csv_cell(cell) for cell in row])
    return out.getvalue().encode()


def to_xlsx(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """An XLSX file with one sheet; numbers are numbers, text is text."""
    return to_workbook([(title, header, rows)])


def to_workbook(sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[object]]]]) -> bytes:
    """An XLSX file with several sheets, each a title, a header and rows, as `to_xlsx` writes one. Columns are as wide as what they hold."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    wrapped = Alignment(vertical="top", wrap_text=True)
    book = Workbook()
    for unused in book.worksheets:
        book.remove(unused)
    for title, header, rows in sheets:
        sheet = book.create_sheet(title[:31])
        widths = {column: len(name) for column, name in enumerate(header, 1)}
        for column, name in enumerate(header, 1):
            sheet.cell(1, column, _harmless(name)).font = Font(bold=True)
        for number, row in enumerate(rows, 2):
            long = False
            for column, value in enumerate(row, 1):
                cell = sheet.cell(number, column)
                lines = str(value).splitlines()
                widths[column] = max(widths.get(column, 0), *map(len, lines), 0)
                long = long or len(lines) > 1 or len(str(value)) > WIDEST
                if isinstance(value, datetime):
                    cell.value = value.astimezone(PARIS).replace(tzinfo=None)  # a sheet knows no time zone
                elif isinstance(value, str):
                    cell.value = xlsx_text(value)
                    cell.data_type = "s"
                else:
                    cell.value = (
                        value if value is None or isinstance(value, int | Decimal | date) else str(value)
                    )
            for cell in sheet[number] if long else ():
                cell.alignment = wrapped
        for column, width in widths.items():
            sheet.column_dimensions[get_column_letter(column)].width = min(width, WIDEST) + 2
        sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _json(data: bytes, path: Path) -> list[SourceRow]:
    text = _utf8(data, path)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, N_("Ce JSON est incomplet ou mal écrit : {why}."), why=str(error)) from None
    if isinstance(document, dict):
        lists = [value for value in document.values() if isinstance(value, list)]
        document = lists[0] if len(lists) == 1 else document.get("solutions", document)
    if not isinstance(document, list):
        raise _unreadable(path, N_("Ce JSON doit être une liste d’objets."))
    return [
        SourceRow(f"[{i}]", row if isinstance(row, dict) else {"": row}) for i, row in enumerate(document)
    ]


def _csv(data: bytes, path: Path) -> list[SourceRow]:
    text = _utf8(data, path)
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = [
            SourceRow(
                f"ligne {reader.line_num}", {k: v for k, v in row.items() if k is not None and v is not None}
            )
            for row in reader
        ]
    except csv.Error as error:
        raise _unreadable(path, N_("Ce CSV est incomplet ou mal écrit : {why}."), why=str(error)) from None
    if not reader.fieldnames:
        raise _unreadable(path, N_("Ce fichier est vide : la première ligne doit nommer les colonnes."))
    return rows


_DAMAGED = (
    zipfile.BadZipFile, zlib.error, KeyError, ValueError, IndexError, TypeError, AttributeError, EOFError, OSError,
    SyntaxError, RuntimeError, NotImplementedError,
)  # fmt: skip
"""What zipfile, zlib, the XML parser and openpyxl raise for a workbook that is not one, or no longer."""


def _xlsx(data: bytes, path: Path) -> list[SourceRow]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNZIPPED:
                raise _too_large(path, MAX_UNZIPPED)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        lines = sheet.iter_rows(values_only=True, max_row=MAX_ROWS)
        header = [str(cell).strip() if cell is not None else "" for cell in next(lines, ())]
        rows = [
            SourceRow(f"ligne {number}", {name: _text(cell) for name, cell in zip(header, line, strict=False) if name})
            for number, line in enumerate(lines, 2)
            if any(cell is not None for cell in line)
        ]  # fmt: skip
    except _DAMAGED as error:
        raise _unreadable(
            path, N_("Ce classeur est incomplet ou n’est pas un .xlsx : {why}."), why=str(error)
        ) from None
    if not any(header):
        raise _unreadable(path, N_("Ce fichier est vide : la première ligne doit nommer les colonnes."))
    return rows


def _utf8(data: bytes, path: Path) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(path, error.start) from None
    if "\0" in text:  # UTF-16 without its mark: ASCII letters with a null byte after each
        raise _not_utf8(path, data.index(0))
    return text


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _harmless(text: str) -> str:
    """`text` that no spreadsheet runs as a formula. `unharmed` takes back what this adds, and nothing else."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def xlsx_text(text: str) -> str:
    """`text` as a cell of a workbook of ours holds it."""
    return _UNPRINTABLE.sub("", _harmless(text))


def unharmed(text: str) -> str:
    """What a cell said before an export made it harmless."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA_STARTS) else text


def _csv_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f").replace(".", ",")
    return str(value) if isinstance(value, int) else _harmless(str(value))


def _not_utf8(path: Path, position: int) -> UnreadableFile:
    return _unreadable(
        path,
        N_(
            "Ce fichier n’est pas en UTF-8 (octet {position}). Dans le tableur : « Enregistrer sous », puis « CSV UTF-8 »."
        ),
        position=position,
    )


def _too_large(path: Path, limit: int) -> TooLarge:
    megabytes = limit // 1_000_000
    return TooLarge(
        [wrong(path.name, TooLarge.sentence, code="too_large", megabytes=megabytes)], megabytes=megabytes
    )


def _unreadable(path: Path, sentence: str, **facts: object) -> UnreadableFile:
    return UnreadableFile([wrong(path.name, sentence, code="unreadable_file", **facts)])
