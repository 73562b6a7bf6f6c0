"""What a pool adds up to, recomputed in the transaction of whoever changes it."""

from collections.abc import Sequence

from catalog.solutions import queries as directory
from marketplace.db import ReadSession, Session
from procurement.pools import plans
from procurement.pools.lifecycle import COUNTED, PRESENT
from procurement.pools.models import Membership, Pool


async def recompute(session: Session, pool: Pool, memberships: Sequence[Membership]) -> None:
    """Set the pool's totals from its memberships. The pool must be locked."""
    totals = pool.totals
    totals.members = sum(membership.state in PRESENT for membership in memberships)
    totals.declared = sum(membership.state in COUNTED for membership in memberships)
    found = plans.estimate(pool, memberships, await grids_of(session, pool))
    totals.estimate_low_cents, totals.estimate_high_cents = found or (None, None)
    await session.flush()


async def grids_of(session: Session | ReadSession, pool: Pool) -> list[directory.PublishedGrid]:
    """The published grids that price the pool's lines over its duration."""
    return await directory.grids(
        session, domain=pool.domain, units=[line.unit for line in pool.lines], years=pool.years
    )
