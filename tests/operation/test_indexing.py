"""`marketplace reindex`: every index, one of them, compared or mended; and `evaluate` on a search server, which it leaves as it was."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from marketplace.embedded import meilisearch
from marketplace.embedded.meilisearch import Server
from tests.operation.conftest import Cli
from tests.operation.databases import ask
from tests.operation.test_demo_search_server import STAND_IN, script
from tests.operation.test_evaluating import QUERIES, SHEETS

HELD = {"engine": "meilisearch", "held": 2, "missing": 0, "stale": 0, "ghosts": 0, "not_built": False}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on_servers: Cli) -> Iterator[Server]:
    """A stand-in for Meilisearch, named by the environment; two sheets in the directory."""
    import sys

    (tmp_path / "sheets.json").write_text(json.dumps(SHEETS))
    assert on_servers("load", "solutions", "sheets.json").status == 0
    program = script(tmp_path, f'exec {sys.executable} {STAND_IN} "$@"')
    started = meilisearch.start(program, tmp_path / "meilisearch-data", tmp_path / "log")
    monkeypatch.setenv("MEILISEARCH_URL", started.url)
    monkeypatch.setenv("MEILISEARCH_KEY", started.key)
    yield started
    started.stop()


def indexes(server: Server) -> list[str]:
    answer = httpx.get(f"{server.url}/indexes", headers={"Authorization": f"Bearer {server.key}"})
    return [index["uid"] for index in answer.json()["results"]]


def test_both_indexes_are_made_compared_and_mended(on_servers: Cli, server: Server) -> None:
    missing = on_servers("reindex", "--check", "--engine", "meilisearch", "--json")
    assert missing.status == 1
    assert json.loads(missing.out)["engines"][0]["not_built"]
    assert json.loads(on_servers("reindex", "--json").out) == {
        "indexed": 2,
        "engines": {"postgres": 2, "meilisearch": 2},
    }
    assert indexes(server) == ["lotcommun_sheets"]
    checked = on_servers("reindex", "--check", "--engine", "meilisearch", "--json")
    assert (checked.status, json.loads(checked.out)) == (0, {"sound": True, "engines": [HELD]})

    headers = {"Authorization": f"Bearer {server.key}"}
    rows = httpx.get(f"{server.url}/indexes/lotcommun_sheets/documents", headers=headers).json()["results"]
    lost = [rows[0]["id"]]
    task = httpx.post(
        f"{server.url}/indexes/lotcommun_sheets/documents/delete-batch", json=lost, headers=headers
    ).json()
    for _ in range(2):
        httpx.get(f"{server.url}/tasks/{task['taskUid']}", headers=headers)
    found = on_servers("reindex", "--check", "--engine", "meilisearch")
    assert (found.status, found.out) == (
        1,
        "meilisearch : 1 fiches ; manquantes 1, différentes 0, en trop 0.\n",
    )
    mended = on_servers("reindex", "--repair", "--engine", "meilisearch", "--json")
    assert mended.status == 0
    assert json.loads(mended.out)["engines"] == [HELD | {"held": 1, "missing": 1}]
    assert on_servers("reindex", "--check", "--engine", "meilisearch").status == 0


def test_an_engine_that_is_not_there_is_one_line(
    on_servers: Cli, server: Server, monkeypatch: pytest.MonkeyPatch, database_urls: dict[str, str]
) -> None:
    done = on_servers("reindex", "--engine", "lucene")
    assert done.status == 2
    assert "postgres, meilisearch" in done.line
    server.stop()
    done = on_servers("reindex")
    assert done.status == 1
    assert "meilisearch" in done.line
    assert ask(database_urls["owner"], "select count(*) from search_entry") == 2
    monkeypatch.delenv("MEILISEARCH_URL")
    assert on_servers("reindex", "--engine", "meilisearch").status == 2


def test_evaluating_on_a_server_leaves_no_index_behind(
    on_servers: Cli, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "queries.json").write_text(json.dumps(QUERIES))
    done = on_servers(
        "evaluate", "queries.json", "--solutions", "sheets.json", "--engine", "meilisearch", "--json"
    )
    assert done.status == 0, done.err
    assert json.loads(done.out)["engine"] == "meilisearch"
    assert indexes(server) == []
