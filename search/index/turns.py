"""Writers of one index take turns, each reading the directory during its own: what is older never covers what is newer."""

from sqlalchemy import func, select

from marketplace.db import Session
from search.engines import SearchEngine


async def take_turn(session: Session, engine: SearchEngine) -> None:
    """Wait for this transaction's turn, which it keeps to its end."""
    await session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"search:{engine.name}", 0)))
    )
