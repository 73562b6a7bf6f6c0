"""Evidence that ends: its startup is told 30 and 7 days before, and on the day; each once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from catalog.evidence.events import EvidenceEnding
from catalog.evidence.levels import EvidenceState
from catalog.evidence.models import Evidence
from catalog.evidence.provable import DELIVERED, claims
from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import Solution
from marketplace import clock
from marketplace.db import Session

BEFORE = (30, 7, 0)
"""Days before the end; 0: it has ended."""


def warning_of(expires_on: date, on: date) -> int | None:
    """Which warning is due on a day for evidence that counts until `expires_on`; None when none is yet."""
    left = (expires_on - on).days
    if left < 0:
        return 0
    return min((days for days in BEFORE if days > 0 and left <= days), default=None)


async def due_endings(session: Session, now: datetime) -> Sequence[EvidenceEnding]:
    """The warnings that are due, and were not given (asked by the sweep)."""
    today = clock.paris_day(now)
    rows = await session.execute(
        select(Evidence.id, Evidence.expires_on, Evidence.warned).where(
            Evidence.state == EvidenceState.ACCEPTED,
            Evidence.expires_on <= today + timedelta(days=max(BEFORE)),
            or_(Evidence.warned.is_(None), Evidence.warned > 0),
        )
    )
    due = (
        (evidence_id, warning_of(ends, today), warned)
        for evidence_id, ends, warned in rows
        if ends is not None
    )
    return [
        EvidenceEnding(evidence_id=evidence_id, days=days)
        for evidence_id, days, warned in due
        if days is not None and (warned is None or days < warned)
    ]


async def take_warning(session: Session, evidence_id: UUID, days: int) -> Evidence | None:
    """Note that a warning is given, once. None when it was, or when the piece no longer counts for what the sheet says."""
    evidence = await session.scalar(
        select(Evidence)
        .where(Evidence.id == evidence_id, Evidence.state == EvidenceState.ACCEPTED)
        .options(
            selectinload(Evidence.solution).selectinload(Solution.prices),
            selectinload(Evidence.solution).selectinload(Solution.references),
        )
        .with_for_update(of=Evidence)
    )
    if evidence is None or (evidence.warned is not None and evidence.warned <= days):
        return None
    evidence.warned = days
    sheet = evidence.solution
    says = evidence.path == DELIVERED or claims(sheet).get(evidence.path) == evidence.digest
    return evidence if says and sheet.state is SolutionState.PUBLISHED else None
