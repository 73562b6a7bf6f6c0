"""Loading sheets from a file: our columns, or the French keys of the beta.gouv export. Idempotent, row by row.

A row that is wrong is reported with its reason and changes nothing; the others are loaded. The same file loaded again
changes nothing. An `id` becomes the slug, and is what a row is recognised by.

Columns (JSON keys, or the first line of a CSV or XLSX): id, name, summary, description, domains, tags, audiences, maturity,
website, since, supplier, supplier_siren, source, licence, fictional, prices. In CSV and XLSX, lists are separated by `;` or
`|`, and one price is given by price_label, price_unit, price_basis, price_vat_rate, price_mode and price_tiers, the last
written `0-150:210.00 | 150-:190.00` (euros HT; the end may be left out).
"""

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from catalog.solutions import queries, revising
from catalog.solutions.content import SheetDraft
from catalog.solutions.drafting import slug_of
from catalog.solutions.events import SheetsLoaded
from catalog.solutions.lifecycle import RevisionState, SolutionState
from catalog.solutions.models import Revision, Solution
from catalog.solutions.schemas import SheetRecord
from marketplace import audit, outbox
from marketplace.accounts.models import Organisation
from marketplace.actor import SYSTEM, Actor, OrganisationKind
from marketplace.db import Database, Session
from marketplace.errors import FieldError, wrong
from marketplace.ids import SolutionId, new_id
from marketplace.tabular import SourceRow
from marketplace.web.validation import from_pydantic
from marketplace.words import N_

BATCH = 100
PHASES = {
    "exploration": "exploration",
    "construction": "construction",
    "acceleration": "growth",
    "perenne": "established",
    "arrete": "stopped",
    "inconnu": "unknown",
}
PRICE_COLUMNS = frozenset(
    ["price_label", "price_unit", "price_basis", "price_vat_rate", "price_mode", "price_tiers"]
)
TIER = re.compile(r"(?P<start>[0-9.]+)\s*-\s*(?P<end>[0-9.]*)\s*:\s*(?P<price>[0-9., ]+)")


@dataclass(slots=True)
class Report:
    """What a load did. `rejected` says where, why, and what is accepted."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        return {
            "created": self.created, "updated": self.updated, "unchanged": self.unchanged,
            "rejected": self.rejected, "total": self.created + self.updated + self.unchanged + len(self.rejected),
        }  # fmt: skip


async def load(
    database: Database,
    rows: Iterable[SourceRow],
    *,
    now: datetime,
    by: Actor = SYSTEM,
    advance: Callable[[int], None] = lambda _: None,
) -> Report:
    """Load `rows`, in transactions of a hundred. Returns the report; never raises for what a row holds."""
    report, seen = Report(), set[str]()
    batch: list[SheetRecord] = []

    async def write() -> None:
        async with database.transaction(by) as session:
            await _write(session, batch, report, now=now, by=by)
        batch.clear()

    for done, row in enumerate(rows, 1):
        record, faults = read(row.values)
        if record is not None and record.id in seen:
            faults = [wrong("id", N_("Cet identifiant est déjà dans le fichier."), code="duplicate")]
        if record is None or faults:
            reasons = [{"path": fault.path, "code": fault.code, "message": str(fault)} for fault in faults]
            report.rejected.append({"where": row.where, "id": _shown_id(row.values), "reasons": reasons})
        else:
            seen.add(record.id)
            batch.append(record)
        if len(batch) == BATCH:
            await write()
        if done % BATCH == 0:
            advance(done)
    await write()
    return report


def read(values: dict[str, Any]) -> tuple[SheetRecord | None, list[FieldError]]:
    """One row as a record, or everything that is wrong with it."""
    if "" in values or not values:
        return None, [wrong("", N_("Cette ligne n’est pas un objet."), code="type")]
    try:
        given = _from_french(values) if "nom" in values or "accroche" in values else _from_columns(values)
        return SheetRecord.model_validate(given), []
    except ValidationError as error:
        return None, list(from_pydantic(error.errors()))
    except _BadTiers as error:
        return None, [
            wrong(
                "price_tiers",
                N_("Écrivez les paliers ainsi : 0-150:210.00 | 150-:190.00."),
                code="tiers",
                said=str(error),
            )
        ]


def _from_french(values: dict[str, Any]) -> dict[str, Any]:
    """The French keys of the shared export. Keys that we have no use for are left out."""
    website = values.get("site")
    return {
        "id": values.get("id"),
        "name": values.get("nom"),
        "summary": values.get("accroche"),
        "description": values.get("description") or None,
        "domains": _listed(values.get("domaines")),
        "tags": _listed(values.get("etiquettes")),
        "audiences": [text for text in _listed(values.get("publics")) if str(text).strip()],
        "maturity": PHASES.get(str(values.get("phase") or "inconnu"), values.get("phase")),
        "website": _website(website),
        "since": values.get("depuis") or None,
        "supplier": values.get("porteur") or None,
        "source": values.get("source") or None,
        "licence": values.get("licence") or None,
    }


def _from_columns(values: dict[str, Any]) -> dict[str, Any]:
    given = {
        name: value for name, value in values.items() if value not in (None, "") and name not in PRICE_COLUMNS
    }
    for name in ("domains", "tags", "audiences"):
        if isinstance(given.get(name), str):
            given[name] = _listed(given[name])
    if isinstance(given.get("fictional"), str):
        given["fictional"] = given["fictional"].strip().lower() in {"1", "true", "vrai", "oui", "yes"}
    if "id" not in given and isinstance(given.get("name"), str):
        given["id"] = slug_of(given["name"])
    if any(values.get(name) for name in PRICE_COLUMNS):
        given["prices"] = [
            {
                "label": values.get("price_label") or given.get("name", ""),
                "unit": values.get("price_unit"),
                "basis": values.get("price_basis") or "one_off",
                "vat_rate": str(values.get("price_vat_rate") or "20"),
                "mode": values.get("price_mode") or "all_units",
                "steps": _tiers(str(values.get("price_tiers") or "")),
            }
        ]
    return given


class _BadTiers(ValueError):
    pass


def _tiers(text: str) -> list[dict[str, Any]]:
    steps = []
    for part in re.split(r"\s*\|\s*", text.strip()):
        found = TIER.fullmatch(part.strip())
        if not found:
            raise _BadTiers(part)
        try:
            cents = Decimal(found["price"].replace(" ", "").replace(",", ".")) * 100
        except InvalidOperation:
            raise _BadTiers(part) from None
        if cents != int(cents):
            raise _BadTiers(part)
        steps.append({"from": found["start"], "to": found["end"] or None, "unit_price_cents": int(cents)})
    return steps


def _listed(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [part.strip() for part in re.split(r"[;|]", value) if part.strip()]
    return value if isinstance(value, list) else []


def _website(value: Any) -> str | None:
    text = html.unescape(str(value)).strip() if value else ""
    return text or None


def _shown_id(values: dict[str, Any]) -> str | None:
    found = values.get("id")
    return str(found)[:120] if found is not None else None


async def _write(
    session: Session, records: list[SheetRecord], report: Report, *, now: datetime, by: Actor
) -> None:
    known = {
        sheet.slug: sheet
        for sheet in await session.scalars(
            select(Solution)
            .where(Solution.slug.in_([record.id for record in records]))
            .options(*queries.PARTS)
            .order_by(Solution.id)
            .with_for_update(of=Solution)
        )
    }
    shown = await _shown(session, [sheet.id for sheet in known.values()])
    owners = await _owners(session, records)
    changed = []
    for record in records:
        sheet = known.get(record.id)
        content, kept = SheetDraft.model_validate(record.stored()), _kept(record)
        owner = owners.get(record.supplier_siren) or (
            owners.get(record.supplier) if record.fictional else None
        )
        last = shown.get(sheet.id) if sheet else None
        besides = [name for name, value in kept.items() if sheet and getattr(sheet, name) != value]
        if sheet is None:
            sheet = Solution(
                id=new_id(), slug=record.id, startup_id=owner, state=SolutionState.PUBLISHED, state_since=now, name=record.name, summary="",
                description="", domains=[], tags=[], audiences=[], maturity=record.maturity, **kept,
            )  # fmt: skip
            report.created += 1
        elif last and last.content == content.stored() and not besides:
            report.unchanged += 1
            continue
        else:
            report.updated += 1
        await _accept(session, sheet, content, last, now=now, besides={name: kept[name] for name in besides})
        audit.note(session, by, "solution.import", "solution", sheet.id, after={"slug": sheet.slug})
        changed.append(sheet.id)
    if changed:
        outbox.record(session, SheetsLoaded(solution_ids=tuple(changed)))


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


async def _owners(session: Session, records: list[SheetRecord]) -> dict[str | None, Any]:
    """The startups with an account, by SIREN and (for fictional ones only) by name."""
    sirens = {record.supplier_siren for record in records if record.supplier_siren}
    names = {record.supplier for record in records if record.supplier and record.fictional}
    rows = await session.execute(
        select(Organisation.id, Organisation.siren, Organisation.name, Organisation.fictional).where(
            Organisation.kind == OrganisationKind.STARTUP,
            Organisation.siren.in_(sirens) | (Organisation.name.in_(names) & Organisation.fictional),
        )
    )
    found: dict[str | None, Any] = {}
    for row in rows:
        if row.siren in sirens:
            found[row.siren] = row.id
        if row.fictional:
            found[row.name] = row.id
    return found
