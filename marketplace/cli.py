"""The command `marketplace`. Each command parses, calls one function, and prints; `--json` prints one document.

Exit status: 0 on success, 2 for bad input (one line on standard error), 1 otherwise.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from marketplace.embedded.processes import EngineError
from marketplace.errors import DomainError, Invalid

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
                  help="Lot Commun : les villes décrivent leur besoin, trouvent des solutions et achètent ensemble.")  # fmt: skip

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Dossier de données (par défaut : MARKETPLACE_DATA_DIR, ou ./data)."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Imprimer un seul document JSON.")]


def main() -> NoReturn:
    """The entry point: turns every outcome into its exit status and its one line."""
    try:
        status = app(standalone_mode=False, prog_name="marketplace")
    except typer.Abort:
        _end(1, "interrompu")
    except typer.TyperException as error:
        said = error.format_message()
        if said.startswith("Usage:"):  # no command was given: the help, as it is laid out
            _say(said)
            sys.exit(2)
        _end(2, said)
    except (Invalid, EngineError) as error:
        _end(2 if isinstance(error, Invalid) else 1, str(error))
    except DomainError as error:
        _end(1, str(error))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        _end(1, f"{error.strerror or error}{f' : {error.filename}' if error.filename else ''}")
    except Exception as error:
        from marketplace.db import as_unavailable

        known = as_unavailable(error)
        if known is None:
            raise
        _end(1, f"{known} ({str(getattr(error, 'orig', error)).splitlines()[0]})")
    sys.exit(status if isinstance(status, int) else 0)


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
    with instance(data_dir, say=_say, overrides=overrides) as settings:
        serve_here(settings)


@app.command()
def worker(data_dir: DataDir = None) -> None:
    """Faire tourner le worker : échéances, documents, index, courriels."""
    from marketplace.launch.instance import instance
    from workers.main import work

    with instance(data_dir, say=_say) as settings:
        asyncio.run(work(settings))


@app.command()
def migrate(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Mettre la base à jour."""
    from marketplace.launch.instance import bring_up_to_date, instance

    with instance(data_dir, say=_say, migrate=False) as settings:
        done = asyncio.run(bring_up_to_date(settings, say=_say))
    _print(
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
        found = run(towns=towns, solutions=solutions, say=_say)
    except StepFailed as failure:
        _end(1, str(failure))
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        table(found)
    return 0 if found["ok"] else 1


load = typer.Typer(
    no_args_is_help=True, help="Charger des données : lignes refusées listées avec leur raison."
)
app.add_typer(load, name="load")


@load.command("solutions")
def load_solutions(file: Path, data_dir: DataDir = None, as_json: AsJson = False) -> int:
    """Charger des fiches solutions (JSON, CSV ou XLSX). Recharger le même fichier ne change rien."""
    from datetime import UTC, datetime

    from catalog.solutions import importing
    from marketplace.launch.instance import instance, worker_database
    from marketplace.tabular import read_rows

    rows = list(read_rows(file))

    async def run(settings: Any) -> importing.Report:
        async with worker_database(settings) as database:
            with _bar("Fiches", len(rows)) as advance:
                return await importing.load(database, rows, now=datetime.now(UTC), advance=advance)

    with instance(data_dir, say=_say) as settings:
        report = asyncio.run(run(settings))
    _report(report.document(), as_json)
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
            with _bars() as advance:
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

    with instance(data_dir, say=_say) as settings:
        document = asyncio.run(run(settings))
    _report(document, as_json)
    return 0


@app.command()
def reindex(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Reconstruire l’index de recherche à partir de l’annuaire."""
    from marketplace.actor import SYSTEM
    from marketplace.launch.instance import instance, worker_database
    from search.engines.postgres import PostgresEngine
    from search.refresh import reindex as rebuild

    async def run(settings: Any) -> int:
        async with worker_database(settings) as database, database.transaction(SYSTEM) as session:
            return await rebuild(session, PostgresEngine())

    with instance(data_dir, say=_say) as settings:
        count = asyncio.run(run(settings))
    _print({"indexed": count}, as_json, f"Fiches indexées : {count}.")


@app.command()
def simulate(file: str) -> None:
    """Consolider un achat groupé sans base de données : un fichier JSON en entrée, un document JSON en sortie."""
    from procurement.allocation import consolidate, document_bytes, read_file

    sys.stdout.buffer.write(document_bytes(consolidate(read_file(file))))
    sys.stdout.buffer.flush()


@app.command()
def compass(
    nature: Annotated[str, typer.Option(help="supplies, services ou works.")],
    amount_ht: Annotated[str, typer.Option("--amount-ht", help="Valeur totale du besoin, en euros HT.")],
    buyer: Annotated[
        str, typer.Option(help="Acheteur : local (collectivités et leurs établissements).")
    ] = "local",
    innovative: Annotated[
        bool, typer.Option("--innovative", help="La solution est innovante (L2172-3).")
    ] = False,
    date: Annotated[
        str | None, typer.Option(help="Jour d’engagement de la consultation (AAAA-MM-JJ).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Dire quelle procédure impose un montant, avec les règles datées."""
    from procurement.compass.asking import ask

    decision, sentence = ask(
        nature=nature, amount_ht=amount_ht, buyer=buyer, innovative=innovative, date=date
    )
    _print(decision.document(), as_json, sentence)


@app.command()
def document(
    kind: str,
    data: Annotated[Path, typer.Option("--data", help="Valeurs du modèle, en JSON.")],
    out: Annotated[Path, typer.Option("--out", help="Fichier à écrire (.pdf).")],
) -> None:
    """Remplir un modèle de convention."""
    from procurement.conventions.drafting import write_document

    write_document(kind, data, out)
    _say(f"{out} est écrit.")


@app.command("create-admin")
def create_admin(
    email: str,
    organisation: Annotated[
        str | None, typer.Option(help="Nom de l’équipe de suivi, créée si elle n’existe pas.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Créer un administrateur de l’équipe de suivi, et son mot de passe, affiché une fois. Un compte connu garde le sien."""
    from marketplace.accounts.first_admin import ORGANISATION, make_first_admin
    from marketplace.launch.instance import instance, worker_database

    async def run(settings: Any) -> str | None:
        async with worker_database(settings) as database:
            return await make_first_admin(
                database, email, ORGANISATION if organisation is None else organisation
            )

    with instance(data_dir, say=_say) as settings:
        password = asyncio.run(run(settings))
    if password is None:
        _say("Ce compte administre maintenant l’équipe ; son mot de passe n’a pas changé.")
        return
    print(password)
    _say("Ce mot de passe n’est montré qu’une fois : changez-le après la première connexion.")


@app.command("forget-factors")
def forget_factors(email: str, data_dir: DataDir = None) -> None:
    """Oublier les codes et les clés d’accès d’une personne qui les a perdus ; assurez-vous d’abord de qui demande."""
    from marketplace.actor import SYSTEM
    from marketplace.launch.instance import instance, worker_database
    from marketplace.sign_in import lost

    async def run(settings: Any) -> None:
        async with worker_database(settings) as database, database.transaction(SYSTEM) as session:
            await lost.forget_factors(session, email)

    with instance(data_dir, say=_say) as settings:
        asyncio.run(run(settings))
    _say("C’est fait : son mot de passe suffit, ses sessions sont fermées, un courriel le lui dit.")


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

    with instance(data_dir, say=_say, migrate=False) as settings, _bars() as advance:
        findings = asyncio.run(examine(settings, advance=advance))
    return _told(findings, as_json)


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

    with instance(data_dir, say=_say, migrate=False) as settings, _bars() as advance:
        made = asyncio.run(back_up(settings, file, force=force, advance=advance))
    for file_id, why in made.left_aside.items():
        _say(f"{file_id} : {why}. L’archive est écrite sans lui.")
    count = sum(content.rows for content in made.tables.values())
    document = {
        "ok": not made.left_aside, "file": str(file), "bytes": file.stat().st_size, "tables": len(made.tables), "rows": count,
        "files": len(made.files), "left_aside": made.left_aside, "keys_left_out": made.keys_left_out,
    }  # fmt: skip
    _print(
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

    with instance(data_dir, say=_say, migrate=False) as settings:
        if force and name is None:
            bars: Any = nullcontext(lambda *_: None)  # a question and moving bars do not share a terminal
        else:
            bars = _bars()
        with bars as advance:
            done = asyncio.run(run(settings, file, force=force, confirm=confirm, advance=advance))
    sound = all(finding.ok for finding in done.invariants)
    if as_json:
        _print(done.document(), True, "")
        return 0 if sound else 1
    print("\n".join(done.sentences()))
    _told(done.invariants, as_json=False)
    return 0 if sound else 1


def _told(findings: Sequence[Any], as_json: bool) -> int:
    """Print what was looked at, as `doctor` and `invariants` do. Returns the exit status."""
    sound = all(finding.ok for finding in findings)
    if as_json:
        _print({"ok": sound, "checks": [finding.document() for finding in findings]}, True, "")
        return 0 if sound else 1
    for finding in findings:
        print(f"{'bon ' if finding.ok else 'MAL '} {finding.sentence}")
        for fault in finding.document()["broken"]:
            print(f"       {fault}")
        if len(finding.faults) > len(finding.document()["broken"]):
            print(f"       … {len(finding.faults)} en tout")
    return 0 if sound else 1


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

    with instance(data_dir, say=_say) as settings:
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

    with instance(data_dir, say=_say) as settings:
        found = asyncio.run(run(settings))
    if found is None:
        _end(1, "Le journal n’a pas encore de sceau : le worker en pose un toutes les cinq secondes.")
    document = json.dumps(found.document())
    if out is None:
        print(document)
    else:
        out.write_text(document + "\n", encoding="utf-8")
        _say(f"{out} est écrit.")
    return 0


@contextmanager
def _bars() -> Iterator[Callable[[str, int, int], None]]:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as progress:
        tasks: dict[str, Any] = {}

        def advance(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=total)
            progress.update(tasks[step], completed=done)

        yield advance


@contextmanager
def _bar(name: str, total: int) -> Iterator[Callable[[int], None]]:
    with _bars() as advance:
        advance(name, 0, total)
        yield lambda done: advance(name, done, total)
        advance(name, total, total)


def _report(document: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(document, ensure_ascii=False))
        return
    print(f"créées : {document['created']}, modifiées : {document['updated']}, inchangées : {document['unchanged']}, "
          f"refusées : {len(document['rejected'])}.")  # fmt: skip
    for row in document["rejected"]:
        reasons = "; ".join(
            f"{r['path']}: {r['message']}" if r["path"] else r["message"] for r in row["reasons"]
        )
        print(f"  {row['where']} ({row['id'] or 'sans id'}) : {reasons}")


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _print(document: Any, as_json: bool, sentence: str) -> None:
    print(json.dumps(document, ensure_ascii=False) if as_json else sentence)


def _end(status: int, sentence: str) -> NoReturn:
    print(" ".join(str(sentence).split()), file=sys.stderr)
    sys.exit(status)
