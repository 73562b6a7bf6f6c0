"""A sheet as a row: every field has its column, and what is written is read back as it was, in CSV and in XLSX."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from catalog.opendata import columns, rows, workbooks
from catalog.opendata.columns import COLUMNS, KEPT, SHEET, cells, column_of, given
from catalog.opendata.workbooks import EXAMPLE_CONTENT
from catalog.solutions.content import SheetDraft
from catalog.solutions.fields import FIELDS
from catalog.solutions.questionnaire import QUESTIONS
from marketplace.tabular import read_bytes
from tests.catalog.solutions.sheets import price

TRICKY: dict[str, Any] = EXAMPLE_CONTENT | {
    "name": "=SOMME(A1) et '+1",
    "summary": "'=déjà protégé",
    "problem": "Une ligne.\nUne autre ; avec | tout.",
    "tags": ["a;b", "c|d", "[e]", "-f"],
    "prices": [
        price(("0", "10.5", 21000), ("10.5", None, 19001), vat_rate="5.5") | {"mode": "graduated"},
        price(("0", None, 1), unit="town", basis="yearly", vat_rate="20") | {"mode": "all_units"},
    ],
    "answers": EXAMPLE_CONTENT["answers"]
    | {
        "subprocessors": [{"name": "A ; B", "country": "France", "purpose": "Hébergement | secours"}],
        "standards": ["netex", "ngsi_ld", "unknown"],
        "exit_price": "unknown",
        "energy_saving": "12.500",
        "energy_method": "-10 % à dispositif égal",
    },
}


def stored(content: dict[str, Any]) -> dict[str, Any]:
    return SheetDraft.model_validate(content).stored()


def test_every_field_but_attached_files_has_its_column_under_a_name_of_its_own() -> None:
    paths = set(FIELDS) - {"attachments", "prices"}
    assert paths <= set(SHEET)
    assert {f"answers.{key}" for key in QUESTIONS} <= set(SHEET)
    names = [name for c in COLUMNS.values() for name in (c.key, c.label.casefold())]
    assert len({c.label.casefold() for c in COLUMNS.values()}) == len(COLUMNS)
    assert all(column_of(name) for name in names)
    assert all(column_of(f"  {c.label.upper()} ") is c for c in COLUMNS.values())
    for column in COLUMNS.values():
        words = [said.casefold() for said in column.choices.values()]
        assert len(set(words)) == len(words), column.key
        assert not any(mark in said for said in words for mark in ";|["), column.key


def test_the_confidential_columns_are_those_of_confidential_questions() -> None:
    secret = {f"answers.{key}" for key, question in QUESTIONS.items() if question.confidential}
    assert {key for key, column in SHEET.items() if column.confidential} == secret


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("words", [True, False], ids=["words", "codes"])
@pytest.mark.parametrize("content", [EXAMPLE_CONTENT, TRICKY], ids=["example", "tricky"])
def test_a_row_that_was_written_is_read_back_as_it_was(
    form: str, words: bool, content: dict[str, Any]
) -> None:
    before = stored(content)
    file = workbooks.filled(form, [cells(before, words=words) | {"id": "x"}])
    (row,) = read_bytes(file, Path(f"a.{form}"))
    said = rows.read(row.values)
    assert (said.faults, said.id) == ([], "x")
    assert stored(rows.merged(before, said)) == before
    alone = stored(rows.merged({}, said))
    if "energy_saving" in before["answers"]:  # a workbook's number forgets how it was written
        assert alone["answers"].pop("energy_saving").rstrip("0") == "12.5"
        before["answers"].pop("energy_saving")
    assert alone == before


def test_an_empty_cell_empties_a_column_that_is_not_there_leaves_and_so_does_the_word_for_it() -> None:
    before = stored(EXAMPLE_CONTENT)
    row = {"name": KEPT, "Mots-clés": " ", "website": "", "answers.api": "", "Prix : paliers HT": ""}
    after = rows.merged(before, rows.read(row))
    assert {key for key in before if before[key] != after.get(key)} == {
        "tags",
        "website",
        "answers",
        "prices",
    }
    assert "api" not in after["answers"]
    assert {**after["answers"], "api": "open"} == before["answers"]
    assert (
        rows.merged(before, rows.read({"tags": None, "answers": {"api": None}}))["answers"]
        == after["answers"]
    )


def test_days_numbers_and_words_are_understood_as_people_write_them() -> None:
    row = {
        "since": "3/9/2024", "answers.rgaa_rate": " 87,5 % ", "answers.exit_days": "1 000", "maturity": "Établie",
        "domains": "Éclairage public|mobilite", "answers.extra_eu_parent": "NON", "answers.exit_price": "ne sait pas", "fictional": "Vrai",
    }  # fmt: skip
    assert given(row).values == {
        "since": "2024-09-03", "answers.rgaa_rate": "87.5", "answers.exit_days": "1000", "maturity": "established",
        "domains": ["eclairage-public", "mobilite"], "answers.extra_eu_parent": "no", "answers.exit_price": "unknown", "fictional": True,
    }  # fmt: skip


def test_everything_wrong_with_a_row_is_told_at_once_each_at_its_column() -> None:
    row = {
        "name": "<b>Gras</b>", "maturity": "bien", "references": "[{", "answers.exit_days": "beaucoup", "price_unit": "lampe",
        "price_tiers": "cher", "couleur": "bleu", "website": "ftp://a",
    }  # fmt: skip
    said = rows.read(row)
    made, faults = rows.checked(SheetDraft, rows.merged({}, said), said)
    assert made is None
    found = {fault.path for fault in faults}
    assert found == {
        "name",
        "maturity",
        "references",
        "answers.exit_days",
        "price_tiers",
        "couleur",
        "website",
    }
    said = rows.read(row | {"price_tiers": "0-:1"})
    _, faults = rows.checked(SheetDraft, rows.merged({}, said), said)
    places = {columns.column_at(fault.path) for fault in faults if fault.path != "couleur"}
    assert places == {
        "name",
        "maturity",
        "references",
        "answers.exit_days",
        "price_unit",
        "price_label",
        "website",
    }


def test_one_price_and_several_are_not_given_at_once() -> None:
    row = {"prices": json.dumps([price(("0", None, 1))]), "price_unit": "town", "price_tiers": "0-:1"}
    assert [fault.code for fault in rows.read(row).faults] == ["both"]


def test_a_known_reference_keeps_who_to_ask_unless_the_row_says_it() -> None:
    reference = EXAMPLE_CONTENT["references"][0]
    before = stored(EXAMPLE_CONTENT | {"references": [reference | {"contact": {"name": "Ada"}}]})
    same = rows.merged(before, rows.read({"references": [reference]}))
    assert stored(same) == before
    other = rows.merged(before, rows.read({"references": [reference | {"contact": {"name": "Eve"}}]}))
    assert other["references"][0]["contact"] == {"name": "Eve"}


def test_the_template_has_one_row_of_example_that_is_no_sheet_and_lists_to_choose_from() -> None:
    for form in ("csv", "xlsx"):
        (row,) = read_bytes(workbooks.template(form), Path(f"a.{form}"))
        assert str(rows.read(row.values).id).startswith("(exemple)")
        assert list(row.values) == [column.label for column in SHEET.values()]
    stored(EXAMPLE_CONTENT)
    book = load_workbook(io.BytesIO(workbooks.template("xlsx")))
    assert (book.sheetnames, book["Listes"].sheet_state) == (["Fiches", "Aide", "Listes"], "hidden")
    offered = book["Fiches"].data_validations.dataValidation
    assert len(offered) == sum(bool(column.choices) for column in SHEET.values())
    names = [row[1] for row in book["Aide"].iter_rows(min_row=2, max_row=len(SHEET) + 1, values_only=True)]
    assert names == list(SHEET)
    for validation in offered:
        (area,) = validation.sqref.ranges
        column = column_of(str(book["Fiches"].cell(1, area.min_col).value))
        letter, last = validation.formula1.split("$")[1], int(validation.formula1.split("$")[-1])
        listed = [book["Listes"][f"{letter}{number}"].value for number in range(1, last + 1)]
        assert column is not None
        assert listed == list(column.choices.values())


def test_a_text_beyond_what_a_workbook_holds_is_left_as_it_is() -> None:
    long = {"references": [EXAMPLE_CONTENT["references"][0] | {"scope": "x" * 400}] * 100}
    (row,) = read_bytes(workbooks.filled("xlsx", [cells(long)]), Path("a.xlsx"))
    assert "references" not in rows.read(row.values).content
