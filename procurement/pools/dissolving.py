"""What is left to each town when a pool ends before its time: its own need, from which it can buy alone."""

from collections.abc import Sequence

from marketplace.db import Session
from marketplace.ids import PoolId
from procurement.needs.models import Need
from procurement.pools.access import locked_memberships, locked_pool
from procurement.pools.lifecycle import PRESENT
from procurement.pools.models import Membership


async def return_needs(session: Session, pool_id: PoolId) -> Sequence[Membership]:
    """Write, for each town that declared quantities, a need of its own. Returns those towns' memberships.

    The coordinator already has the need that it opened the pool from.
    """
    pool = await locked_pool(session, pool_id)
    members = [m for m in await locked_memberships(session, pool) if m.state in PRESENT and m.needs]
    lines = {line.id: line for line in pool.lines}
    for membership in members:
        if membership.town_id == pool.coordinator_id:
            continue
        for need in membership.needs:
            line = lines[need.pool_line_id]
            session.add(
                Need(
                    town_id=membership.town_id, text=pool.statement, domain=pool.domain, unit=line.unit,
                    quantity=need.firm, years=pool.years,
                )
            )  # fmt: skip
    await session.flush()
    return members
