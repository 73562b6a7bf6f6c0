"""A curator accepts or refuses a piece of evidence, for a reason that the startup reads."""

from datetime import datetime
from uuid import UUID

from catalog.evidence.events import EvidenceDecided
from catalog.evidence.lifecycle import EVIDENCE, EvidenceWho
from catalog.evidence.models import Evidence
from catalog.evidence.provable import claims
from catalog.evidence.reading import piece_of
from catalog.solutions.events import SheetChanged
from catalog.solutions.models import Solution
from marketplace import lifecycle, outbox
from marketplace.actor import Actor, Role
from marketplace.db import Session
from marketplace.errors import Conflict
from marketplace.interests.declaring import refuse_recused
from marketplace.words import N_


class ClaimMoved(Conflict):
    """What the evidence proves is no longer what the sheet says."""

    code = "claim_moved"
    sentence = N_(
        "La fiche ne dit plus ce que cette preuve démontre : refusez-la, ou demandez à l’entreprise d’en apporter une autre."
    )


async def accept(session: Session, evidence_id: UUID, *, by: Actor, now: datetime) -> Evidence:
    """Make a piece count. Raises `NotFound`, `Recused`, `NotTheirMove`, `MoveRefused`, `ClaimMoved`."""
    evidence, sheet, roles = await _judged(session, evidence_id, by)
    EVIDENCE.check(evidence.state, "accept", roles)
    if claims(sheet).get(evidence.path) != evidence.digest:
        raise ClaimMoved
    return await _decide(session, evidence, sheet, "accept", None, roles, by=by, now=now)


async def refuse(session: Session, evidence_id: UUID, reason: str, *, by: Actor, now: datetime) -> Evidence:
    """Refuse a piece, saying why. Raises `NotFound`, `Recused`, `NotTheirMove`, `MoveRefused`."""
    evidence, sheet, roles = await _judged(session, evidence_id, by)
    return await _decide(session, evidence, sheet, "refuse", reason, roles, by=by, now=now)


async def _judged(
    session: Session, evidence_id: UUID, by: Actor
) -> tuple[Evidence, Solution, set[EvidenceWho]]:
    evidence, sheet, roles = await piece_of(session, evidence_id, by)
    if not by.acts_for(sheet.startup_id):
        by.require_role(Role.CURATOR)
        await refuse_recused(session, by, {sheet.startup_id})
    return evidence, sheet, roles


async def _decide(
    session: Session, evidence: Evidence, sheet: Solution, move: str, reason: str | None, roles: set[EvidenceWho], *,
    by: Actor, now: datetime,
) -> Evidence:  # fmt: skip
    facts = {"reason": reason} if reason else None
    await lifecycle.apply(session, EVIDENCE, evidence, move, who=roles, by=by, now=now, facts=facts)
    evidence.decided_by, evidence.reason = by.person_id, reason
    await session.flush()
    outbox.record(session, EvidenceDecided(evidence_id=evidence.id))
    outbox.record(session, SheetChanged(solution_id=sheet.id))
    return evidence
