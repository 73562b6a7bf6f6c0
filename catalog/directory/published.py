"""A published sheet as content again: from the columns that everybody may read to what `wording` and `fields` speak of.

The inverse of `projecting.project`, for whoever may not read the revision itself. Confidential parts are left out, unless
they are given.
"""

from typing import Any

from catalog.solutions.fields import Content
from catalog.solutions.models import Attachment, Confidential, PriceLine, Reference, Solution
from catalog.solutions.wording import Names
from marketplace.web.schemas import plain

_SAME = (
    "name", "summary", "problem", "description", "domains", "cpv", "tags", "audiences", "website", "deployment_weeks_min",
    "deployment_weeks_max", "town_provides", "contract_forms",
)  # fmt: skip


def content_of(sheet: Solution, told: Confidential | None = None) -> Content:
    """What `sheet` says, read with its parts; with what `told` adds for whoever may know it. What was left out has no key."""
    answers = sheet.answers | (told.answers if told else {})
    contacts = told.contacts if told else {}
    found: dict[str, Any] = {name: getattr(sheet, name) for name in _SAME} | {
        "maturity": sheet.maturity.value,
        "since": sheet.since.isoformat() if sheet.since else None,
        "prices": [price(line) for line in sheet.prices],
        "answers": answers,
        "references": [reference(row, contacts.get(str(row.id))) for row in sheet.references],
        "attachments": [attachment(row) for row in sheet.attachments],
    }
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}


def towns(sheet: Solution) -> Names:
    """The names of the towns that the references of `sheet` give by code."""
    return {_code(row): row.town_name for row in sheet.references}


def price(line: PriceLine) -> dict[str, Any]:
    """One published price, as a revision keeps it."""
    return {
        "label": line.label, "unit": line.unit, "basis": line.basis.value, "vat_rate": plain(line.vat_rate), "mode": line.mode,
        "steps": line.steps,
    }  # fmt: skip


def reference(row: Reference, contact: dict[str, Any] | None = None) -> dict[str, Any]:
    """One reference, as a revision keeps it; with who to ask there when `contact` is given."""
    said: dict[str, Any] = {
        "id": str(row.id), "town": _code(row), "started_on": row.started_on.isoformat(),
        "ended_on": row.ended_on.isoformat() if row.ended_on else None,
        "quantity": None if row.quantity is None else plain(row.quantity), "unit": row.unit, "scope": row.scope,
        "indicators": row.indicators, "contact": contact,
    }  # fmt: skip
    return {key: value for key, value in said.items() if value not in (None, [])}


def attachment(row: Attachment) -> dict[str, Any]:
    """One file of the sheet, as a revision keeps it."""
    said = {"file_id": str(row.file_id), "kind": row.kind, "title": row.title, "alt": row.alt}
    return {key: value for key, value in said.items() if value is not None}


def _code(row: Reference) -> str:
    return row.insee or row.siren or row.town_name
