"""The town answers: what a mailed link shows, what its holder says of it, and what that is worth.

The holder needs no account, and is known by the link alone. Reading spends nothing (mail scanners follow links); answering spends
the link. The answer is written by its holder and settled by the worker, who sees whose the address is: a confirmation counts by
itself only from a verified domain of that town, and otherwise waits for a curator.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import selectinload

from catalog.evidence.domains import is_own, is_verified
from catalog.evidence.durations import ends_on
from catalog.evidence.events import ConfirmationAnswered, EvidenceOffered
from catalog.evidence.levels import EvidenceState, Kind
from catalog.evidence.lifecycle import REQUEST, EvidenceWho, RequestState
from catalog.evidence.models import Answer, Evidence, EvidenceRequest
from catalog.evidence.provable import REFERENCE
from catalog.solutions.events import SheetChanged
from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import Reference, Solution
from marketplace import audit, clock, lifecycle, outbox
from marketplace.accounts import tokens
from marketplace.accounts.tokens import Purpose, TokenRefused
from marketplace.actor import ANONYMOUS, SYSTEM
from marketplace.db import ReadSession, Session
from marketplace.errors import Conflict, Invalid, wrong
from marketplace.ids import new_id
from marketplace.words import N_

SAID_NEEDED = {
    Answer.CORRECTED: N_("Écrivez ce qu’il faut corriger."),
    Answer.WRONG: N_("Dites en quelques mots ce qui n’est pas exact."),
}


class ReferenceMoved(Conflict):
    """What the link shows is no longer what was sent."""

    code = "reference_moved"
    sentence = N_(
        "L’entreprise a changé cette référence depuis l’envoi du courriel : cette demande n’a plus d’objet. Elle peut vous en envoyer une nouvelle."
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link shows. `reference` is None once the startup has changed or withdrawn what it asked about."""

    request_id: UUID
    startup: str
    sheet_name: str
    sheet_slug: str
    reference: Reference | None
    expires_at: datetime


async def look(session: Session | ReadSession, secret: str, token: str) -> Asked:
    """What the link says, spending nothing. Raises `TokenRefused` (unknown, forged, used, cancelled, expired)."""
    sound = await tokens.look(session, secret, Purpose.CONFIRMATION, token)
    found = (
        await session.execute(text("select * from find_evidence_request(:token)"), {"token": sound.id})
    ).one_or_none()
    if found is None or found.id != sound.subject_id:
        raise TokenRefused
    sheet = await session.scalar(
        select(Solution).where(Solution.id == found.solution_id, Solution.state == SolutionState.PUBLISHED)
    )
    if sheet is None:
        raise TokenRefused
    reference = await session.get(Reference, (found.solution_id, found.reference_id))
    said = reference if reference is not None and reference.digest == found.digest else None
    return Asked(found.id, found.startup, sheet.name, sheet.slug, said, found.expires_at)


async def answer(
    session: Session,
    secret: str,
    token: str,
    *,
    given: Answer,
    said: str | None,
    name: str | None,
    role: str | None,
) -> Asked:
    """Write the answer and spend the link. Raises `TokenRefused`, `ReferenceMoved`, `Invalid` when words or names are missing."""
    asked = await look(session, secret, token)
    faults = [wrong("said", SAID_NEEDED[given], code="required")] if given in SAID_NEEDED and not said else []
    if given is not Answer.OTHER_PERSON:
        faults += [
            wrong(path, sentence, code="required")
            for path, typed, sentence in (
                ("name", name, N_("Écrivez votre nom.")),
                ("role", role, N_("Écrivez votre fonction.")),
            )
            if not typed
        ]
    if faults:
        raise Invalid(faults)
    if asked.reference is None:
        raise ReferenceMoved
    sound = await tokens.spend(session, secret, Purpose.CONFIRMATION, token)
    written = await session.scalar(
        text("select answer_evidence_request(:token, :given, :said, :name, :role)"),
        {"token": sound.id, "given": given.value, "said": said, "name": name, "role": role},
    )
    if written is None:
        raise TokenRefused
    audit.note(
        session, ANONYMOUS, "evidence_request.confirm", "evidence_request", asked.request_id, after={"answer": given}
    )  # fmt: skip
    outbox.record(session, ConfirmationAnswered(request_id=asked.request_id))
    return asked


async def settle(session: Session, request_id: UUID, *, now: datetime) -> EvidenceRequest | None:
    """With the worker's rights: give an answer its effect. None when it had it already."""
    request = await session.scalar(
        select(EvidenceRequest)
        .where(EvidenceRequest.id == request_id, EvidenceRequest.answered_at.is_not(None))
        .options(selectinload(EvidenceRequest.solution))
    )
    if request is None or request.state is not RequestState.SENT:
        return None
    await lifecycle.apply(
        session, REQUEST, request, "answer", who={EvidenceWho.CONTACT}, by=SYSTEM, now=now, facts={"answer": request.answer}
    )  # fmt: skip
    if request.answer in {Answer.EXACT, Answer.CORRECTED}:
        await _believe(session, request, now=now)
    return request


async def _believe(session: Session, request: EvidenceRequest, *, now: datetime) -> None:
    """Evidence from an answer that confirms: it counts by itself when the address is the town's and nothing is to be corrected."""
    reference = await session.get(Reference, (request.solution_id, request.reference_id))
    if reference is None or request.answered_at is None:
        return
    counts = (
        request.answer is Answer.EXACT
        and reference.digest == request.digest
        and await is_verified(session, request.recipient, insee=reference.insee, siren=reference.siren)
        and not await is_own(session, request.recipient, request.startup_id, request.solution)
    )
    path, day = f"{REFERENCE}{request.reference_id}", clock.paris_day(request.answered_at)
    evidence = Evidence(
        id=new_id(), solution_id=request.solution_id, path=path, kind=Kind.CONFIRMATION, digest=request.digest,
        source=reference.town_name, dated_on=day, expires_on=ends_on(Kind.CONFIRMATION, path, day), request_id=request.id,
        state=EvidenceState.ACCEPTED if counts else EvidenceState.OFFERED, state_since=now,
    )  # fmt: skip
    session.add(evidence)
    await session.flush()
    audit.note(
        session, SYSTEM, "evidence.confirm", "evidence", evidence.id, after={"state": evidence.state, "path": path}
    )  # fmt: skip
    outbox.record(session, SheetChanged(solution_id=request.solution_id))
    if not counts:
        outbox.record(session, EvidenceOffered(evidence_id=evidence.id))
