"""A file of judged queries is read whole, or refused with every wrong value."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from marketplace.errors import Invalid
from marketplace.tabular import UnreadableFile
from search.evaluation.judged import UNTYPED, read_file

GOOD = {
    "qid": "q1",
    "requete": "éclairage",
    "type": "plain",
    "pertinents": [{"id": "a", "note": 3}, {"id": "b", "note": 1}],
}


def written(folder: Path, document: Any) -> Path:
    path = folder / "queries.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def test_a_file_of_the_format_is_read_with_what_else_it_says_left_aside(tmp_path: Path) -> None:
    other = {"qid": 2, "requete": "bornes", "pertinents": [{"id": "c", "note": 2, "why": "…"}]}
    first, second = read_file(
        written(tmp_path, {"version": "1", "requetes": [GOOD, other], "types": {"plain": "…"}})
    )
    assert (first.qid, first.text, first.type, first.grades) == ("q1", "éclairage", "plain", {"a": 3, "b": 1})
    assert (second.qid, second.type) == ("2", UNTYPED)


@pytest.mark.shared
def test_the_project_s_own_queries_are_of_the_format(shared: Path) -> None:
    assert len(read_file(shared / "data" / "queries_dev.json")) == 46


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("{", "incomplet"),
        ("[" * 100_000, "incomplet"),
        ("", "incomplet"),
        ([GOOD], "requetes"),
        ({"queries": [GOOD]}, "requetes"),
        ({"requetes": GOOD}, "requetes"),
    ],
    ids=str,
)
def test_what_is_no_such_file_is_refused_in_a_line_that_names_it(
    tmp_path: Path, document: Any, said: str
) -> None:
    with pytest.raises(UnreadableFile, match=said) as refused:
        read_file(written(tmp_path, document))
    assert str(refused.value).startswith("queries.json: ")


@pytest.mark.parametrize("make", [lambda p: None, Path.mkdir], ids=["absent", "folder"])
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "queries.json")
    with pytest.raises(UnreadableFile, match="Impossible de lire"):
        read_file(tmp_path / "queries.json")


def test_every_wrong_value_is_told_at_once_where_it_stands(tmp_path: Path) -> None:
    wrong = [
        GOOD,
        GOOD | {"pertinents": [{"id": "a", "note": 1}, {"id": "a", "note": 2}]},
        GOOD | {"qid": True, "requete": " ", "type": 3, "pertinents": {}},
        GOOD | {"qid": "q4", "pertinents": ["a", {"id": "", "note": True}, {"id": "z", "note": 2.5}, {"id": "y", "note": -1}]},
        "q5",
    ]  # fmt: skip
    with pytest.raises(Invalid) as refused:
        read_file(written(tmp_path, {"requetes": wrong}))
    assert [fault.path for fault in refused.value.fields] == [
        "requetes[1].qid", "requetes[1].pertinents[1].id",
        "requetes[2].qid", "requetes[2].requete", "requetes[2].type", "requetes[2].pertinents",
        "requetes[3].pertinents[0].id", "requetes[3].pertinents[0].note", "requetes[3].pertinents[1].id",
        "requetes[3].pertinents[1].note", "requetes[3].pertinents[2].note", "requetes[3].pertinents[3].note",
        "requetes[4]",
    ]  # fmt: skip


@pytest.mark.parametrize("queries", [[], [GOOD | {"pertinents": []}], [GOOD | {"pertinents": [{"id": "a", "note": 0}]}]])  # fmt: skip
def test_a_file_with_nothing_to_measure_is_refused(tmp_path: Path, queries: Any) -> None:
    with pytest.raises(Invalid, match=r"requetes: .*(aucune requête|rien à mesurer)"):
        read_file(written(tmp_path, {"requetes": queries}))
