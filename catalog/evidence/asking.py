"""A startup asks somebody at a reference town to confirm a reference: by mail, with a link that serves once.

The startup never sees the link. It cannot ask itself. What it may ask is limited: three times a reference in thirty days.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from catalog.evidence.domains import is_own
from catalog.evidence.events import ConfirmationAsked
from catalog.evidence.lifecycle import REQUEST, RequestState, who
from catalog.evidence.models import EvidenceRequest
from catalog.evidence.reading import own_sheet, reference_of
from marketplace import audit, lifecycle, outbox
from marketplace.accounts import tokens
from marketplace.accounts.registration import address_of
from marketplace.accounts.tokens import Purpose
from marketplace.actor import Actor
from marketplace.db import Session
from marketplace.errors import Conflict, Invalid, NotFound, wrong
from marketplace.ids import OrganisationId, SolutionId, new_id
from marketplace.words import N_

LASTS = tokens.LIFETIMES[Purpose.CONFIRMATION]
MOST, WITHIN = 3, timedelta(days=30)


class AskedAlready(Conflict):
    code = "asked_already"
    sentence = N_(
        "Une demande attend déjà une réponse pour cette référence : renvoyez-la ou annulez-la d’abord."
    )


class AskedEnough(Conflict):
    code = "asked_enough"
    sentence = N_("Trois demandes en trente jours au plus pour une référence : attendez le {day}.")


class Answered(Conflict):
    code = "answered"
    sentence = N_("La ville vient de répondre : rechargez la page.")


async def ask(
    session: Session, solution_id: SolutionId, reference_id: UUID, email: str, *, by: Actor, now: datetime
) -> EvidenceRequest:
    """Ask `email` to confirm a published reference.

    Raises `NotFound`, `Invalid` (address; the startup's own), `AskedAlready`, `AskedEnough`.
    """
    sheet = await own_sheet(session, solution_id, by)
    reference = reference_of(sheet, reference_id)
    address = address_of(email)
    assert sheet.startup_id is not None
    if await is_own(session, address, sheet.startup_id, sheet):
        raise Invalid(
            [wrong("email", N_("Cette adresse est celle de votre entreprise : demandez à quelqu’un de la ville."), code="own_address")]
        )  # fmt: skip
    pending = await _open(session, solution_id, reference_id)
    if pending is not None:
        if pending.expires_at > now:
            raise AskedAlready
        await _cancel(session, pending, sheet.startup_id, by=by, now=now)
    return await _send(session, solution_id, sheet.startup_id, reference_id, reference.digest, address, by=by, now=now)  # fmt: skip


async def resend(
    session: Session, solution_id: SolutionId, request_id: UUID, *, by: Actor, now: datetime
) -> EvidenceRequest:
    """Ask the same person again, with the reference as it is now; the earlier link is worth nothing any more."""
    sheet = await own_sheet(session, solution_id, by)
    earlier = await _mine(session, solution_id, request_id)
    assert sheet.startup_id is not None
    reference = reference_of(sheet, earlier.reference_id)
    await _cancel(session, earlier, sheet.startup_id, by=by, now=now)
    return await _send(
        session, solution_id, sheet.startup_id, reference.id, reference.digest, earlier.recipient, by=by, now=now
    )  # fmt: skip


async def cancel(
    session: Session, solution_id: SolutionId, request_id: UUID, *, by: Actor, now: datetime
) -> None:
    """Take a question back: its link is worth nothing any more. Raises `NotFound`, `MoveRefused`, `Answered`."""
    sheet = await own_sheet(session, solution_id, by)
    assert sheet.startup_id is not None
    await _cancel(session, await _mine(session, solution_id, request_id), sheet.startup_id, by=by, now=now)


async def _send(
    session: Session, solution_id: SolutionId, startup_id: OrganisationId, reference_id: UUID, digest: str, address: str, *,
    by: Actor, now: datetime,
) -> EvidenceRequest:  # fmt: skip
    times = list(
        await session.scalars(
            select(EvidenceRequest.asked_at)
            .where(
                EvidenceRequest.solution_id == solution_id, EvidenceRequest.reference_id == reference_id,
                EvidenceRequest.asked_at > now - WITHIN,
            )
            .order_by(EvidenceRequest.asked_at.desc())
        )
    )  # fmt: skip
    if len(times) >= MOST:
        raise AskedEnough(day=f"{times[MOST - 1] + WITHIN:%d/%m/%Y}")
    request_id = new_id()
    token_id = await tokens.issue(session, Purpose.CONFIRMATION, bound_to=address, subject_id=request_id)
    request = EvidenceRequest(
        id=request_id, solution_id=solution_id, startup_id=startup_id, reference_id=reference_id, digest=digest, recipient=address,
        token_id=token_id, asked_by=by.person_id, asked_at=now, expires_at=now + LASTS, state=RequestState.SENT, state_since=now,
    )  # fmt: skip
    session.add(request)
    await session.flush()
    audit.note(
        session, by, "evidence_request.send", "evidence_request", request.id, after={"reference": str(reference_id)}
    )  # fmt: skip
    outbox.record(session, ConfirmationAsked(request_id=request.id))
    return request


async def _cancel(
    session: Session, request: EvidenceRequest, startup_id: OrganisationId, *, by: Actor, now: datetime
) -> None:
    await session.refresh(request, attribute_names=["state", "answered_at"], with_for_update=True)
    if request.answered_at is not None and request.state is RequestState.SENT:
        raise Answered
    await lifecycle.apply(session, REQUEST, request, "cancel", who=who(startup_id, by), by=by, now=now)


async def _open(session: Session, solution_id: SolutionId, reference_id: UUID) -> EvidenceRequest | None:
    return await session.scalar(
        select(EvidenceRequest).where(
            EvidenceRequest.solution_id == solution_id, EvidenceRequest.reference_id == reference_id,
            EvidenceRequest.state == RequestState.SENT,
        )
    )  # fmt: skip


async def _mine(session: Session, solution_id: SolutionId, request_id: UUID) -> EvidenceRequest:
    found = await session.scalar(
        select(EvidenceRequest).where(
            EvidenceRequest.id == request_id, EvidenceRequest.solution_id == solution_id
        )
    )
    if found is None:
        raise NotFound
    return found
