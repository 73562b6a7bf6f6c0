"""Reaching a pool and its memberships, in the one order of locks, and what somebody is to them."""

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import Session
from marketplace.errors import NotFound, StaleVersion
from marketplace.ids import MembershipId, PoolId
from procurement.pools import scopes
from procurement.pools.lifecycle import Who
from procurement.pools.models import Duty, Membership, Pool


async def locked_pool(session: Session, pool_id: PoolId, *, version: int | None = None) -> Pool:
    """The pool with its lines and totals, its row locked. Raises `NotFound`, and `StaleVersion` for another `version`."""
    pool = await session.scalar(
        select(Pool)
        .where(Pool.id == pool_id, scopes.acted_on(session))
        .options(selectinload(Pool.lines), selectinload(Pool.totals))
        .with_for_update(of=Pool)
        .execution_options(populate_existing=True)
    )
    if pool is None:
        raise NotFound
    if version is not None and version != pool.version:
        raise StaleVersion(read=version, current=pool.version)
    return pool


async def locked_memberships(session: Session, pool: Pool) -> list[Membership]:
    """All the pool's memberships with their needs and towns, locked by id. The pool must be locked first.

    For its coordinator and the worker: row-level security lets a member lock its own row alone, see `memberships_of`.
    """
    return list(await session.scalars(_all_of(pool).with_for_update(of=Membership)))


async def memberships_of(session: Session, pool: Pool) -> list[Membership]:
    """All the pool's memberships with their needs and towns, read. They hold still while the pool is locked."""
    return list(await session.scalars(_all_of(pool)))


async def my_membership(session: Session, pool: Pool, by: Actor) -> Membership:
    """The acting town's membership, locked. Raises `NotFound` when the town is not in the pool."""
    found = await session.scalar(
        select(Membership)
        .where(Membership.pool_id == pool.id, Membership.town_id == by.organisation_id)
        .options(selectinload(Membership.needs), selectinload(Membership.town))
        .with_for_update(of=Membership)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


async def membership_in(session: Session, pool: Pool, membership_id: MembershipId) -> Membership:
    """One membership of the pool, locked. Raises `NotFound`."""
    found = await session.scalar(
        select(Membership)
        .where(Membership.pool_id == pool.id, Membership.id == membership_id)
        .options(selectinload(Membership.needs), selectinload(Membership.town))
        .with_for_update(of=Membership)
    )
    if found is None:
        raise NotFound
    return found


def who(pool: Pool, by: Actor, membership: Membership | None = None) -> set[Who]:
    """What `by` is to the pool and to one of its memberships.

    Where the coordinating town appointed somebody to run the pool, nobody else of the town does; its signatory still signs.
    """
    found: set[Who] = set()
    if by.channel == "system":
        found.add(Who.TIMER)
    decides = by.has(OrganisationKind.TOWN, Role.AGENT, Role.SIGNATORY, Role.ADMIN)
    signs = by.has(OrganisationKind.TOWN, Role.SIGNATORY)
    if by.acts_for(pool.coordinator_id) and decides:
        appointed = pool.appointed(Duty.COORDINATOR)
        if not appointed or by.person_id in appointed:
            found.add(Who.COORDINATOR)
        if signs:
            found.add(Who.COORDINATOR_SIGNATORY)
    if membership is not None and by.acts_for(membership.town_id) and decides:
        found.add(Who.TOWN)
        if signs:
            found.add(Who.TOWN_SIGNATORY)
    return found


def _all_of(pool: Pool) -> Select[Membership]:
    return (
        select(Membership)
        .where(Membership.pool_id == pool.id)
        .options(selectinload(Membership.needs), selectinload(Membership.town))
        .order_by(Membership.id)
        .execution_options(populate_existing=True)
    )
