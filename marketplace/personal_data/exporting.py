"""The copy of everything about one person: a ZIP with one JSON document, a page to read, and one CSV a table. As the worker."""

import io
import json
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from jinja2 import Environment, FileSystemLoader
from sqlalchemy import text

from marketplace.accounts.models import Person
from marketplace.clock import PARIS
from marketplace.db import Session
from marketplace.personal_data.holdings import HOLDINGS, Holding
from marketplace.personal_data.models import PersonalRequest, RequestState
from marketplace.tabular import to_csv

Found = list[tuple[Holding, list[str], list[list[object]]]]


async def make_copy(session: Session, request_id: UUID, *, now: datetime) -> None:
    """Make the copy that was asked for; nothing when it is made already, or its person erased."""
    request = await session.get(PersonalRequest, request_id, with_for_update=True)
    if request is None or request.state is not RequestState.CONFIRMED:
        return
    person = await session.get(Person, request.person_id)
    if person is None or person.erased_at is not None:
        request.state = RequestState.REFUSED
    else:
        request.content = _zip(await everything(session, person), now)
        request.state = RequestState.DONE
    request.done_at = now


async def everything(session: Session, person: Person) -> Found:
    """What every table holds about `person`, in the order of the list read backwards: identity first."""
    found: Found = []
    for holding in reversed(HOLDINGS):
        asked = {"person": person.id, "email": person.email.lower()}
        bound = {name: value for name, value in asked.items() if f":{name}" in holding.copy}
        rows = await session.execute(text(holding.copy), bound)
        found.append((holding, list(rows.keys()), [list(row) for row in rows]))
    return found


def _zip(found: Found, now: datetime) -> bytes:
    document = {
        holding.table: [{name: _plain(value) for name, value in zip(names, row, strict=True)} for row in rows]
        for holding, names, rows in found
    }
    template = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True
    ).get_template("copy.html")
    page = template.render(
        now=now.astimezone(PARIS),
        tables=[
            (h.what, names, [[_plain(v) for v in row] for row in rows]) for h, names, rows in found if rows
        ],
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("donnees.json", json.dumps(document, ensure_ascii=False, indent=1))
        archive.writestr("lisez-moi.html", page)
        for holding, names, rows in found:
            if rows:
                told = [[_plain(value) for value in row] for row in rows]
                archive.writestr(f"tableaux/{holding.table}.csv", to_csv(names, told))
    return out.getvalue()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    return ", ".join(map(str, value)) if isinstance(value, list) else value
