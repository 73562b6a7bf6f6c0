"""The search: how dear the endpoint is beside its engine, how it grows, and how fast needs are matched and sheets indexed.

    .venv/bin/python -m benchmarks.search [--sheets 5000] [--rounds 300] [--light] [--json]

One temporary instance grows: 1,000 sheets, 5,000, 20,000, 50,000 (`--light`: a tenth of each), each time indexed by a process of its
own, whose seconds and peak of memory are told. At 5,000 its site answers over real HTTP, from one process:

    search    `GET /api/v1/solutions` (20 hits, facets) and the engine's own query, in turn, on the same texts, each asked once
    eight     the same endpoint from eight connections at once: texts that nobody asked before, then 200 texts asked again and again
    matching  `POST /api/v1/matches`: the first 300 sheets weighed, 20 explained
    growth    the endpoint and the engine at 50,000 sheets beside themselves at 5,000

Every ratio is of two figures of this one run.
"""

import argparse
import asyncio
import json
import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from sqlalchemy import insert, select, text

from benchmarks.corpus import Town, Vocabulary, queries, rows
from benchmarks.directory import Client
from catalog.solutions.models import PriceLine, Reference, Solution
from marketplace.actor import SYSTEM
from marketplace.db import Database, ReadSession
from marketplace.launch import processes
from marketplace.launch.instance import instance, refuse_given_database, worker_database
from marketplace.scenario.run import free_port
from marketplace.settings import Settings
from marketplace.territories import loading
from marketplace.territories.models import Commune
from search.engines import SearchQuery
from search.engines.postgres import PostgresEngine
from search.facts.projecting import project_all
from search.index.refreshing import reindex

PER_PAGE, CONNECTIONS, BATCH = 20, 8, 1000
WARMING, AGAIN = 20, 200
"""The first searches, which are not counted; and how many texts are asked again and again."""
ENDPOINT, EIGHT_MS, GROWTH, MATCHING_MS, INDEX_SECONDS = 2.5, 60, 12, 250, 20
"""What is promised: see the README."""
Figures = dict[str, Any]


async def grow(settings: Settings, vocabulary: Vocabulary, start: int, end: int) -> None:
    """Publish sheets number `start` to `end`."""
    async with worker_database(settings) as database:
        async with database.reading(SYSTEM) as reads:
            found = await reads.execute(
                select(Commune.insee, Commune.name).where(Commune.population > 2000).order_by(Commune.insee)
            )
            towns = [Town(row.insee, row.name) for row in found]
        for first in range(start, end, BATCH):
            made = rows(first, min(BATCH, end - first), vocabulary, towns)
            async with database.transaction(SYSTEM) as session:
                for table, values in ((Solution, made.sheets), (PriceLine, made.prices), (Reference, made.references)):  # fmt: skip
                    if values:
                        await session.execute(insert(table), values)
        async with database.transaction(SYSTEM) as session:
            await session.execute(text("analyze"))


def index(url: str) -> tuple[int, float, float]:
    """In a process of its own: how many sheets are indexed, in how many seconds, and the mebibytes that it took beside its start."""
    before = _peak()
    began = time.monotonic()

    async def run() -> int:
        database = Database(url, pool_size=1)
        async with database.transaction(SYSTEM) as session:
            count = await reindex(session, PostgresEngine())
        await database.close()
        return count

    return asyncio.run(run()), time.monotonic() - began, _peak() - before


def indexed(settings: Settings) -> Figures:
    """The whole index made again, and the facts that matching reads."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        count, seconds, more = pool.apply(index, (str(settings.database.worker_url),))
    asyncio.run(_projected(settings))
    return {"sheets": count, "seconds": round(seconds, 2), "more_mib": round(more, 1)}


async def _projected(settings: Settings) -> None:
    async with worker_database(settings) as database:
        async with database.transaction(SYSTEM) as session:
            await project_all(session)
        async with database.engine.connect() as connection:
            await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("analyze"))


async def searches(settings: Settings, asked: Sequence[str], rounds: int) -> Figures:
    """Milliseconds of the endpoint and of the engine's own query, in turn on the same texts; and from eight connections.

    No text is asked twice of the site, which keeps its pages, but in the last measure.
    """
    database = Database(str(settings.database.worker_url))
    engine, client = PostgresEngine(), await Client.connect(settings.web.port)

    async def own(typed: str) -> None:
        async with ReadSession(database.engine, info={"actor": SYSTEM, "read_only": True}) as session:
            await engine.search(session, SearchQuery(typed, per_page=PER_PAGE))

    async def endpoint(typed: str) -> None:
        await client.get(_address(typed))

    times: dict[str, list[float]] = {"endpoint": [], "engine": []}
    for turn, typed in enumerate(asked[: rounds + WARMING]):
        for name, ask in (("endpoint", endpoint), ("engine", own)):
            took = await _timed(ask, typed)
            if turn >= WARMING:
                times[name].append(took)
    others = asked[rounds + WARMING :]
    new = await at_once(settings.web.port, others, len(others))
    again = [await at_once(settings.web.port, others[:AGAIN], len(others)) for _ in range(2)][-1]
    await database.close()
    figures: Figures = {name: _figures(found) for name, found in times.items()}
    ratio = round(figures["endpoint"]["median_ms"] / figures["engine"]["median_ms"], 2)
    return figures | {"ratio": ratio, "eight": _figures(new), "eight_again": _figures(again)}


async def at_once(port: int, asked: Sequence[str], requests: int) -> list[float]:
    """Milliseconds of each answer, eight connections asking `asked` in turn, without a pause."""
    clients = [await Client.connect(port) for _ in range(CONNECTIONS)]
    times: list[float] = []

    async def one(client: Client, offset: int) -> None:
        for turn in range(requests // CONNECTIONS):
            typed = asked[(offset + CONNECTIONS * turn) % len(asked)]
            times.append(await _timed(lambda typed: client.get(_address(typed)), typed))

    await asyncio.gather(*(one(client, i) for i, client in enumerate(clients)))
    return times[CONNECTIONS * 4 :]


async def matches(settings: Settings, asked: Sequence[str], rounds: int) -> Figures:
    """Milliseconds of `POST /api/v1/matches` for a town, and how many sheets were weighed."""
    client = await Client.connect(settings.web.port)
    times, weighed = [], []
    for turn in range(rounds + 5):
        body = {"need": asked[turn % len(asked)], "town": "18279", "assets": {"light_point": "3000"}}
        began = time.perf_counter()
        answer = json.loads(await client.post("/api/v1/matches", body))
        if turn >= 5:
            times.append((time.perf_counter() - began) * 1000)
            weighed.append(int(answer["considered"]))
    return _figures(times) | {"weighed_median": statistics.median(weighed), "weighed_max": max(weighed)}


async def _timed(ask: Callable[[str], Awaitable[Any]], typed: str) -> float:
    began = time.perf_counter()
    await ask(typed)
    return (time.perf_counter() - began) * 1000


def _address(typed: str) -> str:
    return f"/api/v1/solutions?q={quote(typed)}&per_page={PER_PAGE}"


def _figures(times: Sequence[float]) -> dict[str, float]:
    return {
        "median_ms": round(statistics.median(times), 2), "p95_ms": round(statistics.quantiles(times, n=20)[-1], 2),
        "mean_ms": round(statistics.fmean(times), 2),
    }  # fmt: skip


def _peak() -> float:
    """The most memory that this process has held, in mebibytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def run(sizes: Sequence[int], rounds: int) -> Figures:
    """Every figure. The second size is the one that searches and matches are measured at; the last, the one it is compared with."""
    refuse_given_database()
    vocabulary = Vocabulary()
    asked = list(dict.fromkeys(queries(rounds * 8, vocabulary)))[: rounds * 5 + WARMING]
    indexing: list[Figures] = []
    found: dict[int, Figures] = {}
    matching: Figures = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="lot-commun-bench-")))
        overrides = {"WEB_PORT": str(free_port()), "MARKETPLACE_LOG_LEVEL": "WARNING", "WEB_REQUESTS_PER_MINUTE": "100000000"}  # fmt: skip
        settings = stack.enter_context(instance(folder, overrides=overrides))
        asyncio.run(loading.load(str(settings.database.worker_url)))
        held = 0
        for size in sizes:
            asyncio.run(grow(settings, vocabulary, held, size))
            held = size
            indexing.append(indexed(settings))
            _say(f"{size} sheets indexed in {indexing[-1]['seconds']} s")
            if size in (sizes[1], sizes[-1]):
                with processes.running(settings):
                    found[size] = asyncio.run(searches(settings, asked, rounds))
                    if size == sizes[1]:
                        matching = asyncio.run(matches(settings, asked, max(rounds // 3, 20)))
    small, large = found[sizes[1]], found[sizes[-1]]
    growth = {
        part: round(large[part]["median_ms"] / small[part]["median_ms"], 2) for part in ("endpoint", "engine")
    }
    return {
        "sizes": list(sizes), "rounds": rounds, "search": small, "at_largest": large, "growth": growth, "matching": matching,
        "indexing": indexing,
    }  # fmt: skip


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def told(figures: Figures) -> str:
    """The figures as lines, each beside what is promised of it."""
    small, sizes = figures["search"], figures["sizes"]
    lines = [
        (f"{sizes[1]} sheets: endpoint {small['endpoint']['median_ms']} ms (p95 {small['endpoint']['p95_ms']}), "
        f"engine {small['engine']['median_ms']} ms (p95 {small['engine']['p95_ms']}), ratio {small['ratio']} (at most {ENDPOINT})"),
        (f"eight connections, one process: texts never asked p95 {small['eight']['p95_ms']} ms, median {small['eight']['median_ms']}; "
        f"asked before p95 {small['eight_again']['p95_ms']} ms, median {small['eight_again']['median_ms']} (p95 under {EIGHT_MS})"),
        f"{sizes[-1]} sheets beside {sizes[1]}: endpoint ×{figures['growth']['endpoint']}, engine ×{figures['growth']['engine']} (at most {GROWTH})",
        (f"matching, {figures['matching']['weighed_median']:.0f} sheets weighed (most: {figures['matching']['weighed_max']}): "
        f"p95 {figures['matching']['p95_ms']} ms, median {figures['matching']['median_ms']} (p95 under {MATCHING_MS})"),
        *(f"index of {row['sheets']} sheets: {row['seconds']} s, +{row['more_mib']} MiB" for row in figures["indexing"]),
        f"(index of 5000 under {INDEX_SECONDS} s, memory that does not grow with the sheets)",
    ]  # fmt: skip
    return "\n".join(lines)


def main() -> None:
    """Print the figures of one run."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("--sheets", type=int, default=5000)
    asked.add_argument("--rounds", type=int, default=300)
    asked.add_argument("--light", action="store_true", help="a tenth of the sheets, a third of the rounds")
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    sheets = given.sheets // 10 if given.light else given.sheets
    figures = run(
        [sheets // 5, sheets, sheets * 4, sheets * 10], given.rounds // 3 if given.light else given.rounds
    )
    print(json.dumps(figures) if given.json else told(figures))


if __name__ == "__main__":
    main()
