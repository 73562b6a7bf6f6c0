"""Commands of whoever operates an instance: what is wrong, what is true, backup and restore."""

import asyncio
import json
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from marketplace.cli.terminal import AsJson, DataDir, app, bars, print_, say, told


@app.command()
def doctor(data_dir: DataDir = None, as_json: AsJson = False) -> int:
    """Dire ce qui ne va pas, et comment le réparer."""
    from marketplace.launch.doctor import examine

    findings = asyncio.run(examine(data_dir))
    if as_json:
        print(
            json.dumps(
                {"ok": all(f.ok for f in findings), "checks": [f.document() for f in findings]},
                ensure_ascii=False,
            )
        )
    else:
        for finding in findings:
            print(f"{'bon ' if finding.ok else 'MAL '} {finding.name} : {finding.sentence}")
    return 0 if all(f.ok for f in findings) else 1


@app.command()
def invariants(data_dir: DataDir = None, as_json: AsJson = False) -> int:
    """Vérifier ce qui doit toujours être vrai des données, des fichiers et des rôles."""
    from marketplace.launch.instance import instance
    from marketplace.operation.invariants import examine

    with instance(data_dir, say=say, migrate=False) as settings, bars() as advance:
        findings = asyncio.run(examine(settings, advance=advance))
    return told(findings, as_json)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Archive à écrire (.tar), lisible par vous seul.")],
    data_dir: DataDir = None,
    force: Annotated[bool, typer.Option("--force", help="Remplacer l’archive si elle existe.")] = False,
    as_json: AsJson = False,
) -> int:
    """Sauvegarder la base et les fichiers dans une archive, site en marche."""
    from marketplace.launch.instance import instance
    from marketplace.operation.backup import back_up

    with instance(data_dir, say=say, migrate=False) as settings, bars() as advance:
        made = asyncio.run(back_up(settings, file, force=force, advance=advance))
    for file_id, why in made.left_aside.items():
        say(f"{file_id} : {why}. L’archive est écrite sans lui.")
    count = sum(content.rows for content in made.tables.values())
    document = {
        "ok": not made.left_aside, "file": str(file), "bytes": file.stat().st_size, "tables": len(made.tables), "rows": count,
        "files": len(made.files), "left_aside": made.left_aside, "keys_left_out": made.keys_left_out,
    }  # fmt: skip
    print_(
        document, as_json,
        f"{file} : {count} lignes de {len(made.tables)} tables, {len(made.files)} fichiers, {file.stat().st_size / 1e6:.1f} Mo.\n"
        f"N’y sont pas, à garder ailleurs : {', '.join(made.keys_left_out)} et les mots de passe des adresses.",
    )  # fmt: skip
    return 1 if made.left_aside else 0


@app.command()
def restore(
    file: Annotated[
        Path, typer.Argument(help="Archive faite par « marketplace backup ».", exists=True, dir_okay=False)
    ],
    data_dir: DataDir = None,
    force: Annotated[bool, typer.Option("--force", help="Remplacer ce que contient l’instance.")] = False,
    name: Annotated[
        str | None,
        typer.Option("--instance", help="Avec --force : nom de l’instance à remplacer ; demandé sinon."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Restaurer une archive dans une instance vide, puis vérifier les invariants."""
    from marketplace.launch.instance import instance
    from marketplace.operation.restore import restore as run

    def confirm(expected: str) -> bool:
        typed = name or typer.prompt(
            f"Tout le contenu de « {expected} » sera remplacé. Tapez son nom", err=True
        )
        return str(typed).strip() == expected

    with instance(data_dir, say=say, migrate=False) as settings:
        # a question and moving bars do not share a terminal
        progress = nullcontext(lambda *_: None) if force and name is None else bars()
        with progress as advance:
            done = asyncio.run(run(settings, file, force=force, confirm=confirm, advance=advance))
    sound = all(finding.ok for finding in done.invariants)
    if as_json:
        print_(done.document(), True, "")
        return 0 if sound else 1
    print("\n".join(done.sentences()))
    told(done.invariants, as_json=False)
    return 0 if sound else 1
