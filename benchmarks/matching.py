"""A need matched over HTTP: the words searched, 300 sheets weighed, 20 explained; and the facts of the whole directory made again.

    .venv/bin/python -m benchmarks.matching [--sheets 5000] [--rounds 100] [--json] [--profile]

Each request asks one of a few needs, with a town, a quantity and a budget. `parts` times the same work inside one process.
"""

import argparse
import asyncio
import cProfile
import json
import pstats
import statistics
import time
from typing import Any

import httpx

from benchmarks.instance import directory_of
from marketplace.actor import ANONYMOUS, SYSTEM
from marketplace.db import Database
from marketplace.money import Cents
from marketplace.settings import Settings
from marketplace.territories.queries import find_town
from search.engines import SearchQuery
from search.engines.postgres import PostgresEngine
from search.facts.projecting import project_all
from search.facts.queries import facts_by_id
from search.matching.answering import MOST, answer
from search.matching.needs import Budget
from search.matching.questions import Question
from search.matching.telling import matches_out

NEEDS = (
    "réduire la facture de l’éclairage public", "détecter les fuites du réseau d’eau", "suivre la consommation des bâtiments",
    "capteurs de stationnement en centre-ville", "application pour signaler un trou dans la chaussée", "remplissage des conteneurs de déchets",
)  # fmt: skip


async def measure(settings: Settings, rounds: int, *, profile: bool) -> dict[str, Any]:
    """Milliseconds."""
    found: dict[str, Any] = {}
    worker = Database(str(settings.database.worker_url))
    began = time.perf_counter()
    async with worker.transaction(SYSTEM) as session:
        found["facts"] = await project_all(session)
    found["facts_seconds"] = round(time.perf_counter() - began, 2)
    await worker.close()
    times = []
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.web.port}") as http:
        for turn in range(rounds + len(NEEDS)):
            body = {
                "need": NEEDS[turn % len(NEEDS)], "town": "18279", "quantity": "200", "years": 3, "budget": {"max": 50_000_00},
            }  # fmt: skip
            began = time.perf_counter()
            (await http.post("/api/v1/matches", json=body)).raise_for_status()
            if turn >= len(NEEDS):  # the first ones warm up
                times.append((time.perf_counter() - began) * 1000)
    found["median_ms"], found["p95_ms"] = round(statistics.median(times), 1), round(statistics.quantiles(times, n=20)[-1], 1)  # fmt: skip
    found["parts"] = await _parts(settings, profile=profile)
    return found


async def _parts(settings: Settings, *, profile: bool) -> dict[str, float]:
    """Medians of ten, in one process: the engine's own query, the facts read, the whole answer, and its telling."""
    database, engine = Database(str(settings.database.url)), PostgresEngine()
    times: dict[str, list[float]] = {"engine": [], "facts": [], "answer": [], "telling": []}
    profiler = cProfile.Profile() if profile else None
    async with database.reading(ANONYMOUS) as reads:
        question = Question(
            NEEDS[0], await find_town(reads, "18279"), budget=Budget(Cents(50_000_00)), years=3
        )
        for _ in range(12):
            marks = [time.perf_counter()]
            page = await engine.search(reads, SearchQuery(question.text, per_page=MOST, available=True))
            marks.append(time.perf_counter())
            await facts_by_id(reads, [hit.id for hit in page.hits])
            marks.append(time.perf_counter())
            if profiler:
                profiler.enable()
            whole = await answer(reads, engine, question)
            if profiler:
                profiler.disable()
            marks.append(time.perf_counter())
            matches_out(whole)
            marks.append(time.perf_counter())
            for name, start, end in zip(times, marks[:-1], marks[1:], strict=True):
                times[name].append((end - start) * 1000)
    await database.close()
    if profiler:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(25)
    return {name: round(statistics.median(values[2:]), 1) for name, values in times.items()}


def main() -> None:
    """Print the figures of one run."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("--sheets", type=int, default=5000)
    asked.add_argument("--rounds", type=int, default=100)
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--profile", action="store_true")
    given = asked.parse_args()
    with directory_of(given.sheets) as settings:
        found = asyncio.run(measure(settings, given.rounds, profile=given.profile))
    if given.json:
        print(json.dumps({"sheets": given.sheets, "rounds": given.rounds} | found))
        return
    print(f"{given.sheets} sheets: facts made in {found['facts_seconds']} s")
    print(
        f"POST /api/v1/matches: median {found['median_ms']} ms, p95 {found['p95_ms']} ms over {given.rounds}"
    )
    print("in process, median ms: " + ", ".join(f"{name} {ms}" for name, ms in found["parts"].items()))


if __name__ == "__main__":
    main()
