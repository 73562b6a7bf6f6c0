"""Reads of pools: lists, one pool as the asker may see it, its members, its indicative prices, its threshold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from marketplace import clock
from marketplace.actor import Actor, OrganisationKind
from marketplace.db import ReadSession, Session
from marketplace.errors import NotFound
from marketplace.ids import PoolId
from marketplace.interests.declaring import Recused, firms_of
from procurement import compass
from procurement.pools import plans, scopes, totals
from procurement.pools.access import who
from procurement.pools.lifecycle import JOINABLE, MEMBERSHIP, POOL, PoolState
from procurement.pools.models import Membership, Pool, PriceCap


@dataclass(frozen=True, slots=True)
class PoolView:
    """One pool with everything that its page shows to the asker."""

    pool: Pool
    memberships: list[Membership]
    mine: Membership | None
    caps: dict[Any, int]
    outlook: list[plans.Outlook]
    decision: compass.Decision | None
    low_decision: compass.Decision | None
    allowed: list[str]
    my_allowed: list[str]
    now: datetime


async def public_pools(reads: ReadSession | Session, *, domain: str | None = None) -> list[Pool]:
    """The pools that a town can join now, the soonest to close first."""
    query = select(Pool).where(Pool.state.in_(JOINABLE), ~Pool.alone)
    if domain:
        query = query.where(Pool.domain == domain)
    return list(await reads.scalars(_with_all(query).order_by(Pool.census_ends_at, Pool.id)))


async def open_by_domain(reads: ReadSession | Session) -> dict[str, int]:
    """How many pools a town can join now, by domain."""
    rows = await reads.execute(
        select(Pool.domain, func.count()).where(Pool.state.in_(JOINABLE), ~Pool.alone).group_by(Pool.domain)
    )
    return {row[0]: row[1] for row in rows}


async def my_pools(reads: ReadSession | Session, by: Actor) -> list[Pool]:
    """The pools that the acting town coordinates, is in or is invited to; the latest first."""
    query = (
        select(Pool)
        .outerjoin(Membership, (Membership.pool_id == Pool.id) & (Membership.town_id == by.organisation_id))
        .where(or_(Pool.coordinator_id == by.organisation_id, Membership.id.is_not(None)))
    )
    return list(await reads.scalars(_with_all(query).order_by(Pool.id.desc())))


async def one(reads: ReadSession | Session, pool_id: PoolId) -> Pool:
    """One pool that the asker may see, bare. Raises `NotFound`."""
    found = await reads.scalar(select(Pool).where(Pool.id == pool_id, scopes.seen(reads)))
    if found is None:
        raise NotFound
    return found


async def view(reads: ReadSession | Session, pool_id: PoolId, by: Actor) -> PoolView:
    """Everything about one pool that `by` may see. Raises `NotFound`."""
    pool = await reads.scalar(_with_all(select(Pool).where(Pool.id == pool_id, scopes.seen(reads))))
    if pool is None:
        raise NotFound
    if by.kind is OrganisationKind.SUPERVISOR:
        await _refuse_recused(reads, pool_id, by)
    now = await clock.now(reads)
    memberships = await members(reads, pool_id)
    mine = next((m for m in memberships if by.acts_for(m.town_id)), None)
    caps = {}
    if mine is not None:
        rows = await reads.execute(
            select(PriceCap.pool_line_id, PriceCap.unit_cents).where(PriceCap.membership_id == mine.id)
        )
        caps = {row.pool_line_id: int(row.unit_cents) for row in rows}
    grids = await totals.grids_of(reads, pool)
    outlook = [
        plans.outlook(line, grids, quantity=plans.firm_total(line, memberships), own=_own(line.id, mine))
        for line in pool.lines
    ]
    roles = who(pool, by)
    return PoolView(
        pool=pool,
        memberships=memberships,
        mine=mine,
        caps=caps,
        outlook=outlook,
        decision=_decision(pool, pool.totals.estimate_high_cents, now),
        low_decision=_decision(pool, pool.totals.estimate_low_cents, now),
        allowed=POOL.allowed(pool.state, roles),
        my_allowed=MEMBERSHIP.allowed(mine.state, who(pool, by, mine)) if mine else [],
        now=now,
    )


async def _refuse_recused(reads: ReadSession | Session, pool_id: PoolId, by: Actor) -> None:
    """A supervisor with an interest in a firm in play leaves the pool to a colleague. Raises `Recused`."""
    tied = await firms_of(reads, by)
    if tied and await reads.scalar(select(func.recused(pool_id))):
        raise Recused(firms=tuple(tied.values()))


async def members(reads: ReadSession | Session, pool_id: PoolId) -> list[Membership]:
    """The pool's memberships that the asker may see, with towns and needs, in order of arrival."""
    found = await reads.scalars(
        select(Membership)
        .where(Membership.pool_id == pool_id, scopes.inside(reads, pool_id))
        .options(selectinload(Membership.needs), selectinload(Membership.town))
        .order_by(Membership.id)
    )
    return list(found)


def totals_by_line(pool: Pool, memberships: Sequence[Membership]) -> dict[Any, tuple[Decimal, Decimal]]:
    """Line id → (firm total, maximum total). From the frozen perimeter once there is one."""
    if pool.frozen_perimeter:
        return {
            line.id: (Decimal(frozen["firm"]), Decimal(frozen["maximum"]))
            for line in pool.lines
            for frozen in pool.frozen_perimeter["lines"]
            if frozen["id"] == str(line.id)
        }
    return {
        line.id: (plans.firm_total(line, memberships), plans.maximum_total(line, memberships))
        for line in pool.lines
    }


def _with_all(query: Any) -> Any:
    return query.options(selectinload(Pool.lines), selectinload(Pool.totals), selectinload(Pool.coordinator))


def _own(line_id: Any, mine: Membership | None) -> Decimal:
    if mine is None:
        return Decimal(0)
    return next((need.firm for need in mine.needs if need.pool_line_id == line_id), Decimal(0))


def _decision(pool: Pool, amount: int | None, now: datetime) -> compass.Decision | None:
    if amount is None or pool.state is PoolState.ABANDONED:
        return None
    return compass.decide_if_known(
        nature=pool.nature, amount_ht=amount, on=clock.paris_day(now), innovative=pool.innovative
    )
