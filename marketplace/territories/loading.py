"""Loading the COG year in bulk, from the package data. Idempotent. (A newer file of communes: `town_files.py`.)"""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

DATA = Path(__file__).parent / "data"
Advance = Callable[[str, int, int], None]
"""Told of each step: what, how many rows are done, of how many."""


async def load(worker_url: str, *, advance: Advance = lambda *_: None) -> dict[str, int]:
    """Replace the territories by the package data, in one transaction. Returns the number of rows a table.

    `worker_url` is an address whose role may write the reference tables.
    """
    url = make_url(worker_url)
    socket = url.query.get("host")
    connection = await asyncpg.connect(
        user=url.username,
        password=url.password,
        host=socket if isinstance(socket, str) else url.host,
        port=url.port,
        database=url.database,
    )
    counts: dict[str, int] = {}
    try:
        async with connection.transaction():
            await connection.execute(
                "truncate town_programme, former_commune, commune, epci, department, region"
            )
            for table, columns, rows in _tables():
                records = list(rows)
                for start in range(0, len(records), 5000):
                    await connection.copy_records_to_table(
                        table, columns=columns, records=records[start : start + 5000]
                    )
                    advance(table, min(start + 5000, len(records)), len(records))
                counts[table] = len(records)
            for table in ("commune", "epci", "former_commune"):
                await connection.execute(f"update {table} set search_name = town_key(name)")
        for table in counts:
            await connection.execute(f"analyze {table}")
    finally:
        await connection.close()
    return counts


def _tables() -> Iterator[tuple[str, list[str], Iterator[tuple[object, ...]]]]:
    areas = json.loads((DATA / "departments_regions.json").read_text())
    yield "region", ["code", "name"], ((r["code"], r["name"]) for r in areas["regions"])
    yield (
        "department",
        ["code", "name", "region_code"],
        ((d["code"], d["name"], d["region"]) for d in areas["departments"]),
    )
    yield (
        "epci",
        [
            "siren", "name", "search_name", "kind", "population", "department_code", "region_code", "communes", "main_insee",
        ],
        (
            (
                r["siren"],
                r["nom"],
                "",
                r["type"],
                _int(r["population_municipale"]),
                r["departement"],
                r["region"],
                _int(r["nb_communes"]),
                r["commune_principale_insee"] or None,
            )
            for r in _rows("epci.csv")
        ),
    )  # fmt: skip
    yield (
        "commune",
        [
            "insee", "name", "search_name", "department_code", "region_code", "siren", "population", "epci_siren",
            "postal_code", "latitude", "longitude",
        ],
        (
            (
                r["code_insee"], r["nom"], "", r["departement"], r["region"], r["siren"] or None,
                _int(r["population_municipale"]), r["epci_siren"] or None, r["code_postal"] or None,
                _float(r["lat"]), _float(r["lon"]),
            )
            for r in _rows("communes.csv")
        ),
    )  # fmt: skip
    yield (
        "former_commune",
        ["insee", "name", "search_name", "nature", "present_insee"],
        (
            (r["code_insee_ancien"], r["nom"], "", r["nature"], r["code_insee_actuel"])
            for r in _rows("former_communes.csv")
        ),
    )
    yield (
        "town_programme",
        ["code", "programme", "project"],
        ((r["code_insee"], r["programme"], r["projet"] or None) for r in _rows("programmes.csv")),
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(newline="") as file:
        yield from csv.DictReader(file)


def _int(text: str) -> int | None:
    return int(text) if text else None


def _float(text: str) -> float | None:
    return float(text) if text else None
