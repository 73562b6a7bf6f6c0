"""The public list and a sheet against the same queries in plain SQLAlchemy, side by side in one run.

    .venv/bin/python -m benchmarks.directory [--sheets 5000] [--rounds 200] [--json]

« Ours » is a request over HTTP to a served instance: routing, session, transaction, row-level security, JSON or page. « Plain »
is the query alone: one SQLAlchemy session, no web, no rights, on the same database. Each round asks both, in turn.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from benchmarks.instance import directory_of
from catalog.evidence.models import Evidence
from catalog.solutions.models import Change, Reference, Solution
from marketplace.db import Database
from marketplace.settings import Settings
from marketplace.territories.models import Commune, Department
from search.engines.postgres.models import SearchEntry

PER_PAGE = 20
Ask = Callable[[], Awaitable[Any]]


async def plain_list(session: AsyncSession) -> Any:
    """The first page, its total, and the counts of its facets."""
    found = await session.scalars(
        select(SearchEntry)
        .order_by(SearchEntry.maturity == "stopped", SearchEntry.priced.desc(), SearchEntry.name, SearchEntry.solution_id)
        .limit(PER_PAGE)
    )  # fmt: skip
    hits = found.all()
    total = await session.scalar(select(func.count()).select_from(SearchEntry))
    domain = func.unnest(SearchEntry.domains)
    domains = (await session.execute(select(domain, func.count()).group_by(domain))).all()
    maturities = (
        await session.execute(select(SearchEntry.maturity, func.count()).group_by(SearchEntry.maturity))
    ).all()
    return hits, total, domains, maturities


async def plain_sheet(session: AsyncSession, slug: str) -> Any:
    """One sheet with its prices, references and attachments."""
    return await session.scalar(
        select(Solution)
        .where(Solution.slug == slug)
        .options(
            selectinload(Solution.prices),
            selectinload(Solution.references),
            selectinload(Solution.attachments),
        )
    )


async def plain_page(session: AsyncSession, slug: str) -> Any:
    """What the page of a sheet shows: the sheet, what proves it, its towns, its history, who holds its startup."""
    sheet = await plain_sheet(session, slug)
    evidence = (await session.scalars(select(Evidence).where(Evidence.solution_id == sheet.id))).all()
    towns = await session.execute(
        select(Reference, Commune, Department.name)
        .outerjoin(Commune, Commune.insee == Reference.insee)
        .outerjoin(Department, Department.code == Commune.department_code)
        .where(Reference.solution_id == sheet.id)
    )
    changes = await session.scalars(
        select(Change).where(Change.solution_id == sheet.id).order_by(Change.at.desc())
    )
    return sheet, evidence, towns.all(), changes.all()


class Client:
    """The least that an HTTP client can be: one kept connection, one request at a time; a client's own work is not measured."""

    def __init__(self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.port, self.reader, self.writer = port, reader, writer

    @classmethod
    async def connect(cls, port: int) -> "Client":
        return cls(port, *await asyncio.open_connection("127.0.0.1", port))

    async def get(self, path: str) -> bytes:
        return await self._ask("GET", path)

    async def post(self, path: str, body: Any) -> bytes:
        return await self._ask("POST", path, json.dumps(body).encode())

    async def _ask(self, method: str, path: str, body: bytes = b"") -> bytes:
        said = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        self.writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{said}\r\n".encode() + body
        )
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        if " 200 " not in head.splitlines()[0]:
            raise RuntimeError(f"{path}: {head.splitlines()[0]}")
        return await self.reader.readexactly(int(head.partition("content-length: ")[2].split()[0]))


async def measure(settings: Settings, rounds: int) -> dict[str, Any]:
    """Milliseconds by what was asked, and the ratio of the medians."""
    database = Database(str(settings.database.worker_url))
    client = await Client.connect(settings.web.port)
    found = json.loads(await client.get(f"/api/v1/solutions?per_page={PER_PAGE}"))
    slug = next(hit["slug"] for hit in found["items"] if hit["priced"])

    async def in_session(query: Callable[..., Awaitable[Any]], *given: Any) -> Any:
        async with AsyncSession(database.engine) as session:
            return await query(session, *given)

    pairs: dict[str, tuple[Ask, Ask]] = {
        "list, API": (lambda: client.get(f"/api/v1/solutions?per_page={PER_PAGE}"), lambda: in_session(plain_list)),
        "list, page": (lambda: client.get("/solutions"), lambda: in_session(plain_list)),
        "sheet, API": (lambda: client.get(f"/api/v1/solutions/{slug}"), lambda: in_session(plain_sheet, slug)),
        "sheet, page": (lambda: client.get(f"/solutions/{slug}"), lambda: in_session(plain_page, slug)),
    }  # fmt: skip
    times: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in pairs}
    for turn in range(rounds + 10):
        for name, asks in pairs.items():
            for which, ask in enumerate(asks):
                began = time.perf_counter()
                await ask()
                if turn >= 10:  # the first ones warm up
                    times[name][which].append((time.perf_counter() - began) * 1000)
    await database.close()
    return {name: _summary(*both) for name, both in times.items()}


def _summary(ours: list[float], plain: list[float]) -> dict[str, float]:
    def p95(values: list[float]) -> float:
        return statistics.quantiles(values, n=20)[-1]

    return {
        "ours_median_ms": round(statistics.median(ours), 2), "plain_median_ms": round(statistics.median(plain), 2),
        "ratio": round(statistics.median(ours) / statistics.median(plain), 2),
        "ours_p95_ms": round(p95(ours), 2), "plain_p95_ms": round(p95(plain), 2),
    }  # fmt: skip


def main() -> None:
    """Print the figures of one run."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("--sheets", type=int, default=5000)
    asked.add_argument("--rounds", type=int, default=200)
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    began = time.monotonic()
    with directory_of(given.sheets) as settings:
        loaded = time.monotonic() - began
        found = asyncio.run(measure(settings, given.rounds))
    if given.json:
        facts = {"sheets": given.sheets, "rounds": given.rounds, "loaded_seconds": round(loaded, 1)}
        print(json.dumps(facts | {"figures": found}))
        return
    print(f"{given.sheets} sheets, {given.rounds} rounds, loaded and indexed in {loaded:.1f} s")
    for name, row in found.items():
        print(
            f"{name:12} ours {row['ours_median_ms']:7.2f} ms (p95 {row['ours_p95_ms']:.2f})   "
            f"plain {row['plain_median_ms']:7.2f} ms (p95 {row['plain_p95_ms']:.2f})   ratio {row['ratio']:.2f}"
        )


if __name__ == "__main__":
    main()
