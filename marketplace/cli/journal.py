"""`marketplace audit`: the sealed journal."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from marketplace.cli.terminal import AsJson, DataDir, app, end, say

audit = typer.Typer(no_args_is_help=True, help="Le journal des actes : le vérifier, en publier la tête.")
app.add_typer(audit, name="audit")


@audit.command("verify")
def audit_verify(
    data_dir: DataDir = None,
    anchor: Annotated[
        list[Path] | None,
        typer.Option(
            "--anchor", help="Tête publiée (fichier JSON), en plus de celles du dossier de données."
        ),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Recalculer toute la chaîne du journal, et dire la première ligne fausse. Statut 1 s’il y en a une."""
    from time import perf_counter

    from marketplace.actor import SYSTEM
    from marketplace.audit import heads, verifying
    from marketplace.launch.instance import instance, worker_database

    async def run(settings: Any) -> verifying.Report:
        known = [*heads.published(settings.audit_heads_dir), *(heads.read(path) for path in anchor or ())]
        async with worker_database(settings) as database, database.reading(SYSTEM) as reads:
            return await verifying.verify(reads, known)

    with instance(data_dir, say=say) as settings:
        started = perf_counter()
        report = asyncio.run(run(settings))
        seconds = round(perf_counter() - started, 2)
    if as_json:
        print(json.dumps(report.document() | {"seconds": seconds}, ensure_ascii=False))
    elif report.fault:
        print(f"JOURNAL FAUX. {report.fault.sentence}.")
    else:
        print(f"Journal intact : {report.sealed} lignes scellées, {report.unsealed} en attente, "
              f"{report.heads_checked} têtes publiées, {seconds} s.")  # fmt: skip
    return 1 if report.fault else 0


@audit.command("head")
def audit_head(
    data_dir: DataDir = None,
    out: Annotated[Path | None, typer.Option("--out", help="Fichier à écrire.")] = None,
) -> int:
    """Donner la tête du journal, à publier hors de cette installation."""
    from marketplace.actor import SYSTEM
    from marketplace.audit import heads
    from marketplace.launch.instance import instance, worker_database

    async def run(settings: Any) -> heads.Head | None:
        async with worker_database(settings) as database, database.reading(SYSTEM) as reads:
            return await heads.head(reads)

    with instance(data_dir, say=say) as settings:
        found = asyncio.run(run(settings))
    if found is None:
        end(1, "Le journal n’a pas encore de sceau : le worker en pose un toutes les cinq secondes.")
    document = json.dumps(found.document())
    if out is None:
        print(document)
    else:
        out.write_text(document + "\n", encoding="utf-8")
        say(f"{out} est écrit.")
    return 0
