"""Which pools' deadlines have passed, however long ago."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from marketplace.db import Session
from marketplace.outbox import Event
from procurement.pools.events import CensusDue
from procurement.pools.lifecycle import PoolState
from procurement.pools.models import Pool


async def due_censuses(session: Session, now: datetime) -> Sequence[Event]:
    """Every census whose last day is over."""
    rows = await session.execute(
        select(Pool.id, Pool.census_ends_at).where(Pool.state == PoolState.CENSUS, Pool.census_ends_at <= now)
    )
    return [CensusDue(pool_id=row.id, due_at=row.census_ends_at) for row in rows]
