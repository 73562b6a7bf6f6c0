"""Tables in and out: what a spreadsheet sends, what it must never run."""

import csv
import io
import zipfile
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from marketplace import tabular
from marketplace.errors import TooLarge
from marketplace.tabular import UnreadableFile, read_bytes, read_rows, to_csv, to_xlsx

HEADER = ["nom", "quantité"]
NAIVE = datetime(2026, 11, 22, tzinfo=UTC).replace(tzinfo=None)
"""A day, as a sheet holds it: with no time zone."""
READ = [{"nom": "Étampes", "quantité": "12,5"}, {"nom": "L’Haÿ-les-Roses", "quantité": "3"}]


def workbook(rows: list[list[object]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rows_of(content: bytes, name: str) -> list[dict[str, object]]:
    return [row.values for row in read_bytes(content, Path(name))]


def refusal(content: bytes, name: str) -> str:
    with pytest.raises(UnreadableFile) as refused:
        list(read_bytes(content, Path(name)))
    (fault,) = refused.value.fields
    assert (fault.path, fault.code) == (name, "unreadable_file")
    return str(fault)


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_csv_is_read_whatever_its_delimiter_line_end_and_mark(delimiter: str, mark: str, end: str) -> None:
    lines = [HEADER, ["Étampes", '"12,5"'], ["L’Haÿ-les-Roses", "3"]]
    content = mark + end.join(delimiter.join(line) for line in lines) + end
    assert rows_of(content.encode(), "villes.csv") == READ


def test_an_xlsx_is_read_as_text_and_its_rows_say_their_line() -> None:
    content = workbook([HEADER, ["Étampes", 12], [None, None], ["Vierzon", 1.5], ["Bourges", NAIVE]])
    found = list(read_bytes(content, Path("villes.XLSX")))
    assert [row.values["quantité"] for row in found] == ["12", "1.5", "2026-11-22"]
    assert [row.where for row in found] == ["ligne 2", "ligne 4", "ligne 5"]


@pytest.mark.parametrize(
    "document",
    [
        '[{"nom": "Étampes"}]',
        '{"solutions": [{"nom": "Étampes"}], "date": "x"}',
        '{"villes": [{"nom": "Étampes"}]}',
    ],
)
def test_a_json_list_is_read_bare_or_under_one_name(document: str) -> None:
    assert rows_of(document.encode(), "villes.json") == [{"nom": "Étampes"}]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize("name", ["villes.csv", "villes.json"])
def test_a_file_that_is_not_utf8_is_refused_and_told_how_to_save_it(encoding: str, name: str) -> None:
    assert "UTF-8" in refusal('[{"nom": "Étampes"}]'.encode(encoding), name)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b'[{"nom": "a"}, {"nom":', "villes.json"),
        (b"[" * 100_000, "villes.json"),
        (b'"une chaine"', "villes.json"),
        (b'{"nom": "a"}', "villes.json"),
        (b"", "villes.json"),
        (b'nom;ville\n"jamais ferme;x', "villes.csv"),
        (b"", "villes.csv"),
        (b"nom;a\n" + b"x" * 200_000 + b";1\n", "villes.csv"),
        (b"", "villes.xlsx"),
        (b"nom;ville\na;b\n", "villes.xlsx"),
        (workbook([[None]]), "villes.xlsx"),
    ],
)
def test_a_file_cut_short_or_of_another_kind_is_refused_as_a_whole(content: bytes, name: str) -> None:
    assert refusal(content, name)


def test_a_workbook_cut_or_damaged_anywhere_is_refused_or_read_never_a_crash() -> None:
    content = workbook([HEADER, *([f"ville {i}", i] for i in range(50))])
    assert len(rows_of(content, "villes.xlsx")) == 50
    for cut in range(0, len(content) - 30, 97):
        assert refusal(content[:cut], "villes.xlsx")
    for at in range(0, len(content), 61):
        with suppress(UnreadableFile):
            rows_of(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :], "villes.xlsx")


@pytest.mark.parametrize("name", ["villes.pdf", "villes", "villes.xls"])
def test_another_kind_of_file_is_refused_with_the_kinds_accepted(name: str) -> None:
    assert ".csv et .xlsx" in refusal(b"nom\na\n", name)


def test_a_file_of_200_megabytes_is_refused_unread(tmp_path: Path) -> None:
    for suffix in ("csv", "json", "xlsx"):
        huge = tmp_path / f"villes.{suffix}"
        with huge.open("wb") as file:
            file.truncate(200_000_000)
        with pytest.raises(TooLarge, match="50 Mo"):
            read_rows(huge)


def test_a_workbook_that_unzips_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabular, "MAX_UNZIPPED", 1_000_000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 2_000_000)
    with pytest.raises(TooLarge):
        read_bytes(out.getvalue(), Path("villes.xlsx"))


def test_a_missing_file_and_a_folder_are_refused_by_name(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(UnreadableFile) as refused:
            read_rows(path)
        assert refused.value.fields[0].path == path.name


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_text_leaves_as_a_formula(start: str) -> None:
    typed = f'{start}HYPERLINK("http://ailleurs.test";"x")'
    csv_file = to_csv([typed], [[typed]]).decode("utf-8-sig")
    for line in csv.reader(io.StringIO(csv_file, newline=""), delimiter=";"):
        assert line == [f"'{typed}"]
    sheet = load_workbook(io.BytesIO(to_xlsx("Villes", [typed], [[typed]]))).worksheets[0]
    for cell in (sheet["A1"], sheet["A2"]):
        assert cell.data_type == "s"
        assert str(cell.value).startswith("'")


def test_numbers_leave_as_numbers_even_negative_and_exact() -> None:
    row = [-3, Decimal("-12.50"), None, date(2026, 11, 22), "Étampes; la ville"]
    assert (
        to_csv(["a", "b", "c", "d", "e"], [row]).decode("utf-8-sig").splitlines()[1]
        == '-3;-12,50;;2026-11-22;"Étampes; la ville"'
    )
    sheet = load_workbook(io.BytesIO(to_xlsx("Villes", ["a", "b", "c", "d", "e"], [row]))).worksheets[0]
    assert [cell.data_type for cell in sheet[2]] == ["n", "n", "n", "d", "s"]
    assert (sheet["A2"].value, sheet["B2"].value, sheet["D2"].value) == (-3, -12.5, NAIVE)


def test_an_instant_leaves_as_the_time_in_paris_and_control_characters_stay_behind() -> None:
    row = [datetime(2026, 7, 1, 22, 30, tzinfo=UTC), "a\x00b\x1f"]
    sheet = load_workbook(io.BytesIO(to_xlsx("Villes", ["a", "b"], [row]))).worksheets[0]
    assert sheet["A2"].value == datetime(2026, 7, 2, 0, 30, tzinfo=UTC).replace(tzinfo=None)
    assert sheet["B2"].value == "ab"


def test_columns_are_as_wide_as_what_they_hold_and_a_long_text_goes_to_the_line() -> None:
    rows = [["Étampes", "un mot"], ["Saint-Amand-Montrond", "long " * 40], ["Bourges", "a\nb"]]
    sheet = load_workbook(io.BytesIO(to_xlsx("Villes", ["a", "b"], rows))).worksheets[0]
    assert (sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width) == (22, 62)
    assert [bool(sheet[f"B{row}"].alignment.wrap_text) for row in (2, 3, 4)] == [False, True, True]


@pytest.mark.parametrize("name", ["villes.csv", "villes.xlsx"])
def test_what_is_exported_reads_back(name: str) -> None:
    write = (
        to_csv(HEADER, [["Étampes", "12,5"]])
        if name.endswith("csv")
        else to_xlsx("Villes", HEADER, [["Étampes", "12,5"]])
    )
    assert rows_of(write, name) == READ[:1]
