"""What one row of a file means for one sheet: the sheet's content as it is, with what the row says in its place.

A row is recognised by its `id` (the sheet's slug). The French keys of the beta.gouv.fr export are understood too. What only
looks different (line ends, « 12,50 » for « 12.5 », a town named by another of its codes) is kept as it was, so that a
file that was exported changes nothing when it comes back.
"""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from catalog.opendata.columns import COLUMNS, ORIGIN, Given, column_at, given
from catalog.solutions.fields import Content
from catalog.solutions.models import Reference
from marketplace.errors import FieldError, wrong
from marketplace.web.validation import from_pydantic
from marketplace.words import N_

M = TypeVar("M", bound=BaseModel)

PHASES = {
    "exploration": "exploration",
    "construction": "construction",
    "acceleration": "growth",
    "perenne": "established",
    "arrete": "stopped",
    "inconnu": "unknown",
}
FRENCH_KEYS = frozenset({"accroche", "porteur", "etiquettes"})


@dataclass(slots=True)
class Said:
    """What a row says: of which sheet, of its content by path, of where it comes from; and what is wrong with its cells."""

    id: Any = None
    content: dict[str, Any] = field(default_factory=dict)
    origin: dict[str, Any] = field(default_factory=dict)
    faults: list[FieldError] = field(default_factory=list)


def read(values: Mapping[str, Any]) -> Said:
    """One row. Never raises: what is wrong is among its faults."""
    if "" in values or not values:
        return Said(faults=[wrong("", N_("Cette ligne n’est pas un objet."), code="type")])
    found = Given(_from_french(values)) if FRENCH_KEYS & values.keys() else given(values)
    said = Said(id=found.values.pop("id", None), faults=found.faults)
    for path, value in found.values.items():
        (said.origin if path in ORIGIN else said.content)[path] = value
    return said


def _from_french(values: Mapping[str, Any]) -> dict[str, Any]:
    """The French keys of the shared export. Keys that we have no use for are left out."""
    website = html.unescape(str(values.get("site") or "")).strip()
    phase = values.get("phase")
    found = {
        "id": values.get("id"), "name": values.get("nom"), "summary": values.get("accroche"),
        "description": values.get("description"), "domains": values.get("domaines"), "tags": values.get("etiquettes"),
        "audiences": [text for text in _listed(values.get("publics")) if str(text).strip()],
        "maturity": PHASES.get(str(phase or "inconnu"), phase), "website": website, "since": values.get("depuis"),
        "supplier": values.get("porteur"), "source": values.get("source"), "licence": values.get("licence"),
    }  # fmt: skip
    return {path: value if value not in ("", []) else None for path, value in found.items()}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def merged(before: Content, said: Said, references: Sequence[Reference] = ()) -> Content:
    """`before` with what the row says; `references` are the sheet's, as projected."""
    content = dict(before)
    answers = dict(before.get("answers", {}))
    for path, value in said.content.items():
        holder, key = (
            (answers, path.removeprefix("answers.")) if path.startswith("answers.") else (content, path)
        )
        if value is None:
            holder.pop(key, None)
        elif not _alike(holder.get(key), value):
            holder[key] = value
    if isinstance(content.get("references"), list):
        content["references"] = _with_contacts(before, content["references"], references)
    content.pop("answers", None)
    return content | ({"answers": answers} if answers else {})


def checked(model: type[M], values: Mapping[str, Any], said: Said) -> tuple[M | None, list[FieldError]]:
    """`values` as `model`, or everything that is wrong with them and with the row's cells, once each."""
    try:
        made = model.model_validate(dict(values))
    except ValidationError as error:
        known = {fault.path for fault in said.faults}
        more = [_worded(fault) for fault in from_pydantic(error.errors()) if fault.path not in known]
        return None, [*said.faults, *more]
    return (None, said.faults) if said.faults else (made, [])


def _worded(fault: FieldError) -> FieldError:
    """A fault as somebody who fills in a table understands it: a choice by its words rather than its codes."""
    column = COLUMNS.get(column_at(fault.path) or "")
    if column and column.choices and fault.code in {"enum", "literal_error"}:
        words = " | ".join(column.choices.values())
        return wrong(fault.path, N_("Choisissez dans la liste : {words}."), code=fault.code, words=words)
    if fault.code.startswith("url_"):
        return wrong(
            fault.path, N_("Écrivez une adresse web, par exemple https://exemple.fr/page."), code=fault.code
        )
    return fault


def _alike(before: Any, after: Any) -> bool:
    """Whether two values only look different."""
    if not isinstance(before, str) or not isinstance(after, str):
        return False
    if before.replace("\r\n", "\n").strip() == after.replace("\r\n", "\n").strip():
        return True
    try:
        return Decimal(before) == Decimal(after)
    except InvalidOperation:
        return False


def _with_contacts(before: Content, offered: list[Any], rows: Sequence[Reference]) -> list[Any]:
    """References as offered. One that is known keeps who to ask there unless the row says it, and its town's code."""
    known = {reference["id"]: reference for reference in before.get("references", [])}
    codes = {str(row.id): {row.insee, row.siren} for row in rows}
    found = []
    for reference in offered:
        old = known.get(str(reference.get("id"))) if isinstance(reference, dict) else None
        if old is None:
            found.append(reference)
            continue
        kept = {"contact": old["contact"]} if "contact" in old else {}
        same_town = reference.get("town") in codes.get(old["id"], set())
        found.append(kept | reference | ({"town": old["town"]} if same_town else {}))
    return found
