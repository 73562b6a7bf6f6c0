"""A startup attaches a document to a claim of its published sheet, and takes evidence back."""

from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from catalog.evidence.durations import ends_on
from catalog.evidence.events import EvidenceDecided, EvidenceOffered
from catalog.evidence.levels import EvidenceState, Kind
from catalog.evidence.lifecycle import EVIDENCE
from catalog.evidence.models import Evidence
from catalog.evidence.reading import claim_of, own_sheet, piece_of
from catalog.solutions.events import SheetChanged
from marketplace import audit, clock, lifecycle, outbox
from marketplace.actor import Actor
from marketplace.db import Session
from marketplace.errors import FieldError, Invalid, wrong
from marketplace.files.accepting import Accepted
from marketplace.files.storage import store
from marketplace.ids import SolutionId, new_id
from marketplace.words import N_


async def attach(
    session: Session,
    folder: Path,
    solution_id: SolutionId,
    path: str,
    *,
    file: Accepted | Invalid | None,
    title: str,
    dated_on: date,
    expires_on: date | None,
    by: Actor,
    now: datetime,
) -> Evidence:
    """Offer a document for the claim at `path`: it counts once a curator has accepted it.

    Raises `NotFound`, `NotSaid`, `Invalid` with every wrong field: the file, the dates.
    """
    sheet = await own_sheet(session, solution_id, by)
    digest = claim_of(sheet, path)
    today = clock.paris_day(now)
    faults = file_faults(file)
    last = None
    if not date(1990, 1, 1) <= dated_on <= today:
        faults.append(
            wrong("dated_on", N_("Donnez la date écrite sur le document : elle ne peut pas être à venir."), code="date")
        )  # fmt: skip
    else:
        last = ends_on(Kind.DOCUMENT, path, dated_on)
        faults += _end_faults(expires_on, last, today)
    if faults or not isinstance(file, Accepted):
        raise Invalid(faults)
    kept = await store(
        session, folder, file.content, name=f"{title[:100]}.{file.kind}", media_type=file.media_type, organisation_id=sheet.startup_id,
        declared_type=file.declared_type, scanned_at=file.scanned_at,
    )  # fmt: skip
    evidence = Evidence(
        id=new_id(), solution_id=sheet.id, path=path, kind=Kind.DOCUMENT, digest=digest, source=title, dated_on=dated_on,
        expires_on=expires_on or last, file_id=kept.id, state=EvidenceState.OFFERED, state_since=now, offered_by=by.person_id,
    )  # fmt: skip
    session.add(evidence)
    await session.flush()
    audit.note(
        session, by, "evidence.offer", "evidence", evidence.id, after={"path": path, "file": str(kept.id)}
    )
    outbox.record(session, EvidenceOffered(evidence_id=evidence.id))
    return evidence


def file_faults(file: Accepted | Invalid | None) -> list[FieldError]:
    """What is wrong with the file that was sent, or was not."""
    if file is None:
        return [wrong("file", N_("Choisissez un fichier PDF, PNG ou JPEG."), code="required")]
    return list(file.fields) if isinstance(file, Invalid) else []


def _end_faults(expires_on: date | None, last: date | None, today: date) -> list[FieldError]:
    if expires_on is None and last is None:
        return [wrong("expires_on", N_("Donnez la date de fin écrite sur le document."), code="required")]
    if (expires_on or last or today) < today:
        return [
            wrong("expires_on", N_("Ce document ne prouve plus rien : il a pris fin le {day}."), code="expired", day=f"{expires_on or last:%d/%m/%Y}")
        ]  # fmt: skip
    if expires_on is not None and last is not None and expires_on > last:
        return [
            wrong("expires_on", N_("Ce genre de preuve vaut jusqu’au {day} au plus."), code="too_late", day=f"{last:%d/%m/%Y}")
        ]  # fmt: skip
    return []


async def withdraw(session: Session, evidence_id: UUID, *, by: Actor, now: datetime) -> Evidence:
    """Take back a piece of evidence of the acting startup. Raises `NotFound`, `NotTheirMove`, `MoveRefused`."""
    evidence, sheet, roles = await piece_of(session, evidence_id, by)
    await lifecycle.apply(session, EVIDENCE, evidence, "withdraw", who=roles, by=by, now=now)
    outbox.record(session, EvidenceDecided(evidence_id=evidence.id))
    outbox.record(session, SheetChanged(solution_id=sheet.id))
    return evidence
