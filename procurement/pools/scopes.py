"""Which pools, and which rows of a pool, a query may reach: the domain's half of « isolation twice ».

Row-level security says the same once more; neither relies on the other. Both ask about the actor of the transaction.
"""

from typing import Any

from sqlalchemy import ColumnElement, exists, false, func, or_, true

from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import ReadSession, Session, acting, owned
from procurement.pools.lifecycle import JOINABLE
from procurement.pools.models import Membership, Pool


def supervises(by: Actor) -> bool:
    """Whether `by` reads every pool."""
    return by.has(OrganisationKind.SUPERVISOR, Role.SUPERVISOR, Role.AUDITOR)


def acted_on(session: Session | ReadSession) -> ColumnElement[bool]:
    """The pools that the actor may do something to: its own, and those that can be joined."""
    return or_(owned(session, Pool.coordinator_id), Pool.state.in_(JOINABLE), _member(session, Pool.id))


def seen(session: Session | ReadSession) -> ColumnElement[bool]:
    """The pools that the actor may read."""
    return true() if supervises(acting(session)) else acted_on(session)


def coordinates(session: Session | ReadSession, pool_id: Any) -> ColumnElement[bool]:
    """The rows of the pools that the acting town coordinates; `pool_id` is their column."""
    return exists().where(Pool.id == pool_id, owned(session, Pool.coordinator_id))


def takes_part(session: Session | ReadSession, pool_id: Any) -> ColumnElement[bool]:
    """The rows of the pools that the acting town coordinates or is a member of."""
    return or_(coordinates(session, pool_id), _member(session, pool_id))


def inside(session: Session | ReadSession, pool_id: Any) -> ColumnElement[bool]:
    """The rows that a pool's towns and the supervisors read."""
    return true() if supervises(acting(session)) else takes_part(session, pool_id)


def judged_by(session: Session | ReadSession, pool_id: Any) -> ColumnElement[bool]:
    """The rows that a pool's towns read, and the supervisors who declared no interest in a firm in play."""
    if supervises(acting(session)):
        return ~func.recused(pool_id)
    return takes_part(session, pool_id)


def _member(session: Session | ReadSession, pool_id: Any) -> ColumnElement[bool]:
    if acting(session).organisation_id is None:
        return false()
    return exists().where(Membership.pool_id == pool_id, owned(session, Membership.town_id))
