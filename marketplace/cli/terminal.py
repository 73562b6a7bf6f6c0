"""What every command shares: the application, its usual options, and how a command speaks.

Standard output holds the answer alone; everything else goes to standard error.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
                  help="Lot Commun : les villes décrivent leur besoin, trouvent des solutions et achètent ensemble.")  # fmt: skip

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Dossier de données (par défaut : MARKETPLACE_DATA_DIR, ou ./data)."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Imprimer un seul document JSON.")]


def told(findings: Sequence[Any], as_json: bool) -> int:
    """Print what was looked at, as `doctor` and `invariants` do. Returns the exit status."""
    sound = all(finding.ok for finding in findings)
    if as_json:
        print_({"ok": sound, "checks": [finding.document() for finding in findings]}, True, "")
        return 0 if sound else 1
    for finding in findings:
        print(f"{'bon ' if finding.ok else 'MAL '} {finding.sentence}")
        for fault in finding.document()["broken"]:
            print(f"       {fault}")
        if len(finding.faults) > len(finding.document()["broken"]):
            print(f"       … {len(finding.faults)} en tout")
    return 0 if sound else 1


@contextmanager
def bars() -> Iterator[Callable[[str, int, int], None]]:
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
def bar(name: str, total: int) -> Iterator[Callable[[int], None]]:
    with bars() as advance:
        advance(name, 0, total)
        yield lambda done: advance(name, done, total)
        advance(name, total, total)


def report(document: dict[str, Any], as_json: bool) -> None:
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


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def print_(document: Any, as_json: bool, sentence: str) -> None:
    print(json.dumps(document, ensure_ascii=False) if as_json else sentence)


def end(status: int, sentence: str) -> NoReturn:
    print(" ".join(str(sentence).split()), file=sys.stderr)
    sys.exit(status)
