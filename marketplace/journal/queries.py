"""Lines of the journal, the last first: an organisation's own, or all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from marketplace.accounts.models import Affiliation, Organisation, Person
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.audit import AuditLine
from marketplace.clock import end_of, start_of
from marketplace.db import ReadSession

AT_MOST = 50_000
"""Rows that one download holds."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which lines. `since` and `until` are days in Paris, both included."""

    subject: str | None = None
    person_id: UUID | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it may be shown. Somebody whom the reader does not know by name is told by the end of their id."""

    at: datetime
    person_id: UUID | None
    person: str | None
    organisation: str | None
    channel: str
    action: str
    subject: str
    subject_id: UUID | None
    before: dict[str, Any]
    after: dict[str, Any]


async def own(
    reads: ReadSession, by: Actor, asked: Asked, *, offset: int = 0, limit: int = AT_MOST
) -> tuple[list[Line], int]:
    """What was done on behalf of the acting organisation. Raises `RoleNeeded` unless the asker administers it."""
    by.require_role(Role.ADMIN)
    mine = select(AuditLine).where(AuditLine.organisation_id == by.organisation_id)
    return await _lines(reads, _filtered(mine, asked), offset, limit, values=True)


async def everything(
    reads: ReadSession, by: Actor, asked: Asked, *, offset: int = 0, limit: int = AT_MOST
) -> tuple[list[Line], int]:
    """What everybody did, with states and no other value. Raises `RoleNeeded` unless the asker audits."""
    by.require(OrganisationKind.SUPERVISOR, Role.AUDITOR, Role.ADMIN)
    return await _lines(reads, _filtered(select(AuditLine), asked), offset, limit, values=False)


async def colleagues(reads: ReadSession, by: Actor) -> list[tuple[UUID, str]]:
    """The people of the acting organisation, by name."""
    rows = await reads.execute(
        select(Person.id, Person.name)
        .join(Affiliation, Affiliation.person_id == Person.id)
        .where(Affiliation.organisation_id == by.organisation_id)
        .order_by(Person.name, Person.id)
    )
    return [(row[0], row[1]) for row in rows]


def _filtered(lines: Select[Any], asked: Asked) -> Select[Any]:
    if asked.subject:
        lines = lines.where(AuditLine.subject == asked.subject)
    if asked.person_id:
        lines = lines.where(AuditLine.person_id == asked.person_id)
    if asked.since:
        lines = lines.where(AuditLine.created_at >= start_of(asked.since))
    if asked.until:
        lines = lines.where(AuditLine.created_at < end_of(asked.until))
    return lines


async def _lines(
    reads: ReadSession, lines: Select[Any], offset: int, limit: int, *, values: bool
) -> tuple[list[Line], int]:
    total = await reads.scalar(select(func.count()).select_from(lines.order_by(None).subquery()))
    found = list(
        await reads.scalars(
            lines.order_by(AuditLine.created_at.desc(), AuditLine.id.desc()).offset(offset).limit(limit)
        )
    )
    people = await _names(reads, Person, [line.person_id for line in found])
    organisations = await _names(reads, Organisation, [line.organisation_id for line in found])
    return [_line(line, people, organisations, values=values) for line in found], int(total or 0)


async def _names(
    reads: ReadSession, table: type[Person | Organisation], ids: Sequence[UUID | None]
) -> dict[UUID, str]:
    """The names that the reader may know."""
    wanted = {found for found in ids if found is not None}
    rows = await reads.execute(select(table.id, table.name).where(table.id.in_(wanted)))
    return {row[0]: row[1] for row in rows}


def _line(line: AuditLine, people: dict[UUID, str], organisations: dict[UUID, str], *, values: bool) -> Line:
    shown = [
        {name: value for name, value in (said or {}).items() if values or name in {"state", "route"}}
        for said in (line.before, line.after)
    ]
    person = (people.get(line.person_id) or f"…{line.person_id.hex[-6:]}") if line.person_id else None
    organisation = organisations.get(line.organisation_id) if line.organisation_id else None
    return Line(
        at=line.created_at, person_id=line.person_id, person=person, organisation=organisation, channel=line.channel,
        action=line.action, subject=line.subject, subject_id=line.subject_id, before=shown[0], after=shown[1],
    )  # fmt: skip
