"""One writer a startup at a time, also before its first row: sums of stakes and replacements are looked at, then written."""

from uuid import UUID

from sqlalchemy import func, select

from marketplace.db import Session


async def startup(session: Session, startup_id: UUID) -> None:
    """Wait for whoever writes of this startup, until the transaction ends."""
    await session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"supplier:{startup_id}", 0)))
    )
