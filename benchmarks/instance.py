"""A temporary instance whose directory holds as many fictional sheets as asked, with the web process running or not."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from catalog.opendata import importing
from marketplace.actor import SYSTEM
from marketplace.demo import people
from marketplace.launch import processes
from marketplace.launch.instance import instance, refuse_given_database, worker_database
from marketplace.scenario.run import free_port
from marketplace.settings import Settings
from marketplace.tabular import SourceRow
from marketplace.territories import loading
from search.engines.postgres import PostgresEngine
from search.index.refreshing import reindex


@contextmanager
def directory_of(sheets: int, *, serve: bool = True) -> Iterator[Settings]:
    """Settings of an instance whose directory holds `sheets` published sheets, indexed; its site answers on `web.port`."""
    refuse_given_database()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lot-commun-bench-")))
        overrides = {
            "WEB_PORT": str(free_port()), "MARKETPLACE_LOG_LEVEL": "WARNING", "WEB_REQUESTS_PER_MINUTE": "100000000",
        }  # fmt: skip
        settings = stack.enter_context(instance(folder, overrides=overrides))
        asyncio.run(_fill(settings, sheets))
        if serve:
            stack.enter_context(processes.running(settings))
        yield settings


async def _fill(settings: Settings, sheets: int) -> None:
    await loading.load(str(settings.database.worker_url))
    async with worker_database(settings) as database:
        rows = [SourceRow(row["id"], row) for row in many(sheets)]
        report = await importing.load(database, rows, now=datetime.now(UTC))
        if report.created != sheets:
            raise RuntimeError(f"{report.rejected[:3]}")
        async with database.transaction(SYSTEM) as session:
            await reindex(session, PostgresEngine())


def many(sheets: int) -> Iterator[dict[str, Any]]:
    """As many records as asked: the fictional catalogue again and again, each time in other names."""
    records = people.records()
    for number in range(sheets):
        record = records[number % len(records)]
        turn = number // len(records)
        yield record | {
            "id": f"{record['id']}-{turn}",
            "name": f"{record['name']} {turn}" if turn else record["name"],
        }
