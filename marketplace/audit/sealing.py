"""The sealer: gives the lines that are not sealed yet their order and their hash. Any process may call it; one at a time works.

Lines commit in any order, so their order is fixed here, not where they are written: chaining inside each transaction
would make every write of the product wait for the one before.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, extract, func, insert, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from marketplace.actor import SYSTEM
from marketplace.audit import chain
from marketplace.audit.models import AuditLine, AuditSeal
from marketplace.db import Database, Session

LOCK = 5_108_201_177  # any number, the same for every sealer
BATCH = 1000
LATE_AT_MOST = timedelta(hours=1)
"""A line older than that at the last sealing was committed before it, and would have been sealed: it was slipped in since."""
ALERT_AFTER = 60
"""Seconds that a line may stay unsealed."""


async def seal(database: Database, *, batch: int = BATCH) -> int:
    """Seal every line that is not sealed. Returns how many; 0 while another sealer is at it. `database` is the worker's.

    One transaction: a sealer that dies in the middle leaves nothing half-sealed, however long the backlog.
    """
    async with database.transaction(SYSTEM) as session:
        if not await session.scalar(text("select pg_try_advisory_xact_lock(:lock)"), {"lock": LOCK}):
            return 0
        return await _seal(session, await last(session), batch)


async def unsealed_age(session: AsyncSession) -> float | None:
    """How many seconds ago the oldest unsealed line was written, or None. Above `ALERT_AFTER`, the sealer does not work."""
    oldest = unsealed(await last(session)).with_only_columns(func.min(AuditLine.created_at)).order_by(None)
    age = await session.scalar(select(extract("epoch", func.clock_timestamp() - oldest.scalar_subquery())))
    return None if age is None else max(0.0, float(age))


async def last(session: AsyncSession) -> AuditSeal | None:
    """The chain's head."""
    found: AuditSeal | None = await session.scalar(
        select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1)
    )
    return found


def unsealed(head: AuditSeal | None) -> Select[Any]:
    """The lines to seal after `head`, in the order that they are given."""
    sealed = select(AuditSeal.number).where(AuditSeal.line_id == AuditLine.id).exists()
    asked = select(*chain.columns()).where(~sealed).order_by(AuditLine.created_at, AuditLine.id)
    return asked if head is None else asked.where(AuditLine.created_at >= head.sealed_at - LATE_AT_MOST)


async def _seal(session: Session, head: AuditSeal | None, batch: int) -> int:
    number, previous = (head.number, head.hash) if head else (0, chain.START)
    before = number
    # the clock's own time, not the transaction's: what commits while we wait for the lock is not late
    sealed_at = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    lines = (await session.execute(unsealed(head).limit(batch))).all()
    while lines:
        seals = []
        for line in lines:
            number += 1
            previous = chain.link(previous, number, sealed_at, chain.content(line))
            seals.append({"number": number, "line_id": line.id, "sealed_at": sealed_at, "hash": previous})
        await session.execute(insert(AuditSeal), seals)
        after = tuple_(AuditLine.created_at, AuditLine.id) > (lines[-1].created_at, lines[-1].id)
        lines = (await session.execute(unsealed(head).where(after).limit(batch))).all()
    return number - before
