"""Filling a new instance: territories, people, the fictional catalogue, its index. Each step is done once."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import func, select

from catalog.opendata import importing
from catalog.solutions.models import Solution
from marketplace.actor import SYSTEM
from marketplace.db import Database
from marketplace.demo import people
from marketplace.settings import Settings, needed
from marketplace.tabular import SourceRow
from marketplace.territories import loading
from marketplace.territories.models import Commune, TownProgramme
from search.engines.postgres import PostgresEngine
from search.index.refreshing import reindex

Advance = Callable[[str, int, int], None]


async def seed(settings: Settings, *, advance: Advance = lambda *_: None) -> None:
    """Load what a demo needs into the database of `settings`. Running it again changes nothing."""
    url = needed(settings.database.worker_url, "DATABASE_WORKER_URL")
    database = Database(url)
    try:
        async with database.reading(SYSTEM) as reads:
            communes = await reads.scalar(select(func.count()).select_from(Commune))
            programmes = await reads.scalar(select(func.count()).select_from(TownProgramme))
            sheets = await reads.scalar(select(func.count()).select_from(Solution))
        if not communes or not programmes:  # an instance of before the programmes gets them
            await loading.load(url, advance=advance)
        if not sheets:
            advance("people", 0, 1)
            async with database.transaction(SYSTEM) as session:
                await people.make_people(session)
            advance("people", 1, 1)
            rows = [SourceRow(record["id"], record) for record in people.records()]
            report = await importing.load(
                database,
                rows,
                now=datetime.now(UTC),
                advance=lambda done: advance("solutions", done, len(rows)),
            )
            if report.rejected:
                raise RuntimeError(f"the fictional catalogue is not sound: {report.rejected[:3]}")
            async with database.transaction(SYSTEM) as session:
                await reindex(session, PostgresEngine())
            advance("solutions", len(rows), len(rows))
    finally:
        await database.close()
