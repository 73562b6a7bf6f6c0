"""The directory's jobs."""

from catalog.solutions.events import SheetChanged, SheetsLoaded
from marketplace.db import Session
from search.engines.postgres import PostgresEngine
from search.refresh import refresh
from workers.tools import Tools


async def refresh_index(session: Session, event: SheetChanged, tools: Tools) -> None:
    del tools
    await refresh(session, PostgresEngine(), [event.solution_id])


async def refresh_loaded(session: Session, event: SheetsLoaded, tools: Tools) -> None:
    del tools
    await refresh(session, PostgresEngine(), event.solution_ids)
