"""Published sheets for the exports: one with everything in it, a secret planted in every confidential field."""

from datetime import UTC, datetime
from typing import Any

from catalog.opendata import importing
from catalog.opendata.importing import Report
from catalog.opendata.workbooks import EXAMPLE_CONTENT
from catalog.solutions.questionnaire import QUESTIONS, Kind
from marketplace.tabular import SourceRow
from tests.support.curating import publish as accept
from tests.support.world import Caller, World

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SECRET = "SECRET-7f3a"
SECRET_DAY, SECRET_MONTHS = "2001-02-03", 97


def secret_answers() -> dict[str, Any]:
    """An answer to every confidential question, each of which would be recognised."""
    found: dict[str, Any] = {}
    for key, question in QUESTIONS.items():
        if question.confidential:
            found[key] = {
                Kind.TEXT: f"{SECRET} {key}", Kind.LINE: f"{SECRET} {key}", Kind.NUMBER: SECRET_MONTHS, Kind.DAY: SECRET_DAY,
                Kind.CHOICES: list(question.choices)[:1], Kind.CHOICE: next(iter(question.choices), None),
            }[question.kind]  # fmt: skip
    return found


def full(**changes: Any) -> dict[str, Any]:
    reference = EXAMPLE_CONTENT["references"][0]
    contact = {
        "name": f"{SECRET} Ada",
        "role": SECRET,
        "email": f"{SECRET}@ville.example",
        "telephone": "0248990011",
    }
    return EXAMPLE_CONTENT | {
        "answers": EXAMPLE_CONTENT["answers"] | secret_answers(),
        "references": [
            reference | {
                "contact": contact,
                "indicators": [{"name": "Consommation", "unit": "kWh", "before": "120.5", "after": "80", "method": "Relevés."}],
            }
        ],
    } | changes  # fmt: skip


async def loaded(world: World, *records: dict[str, Any]) -> Report:
    rows = [SourceRow(f"[{i}]", record) for i, record in enumerate(records)]
    return await importing.load(world.as_worker, rows, now=NOW)


async def publish(seller: Caller, curator: Caller, content: dict[str, Any]) -> dict[str, Any]:
    """A startup's sheet, reviewed and published."""
    drafted: dict[str, Any] = await seller.did("/my/solutions", content)
    await seller.did(f"/my/solutions/{drafted['id']}/submission")
    await accept(curator, drafted["id"])
    return drafted
