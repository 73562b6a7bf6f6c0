"""A published sheet as one open record: what visitors read, and nothing else. What is not named here does not leave.

A record has the import's shape: what was exported can be loaded again, and changes nothing.
"""

from typing import Any

from catalog.opendata.columns import ORIGIN, READ_ONLY, SHEET, cells
from catalog.solutions.fields import Content
from catalog.solutions.models import PriceLine, Reference, Solution
from catalog.solutions.questionnaire import CONFIDENTIAL, QUESTIONS
from marketplace.web.schemas import plain

OPEN = [key for key, column in SHEET.items() if not column.confidential] + [*ORIGIN, *READ_ONLY]
"""The columns of the directory's table."""
TEXTS = (
    "name", "summary", "problem", "description", "domains", "cpv", "tags", "audiences", "maturity", "website",
    "deployment_weeks_min", "deployment_weeks_max", "town_provides", "contract_forms",
)  # fmt: skip


def record(sheet: Solution, siren: str | None, *, base_url: str) -> dict[str, Any]:
    """A published sheet, with its prices and references; `siren` is its firm's. What is empty is left out."""
    found: dict[str, Any] = {
        "id": sheet.slug, **content_of(sheet), "supplier": sheet.supplier_name, "supplier_siren": siren, "source": sheet.source,
        "licence": sheet.licence, "fictional": sheet.fictional, "url": f"{base_url}/solutions/{sheet.slug}",
        "published_at": sheet.published_at.isoformat() if sheet.published_at else None,
        "revised_at": sheet.revised_at.isoformat() if sheet.revised_at else None,
    }  # fmt: skip
    return {key: value for key, value in found.items() if value is not None}


def row(said: dict[str, Any]) -> dict[str, Any]:
    """A record as a row of the directory's table."""
    fictional = "oui" if said["fictional"] else "non"
    return (
        cells(said) | {key: said.get(key) for key in ("id", *ORIGIN, *READ_ONLY)} | {"fictional": fictional}
    )


def content_of(sheet: Solution) -> Content:
    """The public content of a sheet, from what the directory shows."""
    content: Content = {name: getattr(sheet, name) for name in TEXTS}
    content["since"] = sheet.since.isoformat() if sheet.since else None
    content["maturity"] = sheet.maturity.value
    content["prices"] = [_price(line) for line in sheet.prices]
    content["answers"] = {
        key: sheet.answers[key] for key in QUESTIONS if key in sheet.answers and key not in CONFIDENTIAL
    }
    content["references"] = [_reference(row) for row in sheet.references]
    return {key: value for key, value in content.items() if value not in (None, "", [], {})}


def _price(line: PriceLine) -> dict[str, Any]:
    return {
        "label": line.label, "unit": line.unit, "basis": line.basis.value, "vat_rate": plain(line.vat_rate), "mode": line.mode,
        "steps": [{"from": step["from"], "unit_price_cents": step["unit_price_cents"]} for step in line.steps],
    }  # fmt: skip


def _reference(said: Reference) -> dict[str, Any]:
    found = {
        "id": str(said.id), "town": said.insee or said.siren, "started_on": said.started_on.isoformat(),
        "ended_on": said.ended_on.isoformat() if said.ended_on else None,
        "quantity": None if said.quantity is None else plain(said.quantity), "unit": said.unit, "scope": said.scope,
        "indicators": [_indicator(one) for one in said.indicators],
    }  # fmt: skip
    return {key: value for key, value in found.items() if value not in (None, [])}


def _indicator(said: dict[str, Any]) -> dict[str, Any]:
    return {key: said[key] for key in ("name", "unit", "before", "after", "method") if key in said}
