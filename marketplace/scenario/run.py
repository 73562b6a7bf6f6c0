"""A fresh instance with its people, on which the story is played."""

import asyncio
import secrets
import socket
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from catalog.opendata import importing
from marketplace.db import Database
from marketplace.demo import clock as demo_clock
from marketplace.demo import people
from marketplace.embedded.processes import last_lines
from marketplace.launch import processes, seeding
from marketplace.launch.instance import instance, refuse_given_database
from marketplace.scenario.cast import DOMAIN, Cast, make_cast
from marketplace.scenario.client import StepFailed
from marketplace.scenario.story import Story
from marketplace.settings import Settings, needed
from marketplace.tabular import SourceRow, read_rows

Say = Callable[[str], None]


def run(*, towns: int, solutions: Path | None, say: Say) -> dict[str, Any]:
    """Play the whole story on a fresh instance. Returns the document of `--json`; `ok` is False when a check fails."""
    started = time.monotonic()
    refuse_given_database()
    rows = list(read_rows(solutions)) if solutions else None
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lot-commun-")))
        overrides = {
            "WEB_PORT": str(free_port()),
            "MARKETPLACE_DEMO": "1",
            "MARKETPLACE_LOG_LEVEL": "WARNING",
            "MEILISEARCH_INDEX": f"temporaire-{secrets.token_hex(4)}",
        }
        settings = stack.enter_context(instance(folder, say=say, overrides=overrides))
        found = play_on(settings, towns=towns, rows=rows, say=say)
    return found | {"seconds": round(time.monotonic() - started, 1)}


def play_on(
    settings: Settings, *, towns: int, rows: list[SourceRow] | None = None, say: Say
) -> dict[str, Any]:
    """Play it on a migrated, empty instance in demo mode, whose engines answer; web and worker run meanwhile, as processes."""
    cast, sheets = asyncio.run(_prepare(settings, towns=towns, rows=rows, say=say))
    address = f"http://127.0.0.1:{settings.web.port}"
    with processes.running(settings, say=say), closing(Story(address, cast, say)) as story:
        try:
            return story.play(sheets=sheets)
        except StepFailed:
            logs = settings.instance.data_dir / "logs"
            for name in ("serve", "worker"):
                say(f"--- {name}\n{last_lines(logs / f'{name}.log', 12)}")
            raise


async def _prepare(
    settings: Settings, *, towns: int, rows: list[SourceRow] | None, say: Say
) -> tuple[Cast, int]:
    """The people, and how many sheets the search must hold."""
    sheets = len(people.records())
    worker_url = needed(settings.database.worker_url, "DATABASE_WORKER_URL")
    say("Territoires et catalogue")
    await seeding.seed(settings)
    application = make_url(needed(settings.database.url, "DATABASE_URL")).username or ""
    await demo_clock.allow(needed(settings.database.owner_url, "DATABASE_OWNER_URL"), application)
    if rows is not None:
        database = Database(worker_url)
        report = await importing.load(database, rows, now=datetime.now(UTC))
        await database.close()
        sheets += report.created
        say(f"{report.created} fiches réelles chargées, {len(report.rejected)} refusées")
    sellers = sorted(
        {r["supplier"] for r in people.catalogue()["solutions"] if DOMAIN in r["domains"] and r["prices"]}
    )
    return await make_cast(worker_url, towns=towns, startups=sellers), sheets


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
