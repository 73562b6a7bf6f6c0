"""Loading sheets from a file, as an operator or a curator does: our columns, or the French keys of the beta.gouv export.

A row that is wrong is reported with its reasons and changes nothing; the others are loaded, each as an accepted revision. The
same file loaded again changes nothing. An `id` becomes the slug, and is what a row is recognised by. A column that is not
there leaves what it names as it is. `columns.py` has the columns; without an `id`, the name makes one.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from catalog.opendata import rows
from catalog.opendata.columns import EXAMPLE
from catalog.opendata.rows import Said
from catalog.solutions import queries, revising
from catalog.solutions.content import SheetDraft
from catalog.solutions.drafting import slug_of
from catalog.solutions.events import SheetsLoaded
from catalog.solutions.lifecycle import RevisionState, SolutionState
from catalog.solutions.models import Revision, Solution
from catalog.solutions.schemas import SheetRecord
from catalog.solutions.soundness import faults as unsound
from marketplace import audit, clock, outbox
from marketplace.accounts.models import Organisation
from marketplace.actor import SYSTEM, Actor, OrganisationKind
from marketplace.db import Database, Session
from marketplace.errors import FieldError, wrong
from marketplace.ids import OrganisationId, SolutionId, new_id
from marketplace.interests.declaring import Recused, firms_of
from marketplace.tabular import SourceRow
from marketplace.words import N_

BATCH = 100
SLUG, SIREN, NAME = (
    re.compile(r"[a-z0-9-]{1,120}"),
    re.compile(r"[0-9]{9}", re.ASCII),
    re.compile(r"[^\0\ud800-\udfff]{1,200}"),
)
"""What may be looked for in the database: a file may hold what it cannot."""
TWICE = N_("Cet identifiant est déjà dans le fichier.")


class Result(StrEnum):
    """What became of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row: what became of it, the sheet's slug or the id that was given, and why it was rejected."""

    where: str
    result: Result
    id: str | None = None
    faults: tuple[FieldError, ...] = ()


@dataclass(slots=True)
class Report:
    """What a load did, row by row. `rejected` says where, why, and what is accepted."""

    outcomes: list[Outcome] = field(default_factory=list)

    def count(self, result: Result) -> int:
        return sum(outcome.result is result for outcome in self.outcomes)

    @property
    def created(self) -> int:
        return self.count(Result.CREATED)

    @property
    def updated(self) -> int:
        return self.count(Result.UPDATED)

    @property
    def unchanged(self) -> int:
        return self.count(Result.UNCHANGED)

    @property
    def rejected(self) -> list[dict[str, Any]]:
        return [
            {
                "where": outcome.where, "id": outcome.id,
                "reasons": [{"path": f.path, "code": f.code, "message": str(f)} for f in outcome.faults],
            }
            for outcome in self.outcomes
            if outcome.result is Result.REJECTED
        ]  # fmt: skip

    def document(self) -> dict[str, Any]:
        return {
            "created": self.created, "updated": self.updated, "unchanged": self.unchanged,
            "rejected": self.rejected, "total": len(self.outcomes),
        }  # fmt: skip


async def load(
    database: Database,
    source: Iterable[SourceRow],
    *,
    now: datetime,
    by: Actor = SYSTEM,
    advance: Callable[[int], None] = lambda _: None,
) -> Report:
    """Load rows, in transactions of a hundred. Returns the report; never raises for what a row holds."""
    report, seen = Report(), set[str]()
    batch: list[SourceRow] = []

    async def write() -> None:
        async with database.transaction(by) as session:
            report.outcomes += await place(session, batch, seen, now=now, by=by)
        batch.clear()

    for done, row in enumerate(source, 1):
        batch.append(row)
        if len(batch) == BATCH:
            await write()
            advance(done)
    await write()
    return report


async def place(
    session: Session, source: Sequence[SourceRow], seen: set[str], *, now: datetime, by: Actor
) -> list[Outcome]:
    """Load rows in the session's transaction. `seen`: the ids that the file already gave. An example row is no row."""
    said = [(row.where, _named(rows.read(row.values))) for row in source]
    said = [(where, row) for where, row in said if not is_example(row.id)]
    known = await _known(session, [row.id for _, row in said if _fits(SLUG, row.id)])
    shown = await _shown(session, [sheet.id for sheet in known.values()])
    placing = _Placing(session, known, shown, await _owners(session, [row for _, row in said]), now, by)
    if by.person_id is not None:
        placing.recused = await firms_of(session, by)
    outcomes = []
    for where, row in said:
        outcomes.append(await placing.place(where, row, seen))
    if placing.changed:
        outbox.record(session, SheetsLoaded(solution_ids=tuple(placing.changed)))
    return outcomes


def read(values: Mapping[str, Any]) -> tuple[SheetRecord | None, list[FieldError]]:
    """One row as the record of a new sheet, or everything that is wrong with it."""
    said = _named(rows.read(values))
    return rows.checked(SheetRecord, rows.merged({}, said) | _origin(None, said), said)


def is_example(given: object) -> bool:
    """Whether a row's id says that it is a template's example."""
    return isinstance(given, str) and given.strip().casefold().startswith(EXAMPLE)


def _named(said: Said) -> Said:
    if said.id is None and isinstance(said.content.get("name"), str):
        said.id = slug_of(said.content["name"])
    return said


@dataclass(slots=True)
class _Placing:
    """What a batch of rows is placed with: the sheets by slug, their accepted revisions, and the startups with an account."""

    session: Session
    known: dict[str, Solution]
    shown: dict[SolutionId, Revision]
    owners: dict[str | None, OrganisationId]
    now: datetime
    by: Actor
    recused: dict[OrganisationId, str] = field(default_factory=dict)
    changed: list[SolutionId] = field(default_factory=list)

    async def place(self, where: str, said: Said, seen: set[str]) -> Outcome:
        """Load one row."""
        sheet = self.known.get(said.id) if isinstance(said.id, str) else None
        last = self.shown.get(sheet.id) if sheet else None
        before = last.content if last else {}
        values = rows.merged(before, said, sheet.references if sheet else ())
        record, faults = rows.checked(SheetRecord, values | _origin(sheet, said), said)
        if record is not None:
            found = await unsound(self.session, record, clock.paris_day(self.now))
            announced = ("since", "future")  # public records announce services to come
            faults = [fault for fault in found if (fault.path, fault.code) != announced]
            faults += self._refused(sheet, record, seen)
        if record is None or faults:
            return Outcome(where, Result.REJECTED, _shown_id(said), tuple(faults))
        seen.add(record.id)
        content, kept = SheetDraft.model_validate(record.stored()), _kept(record)
        besides = [name for name, value in kept.items() if sheet and getattr(sheet, name) != value]
        session, claimed = self.session, self._claimed(sheet, record)
        if sheet and last and not besides and before == content.stored() and not claimed:
            return Outcome(where, Result.UNCHANGED, record.id)
        result = Result.UPDATED if sheet else Result.CREATED
        if sheet is None:
            sheet = self._new(record, kept)
        if last is None or besides or before != content.stored():
            await _accept(
                session, sheet, content, last, now=self.now, besides={name: kept[name] for name in besides}
            )
        audit.note(session, self.by, "solution.import", "solution", sheet.id, after={"slug": sheet.slug})
        self.changed.append(sheet.id)
        return Outcome(where, result, record.id)

    def _refused(self, sheet: Solution | None, record: SheetRecord, seen: set[str]) -> list[FieldError]:
        startup_id = (sheet.startup_id if sheet else None) or self._owner(record)
        if record.id in seen:
            return [wrong("id", TWICE, code="duplicate")]
        if startup_id in self.recused:
            return [wrong("id", Recused.sentence, code=Recused.code, firms=(self.recused[startup_id],))]
        if sheet and sheet.state is SolutionState.ARCHIVED:
            return [wrong("id", N_("Cette fiche est archivée : elle ne change plus."), code="archived")]
        return []

    def _claimed(self, sheet: Solution | None, record: SheetRecord) -> bool:
        """Give a sheet that was nobody's to its startup, which has an account since; whether that was done."""
        owner = self._owner(record)
        if sheet is None or sheet.startup_id is not None or owner is None:
            return False
        sheet.startup_id = owner
        return True

    def _owner(self, record: SheetRecord) -> OrganisationId | None:
        by_name = self.owners.get(record.supplier) if record.fictional else None
        return self.owners.get(record.supplier_siren) or by_name

    def _new(self, record: SheetRecord, kept: dict[str, Any]) -> Solution:
        return Solution(
            id=new_id(), slug=record.id, startup_id=self._owner(record), state=SolutionState.PUBLISHED, state_since=self.now,
            name=record.name, summary="", description="", domains=[], tags=[], audiences=[], maturity=record.maturity, **kept,
        )  # fmt: skip


def _origin(sheet: Solution | None, said: Said) -> dict[str, Any]:
    """Where the record comes from: as the row says, else as the sheet has it."""
    had = {
        "supplier": sheet.supplier_name, "source": sheet.source, "licence": sheet.licence, "fictional": sheet.fictional,
    } if sheet else {}  # fmt: skip
    told = had | said.origin | {"id": said.id}
    return {name: value for name, value in told.items() if value is not None}


def _fits(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _shown_id(said: Said) -> str | None:
    return str(said.id)[:120] if said.id is not None else None


async def _known(session: Session, slugs: Sequence[str]) -> dict[str, Solution]:
    found = await session.scalars(
        select(Solution)
        .where(Solution.slug.in_(slugs))
        .options(*queries.PARTS)
        .order_by(Solution.id)
        .with_for_update(of=Solution)
    )
    return {sheet.slug: sheet for sheet in found}


async def _accept(
    session: Session,
    sheet: Solution,
    content: SheetDraft,
    last: Revision | None,
    *,
    now: datetime,
    besides: dict[str, Any],
) -> None:
    """Publish what was loaded as an accepted revision; a revision that its startup has open keeps its own changes."""
    before = last.content if last else {}
    number = await revising.next_number(session, sheet) if sheet in session else 1
    being_written = sheet.open_revision if last else None
    if being_written:
        number, being_written.number = being_written.number, number
        await session.flush()
    for name, value in besides.items():
        setattr(sheet, name, value)
    loaded = Revision(
        solution_id=sheet.id, number=number, base=last.number if last else 0, content=content.stored(), changed=[],
        state=RevisionState.ACCEPTED, state_since=now,
    )  # fmt: skip
    await revising.show(session, sheet, loaded, content, before=before, now=now, besides=list(besides))
    session.add(loaded)
    if being_written:
        revising.rebase(being_written, before, loaded.content, number)
        await session.flush()


async def _shown(session: Session, ids: list[SolutionId]) -> dict[SolutionId, Revision]:
    """The revision that the directory shows of each sheet."""
    rows = await session.scalars(
        select(Revision)
        .where(Revision.solution_id.in_(ids), Revision.state == RevisionState.ACCEPTED)
        .order_by(Revision.solution_id, Revision.number.desc())
        .ext(distinct_on(Revision.solution_id))
    )
    return {revision.solution_id: revision for revision in rows}


def _kept(record: SheetRecord) -> dict[str, Any]:
    """What a record says that is not content."""
    return {
        "supplier_name": record.supplier or record.name, "source": record.source, "licence": record.licence,
        "fictional": record.fictional,
    }  # fmt: skip


async def _owners(session: Session, said: list[Said]) -> dict[str | None, OrganisationId]:
    """The startups with an account, by SIREN and (for fictional ones only) by name."""
    told = [row.origin for row in said]
    sirens = {one["supplier_siren"] for one in told if _fits(SIREN, one.get("supplier_siren"))}
    names = {
        one["supplier"] for one in told if _fits(NAME, one.get("supplier")) and one.get("fictional") is True
    }
    rows = await session.execute(
        select(Organisation.id, Organisation.siren, Organisation.name, Organisation.fictional).where(
            Organisation.kind == OrganisationKind.STARTUP,
            Organisation.siren.in_(sirens) | (Organisation.name.in_(names) & Organisation.fictional),
        )
    )
    found: dict[str | None, OrganisationId] = {}
    for row in rows:
        if row.siren in sirens:
            found[row.siren] = row.id
        if row.fictional:
            found[row.name] = row.id
    return found
