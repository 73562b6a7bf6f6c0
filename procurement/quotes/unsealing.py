"""The timer's part: making a consultation's keys, and opening all its offers together once the deadline has passed."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import select

from marketplace import lifecycle, outbox
from marketplace.actor import SYSTEM
from marketplace.db import Session
from marketplace.ids import ConsultationId
from marketplace.outbox import Event
from procurement.pools.access import locked_pool, who
from procurement.pools.lifecycle import POOL, PoolState
from procurement.quotes import sealing
from procurement.quotes.checking import offer_faults
from procurement.quotes.events import ConsultationOpen, OffersOpened, QuotesDue
from procurement.quotes.lifecycle import CONSULTATION, QUOTE, ConsultationState, QuoteState, Who
from procurement.quotes.models import Consultation, Quote
from procurement.quotes.schemas import QuoteIn


async def make_keys(
    session: Session, consultation_id: ConsultationId, *, seal_key: str | None, now: datetime
) -> None:
    """Give a consultation its key pair and open it to offers. Does nothing the second time. Raises `BadSealKey`."""
    consultation = await _locked(session, consultation_id)
    if consultation is None or consultation.state is not ConsultationState.PREPARING:
        return
    consultation.public_key, consultation.wrapped_key = sealing.new_keys(seal_key)
    await lifecycle.apply(
        session, CONSULTATION, consultation, "keys", who={Who.TIMER}, by=SYSTEM, now=now,
        event=ConsultationOpen(consultation_id=consultation.id),
    )  # fmt: skip


async def unseal_all(
    session: Session, consultation_id: ConsultationId, *, seal_key: str | None, now: datetime
) -> None:
    """Open every sealed offer of a consultation whose deadline has passed, in one transaction.

    Does nothing before the deadline on the database's clock, nor the second time. Without any readable offer the pool is
    unsuccessful. Raises `BadSealKey`: nothing is then opened.
    """
    consultation = await _locked(session, consultation_id, pool_first=True)
    if (
        consultation is None
        or consultation.state is not ConsultationState.OPEN
        or now < consultation.deadline_at
    ):
        return
    pool = await locked_pool(session, consultation.pool_id)
    quotes = await session.scalars(
        select(Quote)
        .where(Quote.consultation_id == consultation.id, Quote.state == QuoteState.SEALED)
        .order_by(Quote.id)
        .with_for_update()
    )
    readable = 0
    for quote in quotes:
        readable += await _unseal(session, consultation, quote, seal_key=seal_key, now=now)
    consultation.opened_at = now
    await lifecycle.apply(
        session,
        CONSULTATION,
        consultation,
        "unseal",
        who={Who.TIMER},
        by=SYSTEM,
        now=now,
        facts={"readable": readable},
    )
    if pool.state is not PoolState.CONSULTATION:
        return
    move = "open_offers" if readable else "fail"
    await lifecycle.apply(session, POOL, pool, move, who=who(pool, SYSTEM), by=SYSTEM, now=now)
    if readable:
        outbox.record(session, OffersOpened(pool_id=pool.id, consultation_id=consultation.id))


async def due_quotes(session: Session, now: datetime) -> Sequence[Event]:
    """Every open consultation whose deadline has passed."""
    rows = await session.execute(
        select(Consultation.id, Consultation.deadline_at).where(
            Consultation.state == ConsultationState.OPEN, Consultation.deadline_at <= now
        )
    )
    return [QuotesDue(consultation_id=row.id, due_at=row.deadline_at) for row in rows]


async def _unseal(
    session: Session, consultation: Consultation, quote: Quote, *, seal_key: str | None, now: datetime
) -> bool:
    assert (
        consultation.wrapped_key is not None and quote.ciphertext is not None and quote.startup_id is not None
    )
    try:
        content = sealing.unseal(
            consultation.wrapped_key,
            seal_key,
            quote.ciphertext,
            consultation_id=consultation.id,
            startup_id=quote.startup_id,
        )
        sound = not offer_faults(QuoteIn.model_validate(content), consultation.published)
    except (sealing.SealBroken, ValidationError):
        content, sound = None, False
    if sound:
        quote.content = content
    move = "unseal" if sound else "give_up"
    await lifecycle.apply(
        session, QUOTE, quote, move, who={Who.TIMER}, by=SYSTEM, now=now, facts={"sha256": quote.sha256}
    )
    return sound


async def _locked(
    session: Session, consultation_id: ConsultationId, *, pool_first: bool = False
) -> Consultation | None:
    if pool_first:
        pool_id = await session.scalar(select(Consultation.pool_id).where(Consultation.id == consultation_id))
        if pool_id is None:
            return None
        await locked_pool(session, pool_id)
    found: Consultation | None = await session.scalar(
        select(Consultation).where(Consultation.id == consultation_id).with_for_update()
    )
    return found
