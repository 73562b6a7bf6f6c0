"""`marketplace evaluate`: how good the search is, on queries that a person judged."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from marketplace.cli.terminal import AsJson, DataDir, app, bar, print_, say


class Engine(StrEnum):
    POSTGRES = "postgres"
    MEILISEARCH = "meilisearch"


@app.command()
def evaluate(
    queries: Annotated[Path, typer.Argument(help="Requêtes jugées, en JSON.")],
    solutions: Annotated[
        Path | None,
        typer.Option(
            help="Fiches d’une instance temporaire ; sans fichier, l’annuaire de l’instance en place."
        ),
    ] = None,
    engine: Annotated[Engine, typer.Option(help="Moteur à mesurer.")] = Engine.POSTGRES,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> int:
    """Mesurer la recherche sur des requêtes jugées : nDCG@10, rappel@10 (note ≥ 2) et MRR, par type de requête."""
    from marketplace.launch.instance import instance, temporary
    from marketplace.tabular import read_rows
    from search.evaluation import judged

    asked = judged.read_file(queries)
    rows = list(read_rows(solutions)) if solutions else None
    with instance(data_dir, say=say) if rows is None else temporary(say=say) as settings:
        found = asyncio.run(_measured(settings, engine, asked, rows))
    if found.unjudged:
        say(f"Requêtes sans fiche jugée, laissées de côté : {found.unjudged}.")
    document = found.document()
    print_(document, as_json, _table(document))
    return 0


async def _measured(settings: Any, engine: Engine, asked: Any, rows: Any) -> Any:
    """The evaluation on the instance of `settings`, filled with `rows` first when there are any."""
    from datetime import UTC, datetime

    from catalog.opendata import importing
    from marketplace.actor import SYSTEM
    from marketplace.launch.instance import worker_database
    from search.evaluation.measuring import evaluate
    from search.index.refreshing import reindex

    async with (
        _asked(settings, engine, apart=rows is not None) as asks,
        worker_database(settings) as database,
    ):
        if rows is not None:
            with bar("Fiches", len(rows)) as advance:
                loaded = await importing.load(database, rows, now=datetime.now(UTC), advance=advance)
            if loaded.rejected:
                say(
                    f"Fiches refusées : {len(loaded.rejected)} ; « marketplace load solutions » dit pourquoi."
                )
            async with database.transaction(SYSTEM) as session:
                await reindex(session, asks)
        with bar("Requêtes", len(asked)) as advance:
            return await evaluate(database, asks, asked, advance=advance)


@asynccontextmanager
async def _asked(settings: Any, engine: Engine, *, apart: bool) -> AsyncIterator[Any]:
    """The engine to measure. `apart`: its index is a temporary instance's, deleted at the end."""
    from marketplace.errors import Invalid, wrong
    from search.engines.meilisearch import MeilisearchEngine
    from search.engines.postgres import PostgresEngine

    if engine is Engine.POSTGRES:
        yield PostgresEngine()
        return
    given = settings.meilisearch
    if given.url is None:
        raise Invalid([wrong("--engine", "Aucun serveur Meilisearch n’est configuré.", code="no_server")])
    server = MeilisearchEngine(
        given.url, given.key.get_secret_value() if given.key else None, search_seconds=10, write_seconds=given.write_seconds,
        prefix=given.index,
    )  # fmt: skip
    try:
        yield server
    finally:
        if apart:
            await server.drop()
        await server.close()


def _table(document: dict[str, Any]) -> str:
    """The figures as lines, one a type."""
    lines = [f"{'':12} {'requêtes':>8} {'nDCG@10':>8} {'rappel@10':>9} {'MRR':>8}   ({document['engine']})"]
    for name, row in [*document["by_type"].items(), ("toutes", document)]:
        figures = [row["ndcg_at_10"], row["recall_at_10"], row["mrr"]]
        said = ["–" if figure is None else f"{figure:.4f}".replace(".", ",") for figure in figures]
        lines.append(f"{name:12} {row['queries']:>8} {said[0]:>8} {said[1]:>9} {said[2]:>8}")
    return "\n".join(lines)
