"""Commands that run an instance, or bring it up to date."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from marketplace.cli.terminal import AsJson, DataDir, app, end, print_, say


@app.command()
def demo(
    data_dir: DataDir = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port d’écoute.")] = 8000,
    reset: Annotated[
        bool, typer.Option("--reset", help="Repartir de zéro : supprime les données de la démonstration.")
    ] = False,
) -> None:
    """Tout lancer avec des données de démonstration ; Ctrl-C arrête tout."""
    from marketplace.launch.demo import demo as run_demo

    run_demo(data_dir=data_dir, port=port, reset=reset)


@app.command()
def serve(
    data_dir: DataDir = None, port: Annotated[int | None, typer.Option(help="Port d’écoute.")] = None
) -> None:
    """Servir le site et l’interface de programmation."""
    from marketplace.launch.instance import instance
    from marketplace.launch.serving import serve_here

    overrides = {"WEB_PORT": str(port)} if port else {}
    with instance(data_dir, say=say, overrides=overrides) as settings:
        serve_here(settings)


@app.command()
def worker(data_dir: DataDir = None) -> None:
    """Faire tourner le worker : échéances, documents, index, courriels."""
    from marketplace.launch.instance import instance
    from workers.main import work

    with instance(data_dir, say=say) as settings:
        asyncio.run(work(settings))


@app.command()
def migrate(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Mettre la base à jour."""
    from marketplace.launch.instance import bring_up_to_date, instance

    with instance(data_dir, say=say, migrate=False) as settings:
        done = asyncio.run(bring_up_to_date(settings, say=say))
    print_(
        {"applied": done},
        as_json,
        f"Migrations appliquées : {len(done)}." if done else "La base est à jour.",
    )


@app.command()
def scenario(
    towns: Annotated[
        int, typer.Option(min=1, max=280, help="Nombre de villes (réelles, d’un même département).")
    ] = 30,
    solutions: Annotated[
        Path | None, typer.Option(help="Fiches réelles à charger dans la recherche (JSON, CSV ou XLSX).")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Jouer tout l’achat groupé, par l’interface de programmation, sur une instance neuve."""
    from marketplace.scenario import run
    from marketplace.scenario.client import StepFailed
    from marketplace.scenario.table import table

    try:
        found = run(towns=towns, solutions=solutions, say=say)
    except StepFailed as failure:
        end(1, str(failure))
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        table(found)
    return 0 if found["ok"] else 1
