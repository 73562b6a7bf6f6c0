"""`marketplace reindex`: the search indexes made again, compared with the directory, or mended."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

import typer

from marketplace.cli.terminal import AsJson, DataDir, app, print_, say


@app.command()
def reindex(
    engine: Annotated[
        str | None, typer.Option(help="Un seul moteur : postgres ou meilisearch. Tous par défaut.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Comparer les index à l’annuaire, sans rien changer.")
    ] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="Comparer, puis réparer les seules fiches qui diffèrent.")
    ] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> int:
    """Reconstruire les index de recherche à partir de l’annuaire, les comparer à lui, ou les réparer."""
    from marketplace.launch.instance import instance

    with instance(data_dir, say=say) as settings:
        if check or repair:
            found = asyncio.run(_compared(settings, engine, repair=repair))
            document = {"sound": all(one.sound for one in found), "engines": [asdict(one) for one in found]}
            print_(document, as_json, "\n".join(_line(one) for one in found))
            return 0 if document["sound"] or repair else 1
        counts = asyncio.run(_rebuilt(settings, engine))
    print_(
        {"indexed": max(counts.values()), "engines": counts},
        as_json,
        "\n".join(f"Fiches indexées : {count} ({name})." for name, count in counts.items()),
    )
    return 0


async def _rebuilt(settings: Any, only: str | None) -> dict[str, int]:
    from marketplace.actor import SYSTEM
    from search.index.refreshing import reindex as rebuild

    counts = {}
    async with _opened(settings, only) as (database, engines):
        for engine in engines:
            async with database.transaction(SYSTEM) as session:
                counts[engine.name] = await rebuild(session, engine)
    return counts


async def _compared(settings: Any, only: str | None, *, repair: bool) -> list[Any]:
    from search.index.reconciling import compare, reconcile

    async with _opened(settings, only) as (database, engines):
        if repair:
            return [await reconcile(database, engine) for engine in engines]
        return [(await compare(database, engine))[0] for engine in engines]


def _opened(settings: Any, only: str | None) -> Any:
    """The database, and the engines asked for."""
    from contextlib import asynccontextmanager

    from marketplace.launch.instance import worker_database
    from search.index.engines import Engines

    @asynccontextmanager
    async def opened() -> Any:
        engines = Engines.of(settings)
        try:
            asked = (engines.named(only),) if only else engines.written
            async with worker_database(settings) as database:
                yield database, asked
        finally:
            await engines.close()

    return opened()


def _line(found: Any) -> str:
    if found.not_built:
        return f"{found.engine} : pas d’index de cette version."
    return (
        f"{found.engine} : {found.held} fiches ; manquantes {found.missing}, différentes {found.stale}, "
        f"en trop {found.ghosts}."
    )
