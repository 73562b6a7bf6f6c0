"""An embedded index of another making, left by an upgrade, made again: by `marketplace migrate`, and by a worker when it starts."""

from marketplace.actor import SYSTEM
from marketplace.db import Database
from search.engines.postgres import PostgresEngine
from search.index.refreshing import reindex
from search.index.turns import take_turn


async def remake_outdated(database: Database, engine: PostgresEngine) -> int | None:
    """Rebuild the index unless it is of this version's making. Returns how many sheets it holds, None when nothing was to be done.

    Of several who ask at once, one rebuilds and the others wait for it.
    """
    async with database.reading(SYSTEM) as reads:
        if not await engine.outdated(reads):
            return None
    async with database.transaction(SYSTEM) as session:
        await take_turn(session, engine)
        return await reindex(session, engine) if await engine.outdated(session) else None
