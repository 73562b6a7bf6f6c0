"""`marketplace load`: data from files."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from marketplace.cli.terminal import AsJson, DataDir, app, bar, bars, report, say

load = typer.Typer(
    no_args_is_help=True, help="Charger des données : lignes refusées listées avec leur raison."
)
app.add_typer(load, name="load")


@load.command("solutions")
def load_solutions(file: Path, data_dir: DataDir = None, as_json: AsJson = False) -> int:
    """Charger des fiches solutions (JSON, CSV ou XLSX). Recharger le même fichier ne change rien."""
    from datetime import UTC, datetime

    from catalog.opendata import importing
    from marketplace.launch.instance import instance, worker_database
    from marketplace.tabular import read_rows

    rows = list(read_rows(file))

    async def run(settings: Any) -> importing.Report:
        async with worker_database(settings) as database:
            with bar("Fiches", len(rows)) as advance:
                return await importing.load(database, rows, now=datetime.now(UTC), advance=advance)

    with instance(data_dir, say=say) as settings:
        loaded = asyncio.run(run(settings))
    report(loaded.document(), as_json)
    return 0


@load.command("towns")
def load_towns(
    file: Annotated[Path | None, typer.Argument(help="Communes ; sans fichier, les données livrées.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> int:
    """Charger les territoires : toutes les communes et EPCI livrés, ou les communes d’un fichier."""
    from marketplace.launch.instance import instance, worker_database
    from marketplace.settings import needed
    from marketplace.tabular import read_rows
    from marketplace.territories import loading, town_files

    rows = list(read_rows(file)) if file else None

    async def run(settings: Any) -> dict[str, Any]:
        if rows is None:
            url = needed(settings.database.worker_url, "DATABASE_WORKER_URL")
            with bars() as advance:
                counts = await loading.load(url, advance=advance)
            return {
                "created": sum(counts.values()),
                "updated": 0,
                "unchanged": 0,
                "rejected": [],
                "total": sum(counts.values()),
            }
        async with worker_database(settings) as database:
            return await town_files.load_communes(database, rows)

    with instance(data_dir, say=say) as settings:
        document = asyncio.run(run(settings))
    report(document, as_json)
    return 0


@load.command("contracts")
def load_contracts(file: Path, data_dir: DataDir = None, as_json: AsJson = False) -> int:
    """Charger des marchés publics (DECP 2.0.3, JSON). Recharger le même fichier ne change rien ; les références qu’ils prouvent sont liées."""
    from catalog.evidence import contracts, decp
    from marketplace.launch.instance import instance, worker_database

    rows = decp.read_file(file)

    async def run(settings: Any) -> contracts.Report:
        async with worker_database(settings) as database:
            with bar("Marchés", len(rows)) as advance:
                return await contracts.load(database, rows, advance=advance)

    with instance(data_dir, say=say) as settings:
        loaded = asyncio.run(run(settings))
    report(loaded.document(), as_json)
    return 0
