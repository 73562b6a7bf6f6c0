"""From a revision's content to what the directory shows: columns, price lines, references, attachments, confidential answers.

Everything here can be made again from the last accepted revision.
"""

import json
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, inspect
from sqlalchemy.orm.attributes import flag_modified, set_committed_value

from catalog.solutions import fields
from catalog.solutions.content import PriceIn, SheetDraft
from catalog.solutions.models import Attachment, Confidential, PriceLine, Reference, Solution
from marketplace.db import Session
from marketplace.territories.queries import find_town


async def project(session: Session, sheet: Solution, content: SheetDraft) -> None:
    """Make `sheet` show `content`; its prices, references and attachments are replaced. A new version, whatever changes."""
    shown = fields.public(content.stored())
    sheet.name, sheet.summary = content.name, content.summary or ""
    sheet.problem, sheet.description = content.problem or "", content.description or ""
    sheet.domains, sheet.cpv, sheet.tags = content.domains, content.cpv, content.tags
    sheet.audiences, sheet.maturity = content.audiences, content.maturity
    sheet.website, sheet.since = content.website, content.since
    sheet.deployment_weeks_min = content.deployment_weeks_min
    sheet.deployment_weeks_max = content.deployment_weeks_max
    sheet.town_provides = content.town_provides or ""
    sheet.contract_forms = [form.value for form in content.contract_forms]
    sheet.answers = shown.get("answers", {})
    if inspect(sheet).persistent:
        flag_modified(sheet, "name")
    else:
        session.add(sheet)
        await session.flush()
    with session.no_autoflush:  # one new version, not one a question
        for part in (PriceLine, Reference, Attachment):
            await session.execute(delete(part).where(part.solution_id == sheet.id))
        for name in ("prices", "references", "attachments"):
            set_committed_value(sheet, name, [])
        sheet.prices = price_lines(content.prices)
        sheet.references = [
            await _reference(session, position, reference)
            for position, reference in enumerate(shown.get("references", []))
        ]
        sheet.attachments = [
            Attachment(
                file_id=file.file_id, position=position, kind=file.kind.value, title=file.title, alt=file.alt
            )
            for position, file in enumerate(content.attachments)
        ]
        await session.merge(Confidential(solution_id=sheet.id, **fields.confidential(content.stored())))
    await session.flush()


def price_lines(prices: list[PriceIn]) -> list[PriceLine]:
    """The rows that keep published prices."""
    return [
        PriceLine(
            position=i, label=price.label, unit=price.unit, basis=price.basis, vat_rate=price.vat_rate, mode=price.mode,
            steps=price.rows(),
        )
        for i, price in enumerate(prices)
    ]  # fmt: skip


def digest(reference: dict[str, Any]) -> str:
    """The fingerprint of what a reference says, who to ask left out."""
    said = {key: value for key, value in reference.items() if key != "contact"}
    return sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


async def _reference(session: Session, position: int, said: dict[str, Any]) -> Reference:
    town = await find_town(session, said["town"])
    ended = said.get("ended_on")
    return Reference(
        id=said["id"], position=position, town_name=town.name, insee=town.insee, siren=town.siren,
        started_on=date.fromisoformat(said["started_on"]), ended_on=date.fromisoformat(ended) if ended else None,
        quantity=said.get("quantity"), unit=said.get("unit"), scope=said["scope"], indicators=said.get("indicators", []),
        digest=digest(said),
    )  # fmt: skip
