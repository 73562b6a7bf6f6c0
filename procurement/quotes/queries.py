"""Reads of consultations: a startup's invitations, one consultation, an award."""

from typing import Any

from sqlalchemy import or_, select

from marketplace.actor import Actor
from marketplace.db import ReadSession, Session, owned
from marketplace.errors import NotFound
from marketplace.ids import ConsultationId, PoolId
from procurement.pools import scopes
from procurement.pools.models import Consolidation, ConsolidationKind
from procurement.quotes.comparing import consultations_seen
from procurement.quotes.lifecycle import ConsultationState, QuoteState
from procurement.quotes.models import Award, Consultation, Invitation, Quote

LIVE = (QuoteState.SEALED, QuoteState.OPENED, QuoteState.RETAINED, QuoteState.REJECTED, QuoteState.UNREADABLE)


async def invitations(reads: ReadSession | Session, by: Actor) -> list[tuple[Consultation, Invitation]]:
    """The consultations that the acting startup is invited to, once open, the latest first."""
    rows = await reads.execute(
        select(Consultation, Invitation)
        .join(Invitation, Invitation.consultation_id == Consultation.id)
        .where(
            Invitation.startup_id == by.organisation_id,
            Consultation.state != ConsultationState.PREPARING,
        )
        .order_by(Consultation.id.desc())
    )
    return [(row[0], row[1]) for row in rows]


async def one(reads: ReadSession | Session, consultation_id: ConsultationId) -> Consultation:
    """One consultation that the asker may see. Raises `NotFound`."""
    found = await reads.scalar(
        select(Consultation).where(Consultation.id == consultation_id, consultations_seen(reads))
    )
    if found is None:
        raise NotFound
    return found


async def my_quote(reads: ReadSession | Session, consultation_id: ConsultationId, by: Actor) -> Quote | None:
    """The acting startup's live offer, sealed or not."""
    found: Quote | None = await reads.scalar(
        select(Quote)
        .where(
            Quote.consultation_id == consultation_id,
            Quote.startup_id == by.organisation_id,
            Quote.state.in_(LIVE),
        )
        .order_by(Quote.id.desc())
        .limit(1)
    )
    return found


async def award_of(reads: ReadSession | Session, pool_id: PoolId) -> Award | None:
    """The pool's live award, if the asker may see it."""
    found: Award | None = await reads.scalar(
        select(Award).where(
            Award.pool_id == pool_id,
            Award.withdrawn_at.is_(None),
            or_(
                scopes.judged_by(reads, Award.pool_id),
                owned(reads, Award.startup_id) & Award.notified_at.is_not(None),
            ),
        )
    )
    return found


async def awarded_lines(reads: ReadSession | Session, award: Award) -> dict[str, dict[str, Any]]:
    """What the award gives on each line, by pool line id: for the pool's members, nobody else."""
    result = await reads.scalar(
        select(Consolidation.result).where(
            Consolidation.pool_id == award.pool_id,
            Consolidation.kind == ConsolidationKind.AWARD,
            Consolidation.source_id == award.quote_id,
            scopes.takes_part(reads, award.pool_id),
        )
    )
    return {line["id"]: line for line in result["lines"]} if result else {}
