"""Opened offers side by side: what each costs the pool and every town, its points, its rank. Pure arithmetic and reads.

Price points = weight × lowest total ÷ this total, totals HT for all firm needs. Points are exact fractions; two decimals
are shown. Offers that do not price every needed line are shown, not ranked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select

from marketplace.actor import Actor
from marketplace.db import ReadSession, Session, owned
from marketplace.errors import NotFound
from marketplace.ids import PoolId
from procurement.pools import scopes
from procurement.pools.models import Consolidation, ConsolidationKind, Membership, Pool
from procurement.quotes.lifecycle import ConsultationState, QuoteState
from procurement.quotes.models import Consultation, Evaluation, Invitation, Quote


@dataclass(frozen=True, slots=True)
class ComparedOffer:
    """One opened offer. `points`: by criterion id, None where not scored yet. `rank`: None until every point is there."""

    quote: Quote
    complete: bool
    short: bool
    compared_ht_cents: int
    result: dict[str, Any]
    points: dict[str, Fraction | None]
    total: Fraction | None
    rank: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    consultation: Consultation
    offers: list[ComparedOffer]
    evaluation_version: int
    towns: dict[str, str]
    """Membership id → town name."""


def consultations_seen(session: Session | ReadSession) -> ColumnElement[bool]:
    """The consultations that the actor may read: its pool's towns, the supervisors, and the startups that were invited."""
    invited = exists().where(
        Invitation.consultation_id == Consultation.id, owned(session, Invitation.startup_id)
    )
    return or_(scopes.judged_by(session, Consultation.pool_id), invited)


async def latest_consultation(session: Session | ReadSession, pool_id: PoolId) -> Consultation | None:
    """The pool's last consultation that was not cancelled, if the actor may see it."""
    found: Consultation | None = await session.scalar(
        select(Consultation)
        .where(
            Consultation.pool_id == pool_id,
            Consultation.state != ConsultationState.CANCELLED,
            consultations_seen(session),
        )
        .order_by(Consultation.id.desc())
        .limit(1)
    )
    return found


async def comparison(
    session: Session | ReadSession, pool: Pool, memberships: Sequence[Membership], by: Actor
) -> Comparison:
    """The comparison that the pool's coordinator reads once offers are opened. Raises `NotFound` for anybody else."""
    if not by.acts_for(pool.coordinator_id):
        raise NotFound
    consultation = await latest_consultation(session, pool.id)
    if consultation is None or consultation.state not in {
        ConsultationState.OPENED,
        ConsultationState.DECIDED,
    }:
        raise NotFound
    shown = (QuoteState.OPENED, QuoteState.RETAINED, QuoteState.REJECTED)
    quotes = list(
        await session.scalars(
            select(Quote)
            .where(Quote.consultation_id == consultation.id, Quote.state.in_(shown))
            .order_by(Quote.supplier_name, Quote.id)
        )
    )
    runs = await session.scalars(
        select(Consolidation).where(
            Consolidation.pool_id == pool.id, Consolidation.kind == ConsolidationKind.QUOTE
        )
    )
    results = {run.source_id: run.result for run in runs}
    evaluation = await session.scalar(select(Evaluation).where(Evaluation.consultation_id == consultation.id))
    scores = evaluation.scores if evaluation else {}
    offers = rank(consultation, quotes, results, scores)
    return Comparison(
        consultation,
        offers,
        evaluation.version if evaluation else 0,
        {str(m.id): m.town.name for m in memberships},
    )


def rank(
    consultation: Consultation,
    quotes: Sequence[Quote],
    results: Mapping[UUID, dict[str, Any]],
    scores: Mapping[str, Mapping[str, str]],
) -> list[ComparedOffer]:
    """The offers that have been consolidated, ranked: points, then lower total, then earlier deposit."""
    needed = {line["id"] for line in consultation.published["lines"] if Decimal(line["firm"]) > 0}
    consolidated = [quote for quote in quotes if quote.id in results]
    complete = {
        quote.id: needed <= {line["id"] for line in results[quote.id]["lines"]} for quote in consolidated
    }
    prices = [results[quote.id]["compared_ht_cents"] for quote in consolidated if complete[quote.id]]
    lowest = min(prices) if prices else 0
    offers = []
    for quote in consolidated:
        result = results[quote.id]
        price = result["compared_ht_cents"]
        points = {
            c["id"]: _points(c, price, lowest, scores.get(str(quote.id), {})) if complete[quote.id] else None
            for c in consultation.criteria
        }
        known = [p for p in points.values() if p is not None]
        total = sum(known, start=Fraction(0)) if len(known) == len(points) else None
        offers.append(
            ComparedOffer(quote, complete[quote.id], result["short"], price, result, points, total, None)
        )
    ranked = sorted(
        (o for o in offers if o.total is not None),
        key=lambda o: (-(o.total or 0), o.compared_ht_cents, o.quote.deposited_at, str(o.quote.id)),
    )
    places = (
        {o.quote.id: place for place, o in enumerate(ranked, 1)}
        if len(ranked) == sum(complete.values())
        else {}
    )
    return [
        ComparedOffer(
            o.quote,
            o.complete,
            o.short,
            o.compared_ht_cents,
            o.result,
            o.points,
            o.total,
            places.get(o.quote.id),
        )
        for o in offers
    ]


def shown(points: Fraction | None) -> Decimal | None:
    """Points with two decimals."""
    if points is None:
        return None
    return (Decimal(points.numerator) / Decimal(points.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _points(
    criterion: Mapping[str, Any], price: int, lowest: int, scored: Mapping[str, str]
) -> Fraction | None:
    if criterion["kind"] == "price":
        return Fraction(criterion["weight"]) if price == 0 else Fraction(criterion["weight"]) * lowest / price
    given = scored.get(criterion["id"])
    return None if given is None else Fraction(Decimal(given))
