"""All pools with phase, totals, next deadline, and what holds them back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from marketplace import clock
from marketplace.actor import WATCHERS, Actor, OrganisationKind
from marketplace.db import ReadSession
from marketplace.interests.declaring import firms_of
from marketplace.words import N_
from procurement.pools.lifecycle import ENDED, M, MembershipState, PoolState
from procurement.pools.models import Membership, NeedLine, Pool, PoolLine
from procurement.quotes.lifecycle import ConsultationState
from procurement.quotes.models import Award, Consultation

STUCK_AFTER = timedelta(days=14)
LATE, WAITING, RUNNING, OVER = "late", "waiting", "running", "over"


@dataclass(frozen=True, slots=True)
class Stuck:
    """Why a pool does not move, in a sentence with its facts."""

    sentence: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Followed:
    """One pool as supervision sees it."""

    id: UUID
    title: str
    domain: str
    coordinator: str
    state: PoolState
    state_since: datetime
    members: int
    volumes: list[tuple[str, Decimal]]
    estimate_low_cents: int | None
    estimate_high_cents: int | None
    awarded_ht_cents: int | None
    channel: str | None
    deadline: datetime | None
    deadline_name: str | None
    basket: str
    stuck: Stuck | None
    recused: bool = False
    """The asker declared an interest in a firm in play: no figure is shown, and no opinion is theirs to give."""


async def followed_pools(reads: ReadSession, by: Actor) -> list[Followed]:
    """Every pool, what is late first. Raises `RoleNeeded` unless the asker supervises."""
    by.require(OrganisationKind.SUPERVISOR, *WATCHERS)
    now = await clock.now(reads)
    pools = list(
        await reads.scalars(
            select(Pool)
            .options(selectinload(Pool.coordinator), selectinload(Pool.totals))
            .order_by(Pool.id.desc())
        )
    )
    volumes = await _volumes(reads)
    states = await _states(reads)
    awards = {row.pool_id: row.ht_cents for row in await reads.execute(_awarded())}
    consultations = {
        c.pool_id: c for c in await reads.scalars(select(Consultation).order_by(Consultation.id))
    }
    tied = (
        set(await reads.scalars(select(Pool.id).where(func.recused(Pool.id))))
        if await firms_of(reads, by)
        else set()
    )
    found = [
        _without_figures(pool)
        if pool.id in tied
        else _followed(pool, volumes, states, awards, consultations.get(pool.id), now)
        for pool in pools
    ]
    return sorted(
        found,
        key=lambda f: (
            (LATE, WAITING, RUNNING, OVER).index(f.basket),
            f.deadline or datetime.max.replace(tzinfo=now.tzinfo),
        ),
    )


def _followed(
    pool: Pool,
    volumes: dict[UUID, list[tuple[str, Decimal]]],
    states: dict[UUID, dict[MembershipState, int]],
    awards: dict[UUID, int],
    consultation: Consultation | None,
    now: datetime,
) -> Followed:
    deadline, name = _deadline(pool, consultation)
    stuck = _stuck(pool, states.get(pool.id, {}), deadline, now)
    late = deadline is not None and deadline <= now
    basket = (
        OVER
        if pool.state in ENDED
        else LATE
        if late or stuck
        else WAITING
        if _close(deadline, now)
        else RUNNING
    )
    return Followed(
        id=pool.id, title=pool.title, domain=pool.domain, coordinator=pool.coordinator.name, state=pool.state,
        state_since=pool.state_since, members=pool.totals.members, volumes=volumes.get(pool.id, []),
        estimate_low_cents=pool.totals.estimate_low_cents, estimate_high_cents=pool.totals.estimate_high_cents,
        awarded_ht_cents=awards.get(pool.id), channel=pool.channel, deadline=deadline, deadline_name=name, basket=basket,
        stuck=stuck,
    )  # fmt: skip


def _without_figures(pool: Pool) -> Followed:
    """What a recused person sees of a pool: that it is there, and where it is."""
    return Followed(
        id=pool.id, title=pool.title, domain=pool.domain, coordinator=pool.coordinator.name, state=pool.state,
        state_since=pool.state_since, members=pool.totals.members, volumes=[], estimate_low_cents=None, estimate_high_cents=None,
        awarded_ht_cents=None, channel=None, deadline=None, deadline_name=None,
        basket=OVER if pool.state in ENDED else RUNNING, stuck=None, recused=True,
    )  # fmt: skip


def _deadline(pool: Pool, consultation: Consultation | None) -> tuple[datetime | None, str | None]:
    match pool.state:
        case PoolState.INTEREST | PoolState.CENSUS:
            return pool.census_ends_at, N_("fin du recensement")
        case PoolState.CONSOLIDATION | PoolState.COMMITMENT | PoolState.FROZEN:
            return pool.commitment_ends_at, N_("fin des délibérations")
        case PoolState.CONSULTATION if consultation and consultation.state is not ConsultationState.CANCELLED:
            return consultation.deadline_at, N_("ouverture des offres")
        case _:
            return None, None


def _stuck(
    pool: Pool, states: dict[MembershipState, int], deadline: datetime | None, now: datetime
) -> Stuck | None:
    idle = now - pool.state_since
    if pool.state is PoolState.THRESHOLD_MISSED:
        return Stuck(N_("Seuil manqué : le coordonnateur doit appliquer la règle prévue."), {})
    if pool.state is PoolState.SUSPENDED:
        return Stuck(N_("Suspendu depuis {days} jours."), {"days": idle.days})
    if pool.state is PoolState.COMMITMENT:
        waiting = sum(states.get(state, 0) for state in (M.CONFIRMED, M.DELIBERATED))
        if waiting and (idle > STUCK_AFTER or (deadline is not None and deadline - now < timedelta(days=7))):
            return Stuck(N_("Villes qui n’ont pas encore signé : {count}."), {"count": waiting})
    if pool.state is PoolState.CONSOLIDATION and states.get(M.DECLARED) and idle > STUCK_AFTER:
        return Stuck(
            N_("Villes qui n’ont pas confirmé leurs quantités : {count}."), {"count": states[M.DECLARED]}
        )
    if pool.state in {PoolState.UNSUCCESSFUL, PoolState.NO_AWARD}:
        return Stuck(N_("Consultation sans résultat : à relancer ou à abandonner."), {})
    if pool.state in {PoolState.FROZEN, PoolState.ANALYSIS, PoolState.AWARD} and idle > STUCK_AFTER:
        return Stuck(N_("Rien n’a bougé depuis {days} jours."), {"days": idle.days})
    return None


def _close(deadline: datetime | None, now: datetime) -> bool:
    return deadline is not None and deadline - now <= timedelta(days=7)


def _awarded() -> Any:
    return select(Award.pool_id, Award.ht_cents).where(
        Award.withdrawn_at.is_(None), Award.notified_at.is_not(None)
    )


async def _volumes(reads: ReadSession) -> dict[UUID, list[tuple[str, Decimal]]]:
    rows = await reads.execute(
        select(PoolLine.pool_id, PoolLine.unit, func.sum(NeedLine.firm))
        .join(NeedLine, NeedLine.pool_line_id == PoolLine.id)
        .join(Membership, Membership.id == NeedLine.membership_id)
        .where(Membership.state.not_in([M.WITHDRAWN, M.EXCLUDED, M.NOT_COMMITTED, M.SILENT, M.DECLINED]))
        .group_by(PoolLine.pool_id, PoolLine.id, PoolLine.unit, PoolLine.position)
        .order_by(PoolLine.pool_id, PoolLine.position)
    )
    found: dict[UUID, list[tuple[str, Decimal]]] = {}
    for pool_id, unit, total in rows:
        found.setdefault(pool_id, []).append((unit, total))
    return found


async def _states(reads: ReadSession) -> dict[UUID, dict[MembershipState, int]]:
    rows = await reads.execute(
        select(Membership.pool_id, Membership.state, func.count()).group_by(
            Membership.pool_id, Membership.state
        )
    )
    found: dict[UUID, dict[MembershipState, int]] = {}
    for pool_id, state, count in rows:
        found.setdefault(pool_id, {})[state] = count
    return found
