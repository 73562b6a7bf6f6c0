"""`marketplace load …`: a bad file is refused whole, a bad row alone; loading again changes nothing."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.operation.conftest import Cli
from tests.operation.databases import ask

COUNT = "select count(*) from solution"
GOOD = {
    "id": "feux",
    "name": "Feux sobres",
    "summary": "Des feux qui veillent.",
    "domains": ["eclairage-public"],
}
HEADER = "id,name,summary,domains\n"


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"[")
        file.truncate(200_000_000)


def workbook(rows: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "absent.json": (lambda _: None, "Impossible de lire"),
    "folder.json": (Path.mkdir, "Ce n’est pas un fichier"),
    "cut.json": (lambda p: p.write_text(json.dumps([GOOD, GOOD])[:-20]), "incomplet"),
    "empty.json": (lambda p: p.write_bytes(b""), "incomplet"),
    "word.json": (lambda p: p.write_text('"feux"'), "liste d’objets"),
    "latin.csv": (lambda p: p.write_bytes(f"{HEADER}a,Été,b,c".encode("latin-1")), "UTF-8"),
    "utf16.csv": (lambda p: p.write_bytes(f"{HEADER}a,Été,b,c".encode("utf-16")), "UTF-8"),
    "empty.csv": (lambda p: p.write_bytes(b""), "vide"),
    "open.csv": (lambda p: p.write_text(HEADER + 'a,"Sans fin'), "incomplet"),
    "broken.xlsx": (lambda p: p.write_bytes(workbook([["id"], ["a"]])[:900]), "classeur"),
    "not_one.xlsx": (lambda p: p.write_text(HEADER), "classeur"),
    "sheets.ods": (lambda p: p.write_text(HEADER), ".json, .csv et .xlsx"),
    "huge.json": (sparse, "trop gros : 50 Mo"),
    "huge.csv": (sparse, "trop gros : 50 Mo"),
}


@pytest.mark.parametrize("what", ["solutions", "towns"])
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_not_one_is_refused_in_a_line_before_anything_starts(
    cli: Cli, tmp_path: Path, name: str, what: str
) -> None:
    make, said = FILES[name]
    make(tmp_path / name)
    done = cli("load", what, name)
    assert (done.status, done.out) == (2, "")
    assert done.line.startswith(f"{name}: ")
    assert said in done.line
    assert not (tmp_path / "data").exists()


def test_wrong_rows_are_listed_with_their_reasons_and_the_others_loaded(
    on_servers: Cli, tmp_path: Path, database_urls: dict[str, str]
) -> None:
    wrong = [GOOD | {"id": "sans-nom", "name": ""}, GOOD | {"id": "ailleurs", "domains": ["mars"]}, 12]
    (tmp_path / "sheets.json").write_text(json.dumps([GOOD, *wrong]))
    done = on_servers("load", "solutions", "sheets.json", "--json")
    report = json.loads(done.out)
    assert (done.status, report["created"], report["total"]) == (0, 1, 4)
    assert [(row["where"], row["id"]) for row in report["rejected"]] == [
        ("[1]", "sans-nom"),
        ("[2]", "ailleurs"),
        ("[3]", None),
    ]
    assert [row["reasons"][0]["path"] for row in report["rejected"]] == ["name", "domains[0]", ""]
    assert all(row["reasons"][0]["message"] for row in report["rejected"])
    assert ask(database_urls["owner"], COUNT) == 1

    people_read = on_servers("load", "solutions", "sheets.json")
    assert people_read.out.splitlines()[0] == "créées : 0, modifiées : 0, inchangées : 1, refusées : 3."
    assert "  [1] (sans-nom) : name: " in people_read.out


def test_a_table_without_the_needed_columns_has_every_row_refused_by_column(
    on_servers: Cli, tmp_path: Path, database_urls: dict[str, str]
) -> None:
    (tmp_path / "sheets.csv").write_text("id;couleur\nfeux;vert\n")
    report = json.loads(on_servers("load", "solutions", "sheets.csv", "--json").out)
    (row,) = report["rejected"]
    assert row["where"] == "ligne 2"
    assert {"name", "summary", "couleur"} <= {reason["path"] for reason in row["reasons"]}
    assert ask(database_urls["owner"], COUNT) == 0


def test_the_same_sheets_in_three_formats_are_the_same_sheets(
    on_servers: Cli, tmp_path: Path, database_urls: dict[str, str]
) -> None:
    (tmp_path / "sheets.json").write_text(json.dumps([GOOD]))
    line = [GOOD["id"], GOOD["name"], GOOD["summary"], "eclairage-public"]
    (tmp_path / "sheets.csv").write_text(HEADER + ",".join(map(str, line)))
    (tmp_path / "sheets.xlsx").write_bytes(workbook([HEADER.strip().split(","), list(map(str, line))]))
    counts = []
    for name in ("sheets.json", "sheets.csv", "sheets.xlsx", "sheets.json"):
        report = json.loads(on_servers("load", "solutions", name, "--json").out)
        counts.append((report["created"], report["updated"], report["unchanged"], len(report["rejected"])))
    assert counts == [(1, 0, 0, 0), (0, 0, 1, 0), (0, 0, 1, 0), (0, 0, 1, 0)]
    assert json.loads(on_servers("reindex", "--json").out) == {"indexed": 1, "engines": {"postgres": 1}}


def test_towns_of_a_file_are_corrected_row_by_row(
    on_servers: Cli, tmp_path: Path, database_urls: dict[str, str]
) -> None:
    before = ask(database_urls["owner"], "select count(*) from commune")
    (tmp_path / "towns.csv").write_text(
        "code_insee,nom,departement,population_municipale\n18279,Vierzon,18,26001\n99999,Nulle-Part,99,1\n"
    )
    first = json.loads(on_servers("load", "towns", "towns.csv", "--json").out)
    again = json.loads(on_servers("load", "towns", "towns.csv", "--json").out)
    assert (first["updated"], len(first["rejected"])) == (1, 1)
    assert (again["updated"], again["unchanged"]) == (0, 1)
    assert {reason["path"] for reason in first["rejected"][0]["reasons"]} == {"departement"}
    assert ask(database_urls["owner"], "select population from commune where insee = '18279'") == 26001
    assert ask(database_urls["owner"], "select count(*) from commune") == before


def test_all_the_territories_load_and_load_again_the_same(
    on_servers: Cli, database_urls: dict[str, str]
) -> None:
    totals = [json.loads(on_servers("load", "towns", "--json").out)["total"] for _ in range(2)]
    assert totals[0] == totals[1] > 36_000
    assert ask(database_urls["owner"], "select count(*) from commune") == 34_969
    assert ask(database_urls["owner"], "select count(*) from epci") == 1_255
