"""A startup deposits its sealed offer, replaces it, takes it back, or declines to answer."""

import hashlib
from datetime import datetime

from sqlalchemy import select

from marketplace import audit, lifecycle, outbox
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import Session
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.ids import ConsultationId
from marketplace.words import N_
from procurement.quotes import sealing
from procurement.quotes.checking import offer_faults
from procurement.quotes.events import QuoteDeposited
from procurement.quotes.lifecycle import CONSULTATION_STATE_NAMES, QUOTE, ConsultationState, QuoteState, Who
from procurement.quotes.models import Consultation, Invitation, Quote
from procurement.quotes.schemas import QuoteIn


class DeadlinePassed(Conflict):
    code = "deadline_passed"
    sentence = N_("La date limite est passée depuis le {deadline} : l’offre n’a pas été reçue.")


class NotOpenToOffers(Conflict):
    code = "not_open_to_offers"
    sentence = N_("Cette consultation ne reçoit pas d’offres maintenant : elle est « {state} ».")


async def deposit(
    session: Session, consultation_id: ConsultationId, offer: QuoteIn, *, by: Actor, now: datetime
) -> Quote:
    """Seal and keep an offer; a second one replaces the first until the deadline.

    Raises `NotFound` for a consultation that the startup was not invited to, `DeadlinePassed`, `NotOpenToOffers`, `Invalid`.
    """
    startup_id = by.require(OrganisationKind.STARTUP, Role.SELLER, Role.ADMIN)
    consultation = await _open_consultation(session, consultation_id, by, now)
    if faults := offer_faults(offer, consultation.published):
        raise Invalid(faults)
    assert consultation.public_key is not None
    before = await _sealed(session, consultation, by)
    if before is not None:
        await lifecycle.apply(session, QUOTE, before, "replace", who={Who.STARTUP}, by=by, now=now)
    ciphertext = sealing.seal(
        consultation.public_key,
        offer.model_dump(mode="json", by_alias=True),
        consultation_id=consultation.id,
        startup_id=startup_id,
    )
    quote = Quote(
        consultation_id=consultation.id, pool_id=consultation.pool_id, startup_id=startup_id,
        supplier_name=by.organisation_name, person_id=by.person_id, state=QuoteState.SEALED, state_since=now, deposited_at=now,
        ciphertext=ciphertext, sha256=hashlib.sha256(ciphertext).hexdigest(),
    )  # fmt: skip
    session.add(quote)
    await session.flush()
    audit.note(session, by, "quote.deposit", "quote", quote.id, after={"sha256": quote.sha256})
    outbox.record(session, QuoteDeposited(quote_id=quote.id, sha256=quote.sha256))
    return quote


async def withdraw(session: Session, consultation_id: ConsultationId, *, by: Actor, now: datetime) -> Quote:
    """Take the sealed offer back, before the deadline. Raises `NotFound` when there is none."""
    by.require(OrganisationKind.STARTUP, Role.SELLER, Role.ADMIN)
    consultation = await _open_consultation(session, consultation_id, by, now)
    quote = await _sealed(session, consultation, by)
    if quote is None:
        raise NotFound
    await lifecycle.apply(session, QUOTE, quote, "withdraw", who={Who.STARTUP}, by=by, now=now)
    return quote


async def decline(
    session: Session, consultation_id: ConsultationId, reason: str, *, by: Actor, now: datetime
) -> Invitation:
    """Say that no offer will come, and why."""
    startup_id = by.require(OrganisationKind.STARTUP, Role.SELLER, Role.ADMIN)
    invitation = await session.scalar(
        select(Invitation)
        .where(Invitation.consultation_id == consultation_id, Invitation.startup_id == startup_id)
        .with_for_update()
    )
    if invitation is None:
        raise NotFound
    invitation.declined_at, invitation.reason = now, reason
    audit.note(session, by, "invitation.decline", "invitation", invitation.id, after={"reason": reason})
    await session.flush()
    return invitation


async def _open_consultation(
    session: Session, consultation_id: ConsultationId, by: Actor, now: datetime
) -> Consultation:
    """The consultation, its row shared-locked: the timer, which locks it alone, opens before or after, never meanwhile.

    The startup's own invitation is locked too: two of its people who deposit at once come one after the other.
    """
    consultation = await session.scalar(
        select(Consultation)
        .join(Invitation, Invitation.consultation_id == Consultation.id)
        .where(Consultation.id == consultation_id, Invitation.startup_id == by.organisation_id)
        .with_for_update(of=Consultation, read=True)
    )
    if consultation is None:
        raise NotFound
    await session.scalar(
        select(Invitation.id)
        .where(Invitation.consultation_id == consultation.id, Invitation.startup_id == by.organisation_id)
        .with_for_update()
    )
    if now >= consultation.deadline_at:
        raise DeadlinePassed(deadline=consultation.deadline_at.isoformat())
    if consultation.state is not ConsultationState.OPEN:
        raise NotOpenToOffers(state=CONSULTATION_STATE_NAMES[consultation.state])
    return consultation


async def _sealed(session: Session, consultation: Consultation, by: Actor) -> Quote | None:
    found: Quote | None = await session.scalar(
        select(Quote)
        .where(
            Quote.consultation_id == consultation.id,
            Quote.startup_id == by.organisation_id,
            Quote.state == QuoteState.SEALED,
        )
        .with_for_update()
    )
    return found
