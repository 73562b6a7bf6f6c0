"""Taking in a file of sheets: read whole, tried or saved in one transaction, remembered with its outcomes and its error report."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from catalog.opendata import importing, workbooks
from catalog.opendata.columns import COLUMNS, ERRORS, column_at, column_of
from catalog.opendata.importing import Outcome, Result
from catalog.opendata.models import SheetImport, Side
from catalog.opendata.offering import offer
from marketplace import audit
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import Json, ReadSession, Session
from marketplace.errors import Conflict, FieldError, Invalid, NotFound, SignInNeeded, wrong
from marketplace.files.api import safe_name
from marketplace.ids import new_id
from marketplace.tabular import SourceRow, UnreadableFile, read_bytes
from marketplace.words import N_

MOST_BYTES = 5_000_000
MOST_ROWS = {Side.STARTUP: 200, Side.CURATOR: 1000}
EXPECTED = {
    Side.STARTUP: N_("Ce fichier a trop de lignes : {most} fiches au plus."),
    Side.CURATOR: N_("Ce fichier a trop de lignes : {most} fiches au plus. Pour davantage, l’exploitant a la commande « marketplace load solutions »."),
}  # fmt: skip


class NothingToSave(Conflict):
    code = "nothing_to_save"
    sentence = N_("Ce fichier est déjà enregistré, ou n’a rien à enregistrer : renvoyez-le.")


def may_import(side: Side, by: Actor) -> None:
    """Raise unless `by` may import on that side."""
    if side is Side.STARTUP:
        by.require(OrganisationKind.STARTUP, Role.EDITOR, Role.ADMIN)
    else:
        by.require_role(Role.CURATOR)


async def take(
    session: Session, side: Side, content: bytes, *, name: str, save: bool, by: Actor, now: datetime
) -> SheetImport:
    """Try or save a file. Raises `Invalid` for a file that cannot be read or holds no sheet; a wrong row is an outcome."""
    may_import(side, by)
    source = await asyncio.to_thread(read, content, name, side)
    outcomes = await _run(session, side, source, save=save, by=by, now=now)
    assert by.person_id is not None and by.organisation_id is not None
    changes = any(outcome.result in {Result.CREATED, Result.UPDATED} for outcome in outcomes)
    taken = SheetImport(
        id=new_id(), organisation_id=by.organisation_id, person_id=by.person_id, side=side, file_name=safe_name(name),
        outcomes=[_written(outcome) for outcome in outcomes], content=content if changes and not save else None,
        report=await asyncio.to_thread(_report, name, source, outcomes), saved_at=now if save else None,
    )  # fmt: skip
    session.add(taken)
    await session.flush()
    if save:
        audit.note(session, by, "sheet_import.save", "sheet_import", taken.id, after=counts(taken))
    return taken


async def save(session: Session, import_id: UUID, side: Side, *, by: Actor, now: datetime) -> SheetImport:
    """Save what was tried: the file is run again, on the sheets as they are now. Raises `NotFound`, `NothingToSave`."""
    may_import(side, by)
    tried = await session.scalar(_mine(import_id, side, by).with_for_update())
    if tried is None:
        raise NotFound
    if tried.content is None:
        raise NothingToSave
    source = await asyncio.to_thread(read, tried.content, tried.file_name, side)
    outcomes = await _run(session, side, source, save=True, by=by, now=now)
    tried.outcomes = [_written(outcome) for outcome in outcomes]
    tried.report = await asyncio.to_thread(_report, tried.file_name, source, outcomes)
    tried.content, tried.saved_at = None, now
    await session.flush()
    audit.note(session, by, "sheet_import.save", "sheet_import", tried.id, after=counts(tried))
    return tried


async def one(reads: ReadSession | Session, import_id: UUID, side: Side | None, by: Actor) -> SheetImport:
    """One's own import. Raises `SignInNeeded`, `NotFound`."""
    if not by.signed_in:
        raise SignInNeeded
    found = await reads.scalar(_mine(import_id, side, by))
    if found is None:
        raise NotFound
    return found


def counts(taken: SheetImport) -> dict[str, int]:
    """How many rows came to what."""
    results = [outcome["result"] for outcome in taken.outcomes]
    return {result.value: results.count(result.value) for result in Result}


def faults_of(outcome: Json) -> list[FieldError]:
    """Why a row was rejected, as errors that can be said in any language."""
    return [
        wrong(fault["path"], fault["sentence"], code=fault["code"], **fault["facts"])
        for fault in outcome["faults"]
    ]


def read(content: bytes, name: str, side: Side) -> list[SourceRow]:
    """The rows of a file. Raises `Invalid` for `file`."""
    try:
        source = list(read_bytes(content, Path(name)))
    except UnreadableFile as refusal:
        faults = [FieldError("file", fault.sentence, fault.code, fault.facts) for fault in refusal.fields]
        raise Invalid(faults) from None
    if not source:
        raise Invalid([wrong("file", N_("Ce fichier ne contient aucune fiche."), code="empty")])
    if len(source) > MOST_ROWS[side]:
        raise Invalid([wrong("file", EXPECTED[side], code="too_many", most=MOST_ROWS[side])])
    return source


def _mine(import_id: UUID, side: Side | None, by: Actor) -> Select[SheetImport]:
    mine = select(SheetImport).where(
        SheetImport.id == import_id,
        SheetImport.person_id == by.person_id,
        SheetImport.organisation_id == by.organisation_id,
    )
    return mine if side is None else mine.where(SheetImport.side == side)


async def _run(
    session: Session, side: Side, source: Sequence[SourceRow], *, save: bool, by: Actor, now: datetime
) -> list[Outcome]:
    """Run the rows in a savepoint, which a trial takes back."""
    savepoint = await session.begin_nested()
    if side is Side.STARTUP:
        outcomes = await offer(session, source, by=by, now=now)
    else:
        seen: set[str] = set()
        outcomes = []
        for start in range(0, len(source), importing.BATCH):
            batch = source[start : start + importing.BATCH]
            outcomes += await importing.place(session, batch, seen, now=now, by=by)
    if save:
        await savepoint.commit()
    else:
        await session.flush()
        await savepoint.rollback()
    return outcomes


def _written(outcome: Outcome) -> Json:
    faults = [
        {
            "path": _plain(f.path), "code": f.code, "sentence": _plain(f.sentence),
            "facts": {name: _plain(value) for name, value in f.facts},
        }
        for f in outcome.faults
    ]  # fmt: skip
    return {
        "where": outcome.where,
        "result": outcome.result.value,
        "id": _plain(outcome.id),
        "faults": faults,
    }


def _plain(value: object) -> object:
    """As JSON in the database holds it: neither a null character nor half of a pair, which a file may well contain."""
    if value is None or isinstance(value, int):
        return value
    text = ", ".join(str(part) for part in value) if isinstance(value, tuple | list) else str(value)
    return text.encode(errors="replace").decode().replace("\0", "?")[:1000]


def _report(name: str, source: Sequence[SourceRow], outcomes: Sequence[Outcome]) -> bytes | None:
    """The file as it was sent, with its errors; None when nothing is wrong."""
    by_place = {outcome.where: outcome for outcome in outcomes if outcome.result is Result.REJECTED}
    errors: dict[int, Mapping[str, list[str]]] = {
        i: _by_header(row.values, by_place[row.where].faults) for i, row in enumerate(source) if row.where in by_place
    }  # fmt: skip
    if not errors:
        return None
    form = Path(name).suffix.lower().removeprefix(".")
    values = [row.values for row in source]
    if form != "json":
        return workbooks.with_errors(form, values, errors)
    said = [
        {key: value for key, value in row.items() if key != ERRORS}
        | ({ERRORS: [f"{column} : {text}" if column else text for column, texts in errors[i].items() for text in texts]} if i in errors else {})
        for i, row in enumerate(values)
    ]  # fmt: skip
    return json.dumps(said, ensure_ascii=False, indent=1).encode(errors="replace")


def _by_header(values: Mapping[str, Any], faults: Sequence[FieldError]) -> dict[str, list[str]]:
    """The sentences by column, as the file's header calls it; a column that it lacks is called by its French label."""
    names = {found.key: name for name in values if (found := column_of(name))}
    by_column: dict[str, list[str]] = {}
    for fault in faults:
        key = fault.path if fault.path in values else column_at(fault.path)
        label = COLUMNS[key].label if key in COLUMNS else key or ""
        by_column.setdefault(names.get(key or "", label), []).append(str(fault))
    return by_column
