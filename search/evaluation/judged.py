"""A file of judged queries: `{"requetes": [{"qid", "requete", "type", "pertinents": [{"id", "note"}]}]}`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marketplace.errors import FieldError, Invalid, wrong
from marketplace.tabular import MAX_BYTES, UnreadableFile
from marketplace.words import N_

MAX_GRADE = 10
UNTYPED = "sans type"


@dataclass(frozen=True, slots=True)
class Judged:
    """One query, and the grade of each sheet that a person judged useful to it. Other sheets have grade 0."""

    qid: str
    text: str
    type: str
    grades: dict[str, int]


def read_file(path: Path) -> list[Judged]:
    """The queries of a file. Raises `UnreadableFile` when it is no such file, `Invalid` with every wrong value otherwise.

    Other members than those of the format are left aside; a query without a type is `UNTYPED`.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _unreadable(path, N_("Ce fichier est trop gros : 50 Mo au plus."))
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise _unreadable(
            path, N_("Impossible de lire ce fichier : {why}."), why=error.strerror or str(error)
        ) from None
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, N_("Ce JSON est incomplet ou mal écrit : {why}."), why=str(error)) from None
    queries = document.get("requetes") if isinstance(document, dict) else None
    if not isinstance(queries, list):
        raise _unreadable(
            path,
            N_('On attend {{"requetes": [{{"qid", "requete", "type", "pertinents": [{{"id", "note"}}]}}]}}.'),
        )
    if not queries:
        raise Invalid([wrong("requetes", N_("Ce fichier ne contient aucune requête."), code="empty")])
    found, errors = [], []
    taken: set[str] = set()
    for i, query in enumerate(queries):
        faults = list(_faults(query, f"requetes[{i}]", taken))
        errors += faults
        if not faults:
            grades = {useful["id"]: useful["note"] for useful in query["pertinents"]}
            found.append(Judged(str(query["qid"]), query["requete"], query.get("type") or UNTYPED, grades))
    if errors:
        raise Invalid(errors)
    if not any(any(query.grades.values()) for query in found):
        raise Invalid([wrong("requetes", N_("Aucune requête n’a de fiche jugée : il n’y a rien à mesurer."), code="empty")])  # fmt: skip
    return found


def _faults(query: Any, path: str, taken: set[str]) -> Iterator[FieldError]:
    if not isinstance(query, dict):
        yield wrong(path, N_("On attend un objet."))
        return
    qid = query.get("qid")
    if not isinstance(qid, str | int) or isinstance(qid, bool) or not str(qid).strip():
        yield wrong(f"{path}.qid", N_("Donnez un identifiant à cette requête."))
    elif str(qid) in taken:
        yield wrong(f"{path}.qid", N_("Cet identifiant est déjà pris dans cette liste."), code="duplicate")
    else:
        taken.add(str(qid))
    if not isinstance(query.get("requete"), str) or not query["requete"].strip():
        yield wrong(f"{path}.requete", N_("Écrivez la requête, en texte."))
    if not isinstance(query.get("type"), str | None):
        yield wrong(f"{path}.type", N_("Le type est un texte."))
    yield from _grade_faults(query.get("pertinents"), f"{path}.pertinents")


def _grade_faults(useful: Any, path: str) -> Iterator[FieldError]:
    if not isinstance(useful, list):
        yield wrong(path, N_("On attend une liste de fiches jugées."))
        return
    known: set[str] = set()
    for i, sheet in enumerate(useful):
        given = sheet if isinstance(sheet, dict) else {}
        id_, grade = given.get("id"), given.get("note")
        if not isinstance(id_, str) or not id_:
            yield wrong(f"{path}[{i}].id", N_("Donnez l’identifiant de la fiche jugée."))
        elif id_ in known:
            yield wrong(
                f"{path}[{i}].id", N_("Cette fiche est déjà jugée pour cette requête."), code="duplicate"
            )
        else:
            known.add(id_)
        if not isinstance(grade, int) or isinstance(grade, bool) or not 0 <= grade <= MAX_GRADE:
            yield wrong(f"{path}[{i}].note", N_("La note est un entier, de 0 à {most}."), most=MAX_GRADE)


def _unreadable(path: Path, sentence: str, **facts: object) -> UnreadableFile:
    return UnreadableFile([wrong(path.name, sentence, code="unreadable_file", **facts)])
