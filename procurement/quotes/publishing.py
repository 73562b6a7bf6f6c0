"""The coordinator asks for offers: the compass fixes the channel on the pooled value, and startups read a snapshot."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from catalog.solutions import queries as directory
from marketplace import clock, lifecycle, outbox
from marketplace.accounts.models import Organisation
from marketplace.actor import Actor
from marketplace.db import Session
from marketplace.errors import Conflict, FieldError, Invalid, wrong
from marketplace.ids import PoolId
from marketplace.words import N_
from procurement import compass
from procurement.compass import Procedure
from procurement.pools import freezing
from procurement.pools.access import locked_memberships, locked_pool, who
from procurement.pools.lifecycle import POOL, MembershipState
from procurement.pools.models import Pool
from procurement.quotes.events import ConsultationPublished
from procurement.quotes.lifecycle import ConsultationState
from procurement.quotes.models import Channel, Consultation, Invitation
from procurement.quotes.schemas import Criterion, NewConsultation

ENVIRONMENT_RULE = "clause-env"


class NoSeller(Conflict):
    """Nobody here could answer."""

    code = "no_seller"
    sentence = N_(
        "Aucune entreprise inscrite ne propose de solution publiée dans ce domaine : invitez-en à s’inscrire."
    )


async def publish(
    session: Session, pool_id: PoolId, new: NewConsultation, *, by: Actor, now: datetime
) -> Consultation:
    """Open the consultation of a frozen pool, by the channel that its value dictates.

    Under the no-competition threshold, all startups with an available sheet in the domain are invited to quote here;
    nobody picks them. Above it, the consultation is exported to the buyer profile. Raises `Invalid`, `NoSeller`.
    """
    pool = await locked_pool(session, pool_id)
    roles = who(pool, by)
    POOL.check(pool.state, "publish", roles)
    _refuse(new, pool, now)
    high = pool.totals.estimate_high_cents
    if high is None:
        raise freezing.EstimateMissing
    decision = compass.decide(
        nature=pool.nature, amount_ht=high, on=clock.paris_day(now), innovative=pool.innovative
    )
    channel = Channel.QUOTES if decision.procedure is Procedure.NO_COMPETITION else Channel.BUYER_PROFILE
    deadline = clock.end_of(new.quotes_due_on)
    consultation = Consultation(
        pool_id=pool.id,
        coordinator_id=pool.coordinator_id,
        channel=channel,
        state=ConsultationState.PREPARING if channel is Channel.QUOTES else ConsultationState.EXPORTED,
        state_since=now,
        published=await _snapshot(session, pool),
        criteria=[criterion.model_dump() for criterion in new.criteria],
        deadline_at=deadline,
    )
    session.add(consultation)
    await session.flush()
    if channel is Channel.QUOTES:
        sellers = await directory.sellers(session, pool.domain)
        if not sellers:
            raise NoSeller
        session.add_all(
            Invitation(consultation_id=consultation.id, startup_id=startup) for startup in sellers
        )
        outbox.record(session, ConsultationPublished(consultation_id=consultation.id))
    pool.channel = channel.value
    pool.channel_basis = decision.document() | {"amount_ht_cents": int(high)}
    await lifecycle.apply(
        session, POOL, pool, "publish", who=roles, by=by, now=now,
        facts={"channel": channel, "basis": decision.basis, "amount_ht_cents": int(high)},
    )  # fmt: skip
    return consultation


def _refuse(new: NewConsultation, pool: Pool, now: datetime) -> None:
    faults: list[FieldError] = []
    if clock.end_of(new.quotes_due_on) <= now or new.quotes_due_on <= clock.paris_day(now):
        faults.append(wrong("quotes_due_on", N_("Laissez au moins un jour pour répondre."), code="past"))
    total = sum(criterion.weight for criterion in new.criteria)
    if total != 100:
        faults.append(
            wrong(
                "criteria",
                N_("Les poids des critères font 100 en tout ; ils font {total}."),
                code="weights",
                total=total,
            )
        )
    if sum(criterion.kind == "price" for criterion in new.criteria) != 1:
        faults.append(
            wrong("criteria", N_("Il faut un critère de prix, et un seul."), code="price_criterion")
        )
    if len({criterion.id for criterion in new.criteria}) != len(new.criteria):
        faults.append(wrong("criteria", N_("Deux critères portent le même identifiant."), code="duplicate"))
    if _environment_needed(pool, now) and not _environmental(new.criteria):
        faults.append(
            wrong(
                "criteria",
                N_("Depuis le 22 août 2026, au moins un critère est environnemental (L2152-7)."),
                code="environment",
            )
        )
    if faults:
        raise Invalid(faults)


def _environment_needed(pool: Pool, now: datetime) -> bool:
    decision = compass.decide(nature=pool.nature, amount_ht=0, on=clock.paris_day(now))
    return any(rule.id == ENVIRONMENT_RULE for rule in decision.rules)


def _environmental(criteria: list[Criterion]) -> bool:
    return any(criterion.kind == "environment" for criterion in criteria)


async def _snapshot(session: Session, pool: Pool) -> dict[str, Any]:
    """What startups read. No ceiling by town, no price cap, nothing that the frozen perimeter does not say."""
    perimeter = pool.frozen_perimeter or {}
    coordinator = await session.scalar(select(Organisation).where(Organisation.id == pool.coordinator_id))
    assert coordinator is not None
    memberships = await locked_memberships(session, pool)
    return {
        "title": pool.title,
        "statement": pool.statement,
        "domain": pool.domain,
        "nature": pool.nature,
        "years": pool.years,
        "mission": pool.mission,
        "rule": pool.rule,
        "coordinator": {"name": coordinator.name, "insee": coordinator.insee, "siren": coordinator.siren},
        "buyers": [m.town.name for m in memberships if m.state is MembershipState.COMMITTED],
        "lines": perimeter.get("lines", []),
        "frozen_sha256": pool.frozen_sha256,
    }
