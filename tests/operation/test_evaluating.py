"""`marketplace evaluate`: figures of a temporary instance that leaves nothing, or a line that says what is wrong."""

import json
import tempfile
from pathlib import Path

import pytest

from tests.operation.conftest import Cli
from tests.operation.databases import ask

SHEETS = [
    {"id": "feux", "name": "Feux sobres", "summary": "L’éclairage public s’éteint la nuit.", "domains": ["eclairage-public"]},
    {"id": "bus", "name": "Bus à l’heure", "summary": "Les horaires des bus en direct.", "domains": ["mobilite"]},
]  # fmt: skip
QUERIES = {
    "requetes": [
        {"qid": "1", "requete": "eclairage la nuit", "type": "accent", "pertinents": [{"id": "feux", "note": 3}]},
        {"qid": "2", "requete": "horaires de bus", "type": "plain", "pertinents": [{"id": "bus", "note": 2}]},
    ]
}  # fmt: skip
PERFECT = {"queries": 1, "ndcg_at_10": 1.0, "recall_at_10": 1.0, "mrr": 1.0}


@pytest.fixture
def files(tmp_path: Path) -> None:
    (tmp_path / "sheets.json").write_text(json.dumps(SHEETS))
    (tmp_path / "queries.json").write_text(json.dumps(QUERIES))


@pytest.mark.usefixtures("files")
def test_a_file_of_sheets_is_measured_on_an_instance_of_its_own_that_is_gone_afterwards(
    on_servers: Cli, database_urls: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    short = Path(tempfile.mkdtemp(prefix="lc-"))  # a socket's path holds 107 characters
    monkeypatch.setattr(tempfile, "tempdir", str(short))
    done = on_servers("evaluate", "queries.json", "--solutions", "sheets.json", "--json")
    assert done.status == 0, done.err
    assert json.loads(done.out) == {
        "engine": "postgres", **(PERFECT | {"queries": 2}), "by_type": {"accent": PERFECT, "plain": PERFECT}
    }  # fmt: skip
    assert "Fiches" in done.err and "Requêtes" in done.err, "the terminal shows how far it is"
    assert list(short.iterdir()) == []
    short.rmdir()
    assert ask(database_urls["owner"], "select count(*) from solution") == 0, (
        "the instance in place is left alone"
    )


@pytest.mark.usefixtures("files")
def test_without_a_file_of_sheets_the_instance_in_place_is_measured(on_servers: Cli) -> None:
    assert on_servers("load", "solutions", "sheets.json").status == 0
    assert on_servers("reindex").status == 0
    done = on_servers("evaluate", "queries.json")
    assert done.status == 0, done.err
    head, *lines = done.out.splitlines()
    assert "nDCG@10" in head and "(postgres)" in head
    assert [line.split() for line in lines] == [
        ["accent", "1", "1,0000", "1,0000", "1,0000"],
        ["plain", "1", "1,0000", "1,0000", "1,0000"],
        ["toutes", "2", "1,0000", "1,0000", "1,0000"],
    ]


@pytest.mark.usefixtures("files")
def test_a_judged_sheet_that_is_not_there_is_named(on_servers: Cli) -> None:
    done = on_servers("evaluate", "queries.json", "--json")
    assert (done.status, done.out) == (2, "")
    assert "bus, feux" in done.err.splitlines()[-1]


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["absent.json"], "absent.json"),
        (["sheets.json"], "requetes"),
        (["queries.json", "--solutions", "absent.json"], "absent.json"),
        (["queries.json", "--solutions", "empty.csv"], "empty.csv"),
        (["queries.json", "--engine", "lucene"], "--engine"),
        ([], "queries"),
    ],
    ids=str,
)
def test_bad_input_ends_with_2_and_one_line_before_anything_starts(
    cli: Cli, arguments: list[str], named: str, tmp_path: Path
) -> None:
    (tmp_path / "empty.csv").write_text("")
    done = cli("evaluate", *arguments)
    assert (done.status, done.out) == (2, "")
    assert named in done.line
    assert not (tmp_path / "data").exists()


@pytest.mark.usefixtures("files")
def test_a_server_that_is_not_there_cannot_be_measured(on_servers: Cli) -> None:
    done = on_servers("evaluate", "queries.json", "--engine", "meilisearch")
    assert (done.status, done.out) == (2, "")
    assert "Aucun serveur Meilisearch" in done.line
