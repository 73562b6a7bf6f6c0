"""From opened offers to an effective award: scoring, proposing, notifying; or giving up and starting again."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from marketplace import audit, lifecycle
from marketplace.actor import Actor, OrganisationKind
from marketplace.db import Session
from marketplace.errors import Conflict, FieldError, Invalid, NotFound, StaleVersion, wrong
from marketplace.ids import PoolId
from marketplace.interests.declaring import refuse_recused
from marketplace.words import N_
from procurement import compass
from procurement.allocation import Result, consolidate
from procurement.compass import Procedure
from procurement.pools.access import locked_memberships, locked_pool, who
from procurement.pools.appointments import DECIDERS
from procurement.pools.lifecycle import MEMBERSHIP, POOL, WHO_NAMES, MembershipState, PoolState
from procurement.pools.lifecycle import Who as PoolWho
from procurement.pools.models import ConsolidationKind, Duty, Pool
from procurement.quotes import comparing, consolidating
from procurement.quotes.events import AwardNotified
from procurement.quotes.lifecycle import CONSULTATION, QUOTE, QuoteState, Who
from procurement.quotes.models import Award, Channel, Consultation, Evaluation, Quote
from procurement.quotes.schemas import QuoteIn


class NotScored(Conflict):
    code = "not_scored"
    sentence = N_(
        "Toutes les offres complètes doivent être notées sur tous les critères avant de proposer une attribution."
    )


class AwardAboveThreshold(Conflict):
    """The winning total reaches the amount from which competition is compulsory."""

    code = "award_above_threshold"
    sentence = N_(
        "L’offre la mieux classée coûte {amount_cents} centimes HT : au-dessus du seuil de {threshold_cents}, "
        "l’achat ne peut plus se faire sans mise en concurrence. Déclarez la consultation sans suite, puis passez par le "
        "profil d’acheteur."
    )


async def score(
    session: Session,
    pool_id: PoolId,
    scores: Mapping[UUID, Mapping[str, Decimal]],
    *,
    version: int,
    by: Actor,
) -> Evaluation:
    """Set the coordinator's points, all at once. Raises `NotFound`, `StaleVersion`, `Invalid` naming each wrong point."""
    pool = await locked_pool(session, pool_id)
    if not may_score(pool, by):
        raise lifecycle.NotTheirMove(whose=WHO_NAMES[PoolWho.COORDINATOR], move="score")
    if pool.state is not PoolState.ANALYSIS:
        POOL.check(pool.state, "propose_award", {PoolWho.COORDINATOR})
    consultation = await _consultation(session, pool)
    quotes = {quote.id for quote in await _opened_to(session, consultation, by)}
    faults: list[FieldError] = []
    for quote_id, points in scores.items():
        if quote_id not in quotes:
            faults.append(
                wrong(
                    f"scores.{quote_id}",
                    N_("Cette offre n’est pas dans la consultation."),
                    code="unknown_quote",
                )
            )
        for criterion_id, value in points.items():
            faults += _point_faults(consultation, f"scores.{quote_id}.{criterion_id}", criterion_id, value)
    if faults:
        raise Invalid(faults)
    evaluation = await session.scalar(
        select(Evaluation).where(Evaluation.consultation_id == consultation.id).with_for_update()
    )
    if evaluation is None:
        evaluation = Evaluation(consultation_id=consultation.id, scores={})
        session.add(evaluation)
        current = 0
    else:
        current = evaluation.version
    if version != current:
        raise StaleVersion(read=version, current=current)
    evaluation.scores = {str(q): {c: str(v) for c, v in points.items()} for q, points in scores.items()}
    evaluation.by_person_id = by.person_id
    await session.flush()
    audit.note(
        session, by, "evaluation.score", "consultation", consultation.id, after={"offers": len(scores)}
    )
    return evaluation


async def propose(
    session: Session,
    pool_id: PoolId,
    *,
    reasons: str,
    accepted: Mapping[UUID, Decimal],
    by: Actor,
    now: datetime,
) -> Award:
    """Propose to award to the first-ranked offer, with the proposals of larger orders that were accepted.

    Raises `NotScored`, `AwardAboveThreshold`, `Invalid` for a proposal that the consolidation does not offer.
    """
    pool = await locked_pool(session, pool_id)
    roles = who(pool, by)
    POOL.check(pool.state, "propose_award", roles)
    await _opened_to(session, await _consultation(session, pool), by)
    memberships = await locked_memberships(session, pool)
    compared = await comparing.comparison(session, pool, memberships, by)
    first = next((offer for offer in compared.offers if offer.rank == 1), None)
    if first is None:
        raise NotScored
    offer = QuoteIn.model_validate(first.quote.content)
    extra = _accepted(first.result, accepted)
    result = consolidate(consolidating.plan_of(pool, memberships, offer, accepted=extra))
    _refuse_above_threshold(pool, compared.consultation, result)
    await consolidating.keep(session, pool, ConsolidationKind.AWARD, first.quote.id, result)
    award = Award(
        pool_id=pool.id, quote_id=first.quote.id, startup_id=first.quote.startup_id, supplier_name=first.quote.supplier_name,
        ht_cents=result.totals.ht, vat_cents=result.totals.vat, ttc_cents=result.totals.ttc, reasons=reasons, proposed_at=now,
    )  # fmt: skip
    session.add(award)
    await session.flush()
    await lifecycle.apply(
        session, POOL, pool, "propose_award", who=roles, by=by, now=now,
        facts={"award": str(award.id), "quote": str(award.quote_id), "ht_cents": int(award.ht_cents), "inputs_sha256": result.inputs_sha256},
    )  # fmt: skip
    return award


async def withdraw_proposal(session: Session, pool_id: PoolId, *, by: Actor, now: datetime) -> Pool:
    """Undo a proposal that was not notified."""
    pool = await locked_pool(session, pool_id)
    POOL.check(pool.state, "withdraw_proposal", who(pool, by))
    award = await live_award(session, pool)
    award.withdrawn_at = now
    await lifecycle.apply(session, POOL, pool, "withdraw_proposal", who=who(pool, by), by=by, now=now)
    return pool


async def notify(session: Session, pool_id: PoolId, *, by: Actor, now: datetime) -> Award:
    """Make the award effective: only the coordinator's signatory may. Every town's order then follows."""
    pool = await locked_pool(session, pool_id)
    roles = who(pool, by)
    POOL.check(pool.state, "notify_award", roles)
    award = await live_award(session, pool)
    consultation = await _consultation(session, pool)
    for quote in await _opened_to(session, consultation, by):
        move = "retain" if quote.id == award.quote_id else "reject"
        await lifecycle.apply(session, QUOTE, quote, move, who={Who.COORDINATOR}, by=by, now=now)
    await lifecycle.apply(
        session, CONSULTATION, consultation, "decide", who={Who.COORDINATOR}, by=by, now=now
    )
    for membership in await locked_memberships(session, pool):
        if membership.state is MembershipState.COMMITTED:
            await lifecycle.apply(session, MEMBERSHIP, membership, "execute", who=roles, by=by, now=now)
    award.notified_at = now
    await lifecycle.apply(
        session, POOL, pool, "notify_award", who=roles, by=by, now=now,
        event=AwardNotified(pool_id=pool.id, award_id=award.id), facts={"award": str(award.id)},
    )  # fmt: skip
    return award


async def give_up(session: Session, pool_id: PoolId, reason: str, *, by: Actor, now: datetime) -> Pool:
    """Declare the consultation without follow-up (sans suite), saying why."""
    pool = await locked_pool(session, pool_id)
    POOL.check(pool.state, "give_up", who(pool, by))
    await _cancel(session, pool, by=by, now=now)
    pool.reason = reason
    await lifecycle.apply(
        session, POOL, pool, "give_up", who=who(pool, by), by=by, now=now, facts={"reason": reason}
    )
    return pool


async def relaunch(session: Session, pool_id: PoolId, *, by: Actor, now: datetime) -> Pool:
    """Go back to the frozen perimeter after an unsuccessful or abandoned consultation, for a new one."""
    pool = await locked_pool(session, pool_id)
    POOL.check(pool.state, "relaunch", who(pool, by))
    await _cancel(session, pool, by=by, now=now)
    await lifecycle.apply(session, POOL, pool, "relaunch", who=who(pool, by), by=by, now=now)
    return pool


async def live_award(session: Session, pool: Pool) -> Award:
    """The pool's award that was not withdrawn. Raises `NotFound`."""
    found = await session.scalar(
        select(Award).where(Award.pool_id == pool.id, Award.withdrawn_at.is_(None)).with_for_update()
    )
    if found is None:
        raise NotFound
    return found


def may_score(pool: Pool, by: Actor) -> bool:
    """Whether `by` sets the points: who was appointed to, else whoever runs the pool."""
    evaluators = pool.appointed(Duty.EVALUATOR)
    if not evaluators:
        return PoolWho.COORDINATOR in who(pool, by)
    return (
        by.acts_for(pool.coordinator_id)
        and by.has(OrganisationKind.TOWN, *DECIDERS)
        and by.person_id in evaluators
    )


async def _consultation(session: Session, pool: Pool) -> Consultation:
    consultation = await comparing.latest_consultation(session, pool.id)
    if consultation is None:
        raise NotFound
    return consultation


async def _opened_to(session: Session, consultation: Consultation, by: Actor) -> list[Quote]:
    """The opened offers, for somebody who may judge them. Raises `Recused` for a declared interest in one of their firms."""
    quotes = await _opened(session, consultation)
    await refuse_recused(session, by, {quote.startup_id for quote in quotes})
    return quotes


async def _opened(session: Session, consultation: Consultation) -> list[Quote]:
    return list(
        await session.scalars(
            select(Quote)
            .where(Quote.consultation_id == consultation.id, Quote.state == QuoteState.OPENED)
            .order_by(Quote.id)
            .with_for_update()
        )
    )


def _point_faults(consultation: Consultation, at: str, criterion_id: str, value: Decimal) -> list[FieldError]:
    criterion = next((c for c in consultation.criteria if c["id"] == criterion_id), None)
    if criterion is None:
        return [wrong(at, N_("Ce critère n’existe pas dans la consultation."), code="unknown_criterion")]
    if criterion["kind"] == "price":
        return [wrong(at, N_("La note de prix est calculée : ne la donnez pas."), code="price_criterion")]
    if value > criterion["weight"]:
        return [wrong(at, N_("Cette note va de 0 à {most}."), code="too_high", most=criterion["weight"])]
    return []


def _accepted(result: Mapping[str, Any], accepted: Mapping[UUID, Decimal]) -> dict[UUID, dict[str, Decimal]]:
    """By line, what each membership takes more under the accepted proposals. Raises `Invalid` for one that was not made."""
    found: dict[UUID, dict[str, Decimal]] = {}
    faults: list[FieldError] = []
    for line_id, quantity in accepted.items():
        line = next((line for line in result["lines"] if line["id"] == str(line_id)), None)
        proposals = line["proposals"] if line else []
        chosen = next((p for p in proposals if Decimal(p["quantity"]) == quantity), None)
        if chosen is None:
            offered = ", ".join(p["quantity"] for p in proposals) or "–"
            faults.append(
                wrong(
                    f"accepted.{line_id}",
                    N_("Cette quantité n’est pas proposée ; propositions : {offered}."),
                    code="not_proposed",
                    offered=offered,
                )
            )
        else:
            found[line_id] = {extra["town"]: Decimal(extra["quantity"]) for extra in chosen["extra"]}
    if faults:
        raise Invalid(faults)
    return found


def _refuse_above_threshold(pool: Pool, consultation: Consultation, result: Result) -> None:
    if consultation.channel is not Channel.QUOTES:
        return
    basis = pool.channel_basis or {}
    decision = compass.decide(
        nature=pool.nature,
        amount_ht=int(result.totals.ht),
        on=date.fromisoformat(basis["date"]),
        innovative=pool.innovative,
    )
    if decision.procedure is not Procedure.NO_COMPETITION:
        steps = compass.thresholds(
            nature=pool.nature, on=date.fromisoformat(basis["date"]), innovative=pool.innovative
        )
        raise AwardAboveThreshold(amount_cents=int(result.totals.ht), threshold_cents=int(steps[0].amount_ht))


async def _cancel(session: Session, pool: Pool, *, by: Actor, now: datetime) -> None:
    consultation = await comparing.latest_consultation(session, pool.id)
    if consultation is not None and consultation.state in CONSULTATION.moves["cancel"].sources:
        await lifecycle.apply(
            session, CONSULTATION, consultation, "cancel", who={Who.COORDINATOR}, by=by, now=now
        )
