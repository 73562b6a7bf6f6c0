"""`marketplace demo`: everything embedded, demo data, web and worker, one Ctrl-C to stop all."""

import asyncio
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from marketplace.demo import clock, people
from marketplace.embedded.engines import erase
from marketplace.embedded.meilisearch import Server
from marketplace.embedded.processes import EngineError, last_lines
from marketplace.launch import demo_directory, demo_evidence, demo_pools, demo_towns, processes, seeding
from marketplace.launch.instance import instance, refuse_given_database
from marketplace.launch.search_server import WITHOUT, with_search_server
from marketplace.launch.serving import refuse_taken_port
from marketplace.settings import Settings, needed

STEPS = {
    "region": "Régions",
    "department": "Départements",
    "epci": "Intercommunalités",
    "commune": "Communes",
    "former_commune": "Anciennes communes",
    "town_programme": "Programmes nationaux",
    "people": "Comptes de démonstration",
    "solutions": "Catalogue fictif",
}


def demo(*, data_dir: Path | None, port: int, reset: bool) -> None:
    """Run until Ctrl-C or SIGTERM. Raises `EngineError` or `Invalid` with what to do."""
    console = Console(stderr=True, highlight=False)
    started = time.monotonic()
    refuse_given_database()
    refuse_taken_port("127.0.0.1", port)
    overrides = {"MARKETPLACE_DEMO": "1", "WEB_PORT": str(port), "WEB_BASE_URL": f"http://localhost:{port}"}
    stopping = _stop_on_signals()
    with ExitStack() as stack:
        if reset:
            erase(
                Settings.read({"MARKETPLACE_DATA_DIR": str(data_dir)} if data_dir else {}).instance.data_dir
            )
        settings = stack.enter_context(instance(data_dir, say=console.print, alone=True, overrides=overrides))
        _seed(settings, console)
        asyncio.run(clock.allow(needed(settings.database.owner_url, "DATABASE_OWNER_URL"), "lotcommun_app"))
        settings, server = with_search_server(settings, stack, say=console.print)
        children = stack.enter_context(processes.running(settings, say=console.print))
        _welcome(port, time.monotonic() - started)
        _wait(children, stopping, settings, _watching(server, console))
        console.print("Arrêt…")
    console.print("Tout est arrêté.")


def _seed(settings: Settings, console: Console) -> None:
    columns = (TextColumn("{task.description:<28}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=False) as progress:
        tasks: dict[str, int] = {}

        def advance(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(STEPS[step], total=total)
            progress.update(tasks[step], completed=done)  # type: ignore[arg-type]

        asyncio.run(seeding.seed(settings, advance=advance))
        asyncio.run(demo_pools.open_demo_pools(settings))
        asyncio.run(demo_directory.fill_demo_directory(settings))
        asyncio.run(demo_towns.fill_demo_towns(settings))
        asyncio.run(demo_evidence.fill_demo_evidence(settings))


def _welcome(port: int, seconds: float) -> None:
    out = Console(highlight=False)
    out.print(f"\nLot Commun répond à [bold]http://localhost:{port}[/] (prêt en {seconds:.1f} s)\n")
    out.print(f"Comptes de démonstration, mot de passe « {people.PASSWORD} » :")
    for person in people.PEOPLE:
        out.print(f"  {person.email:<26} {person.what}")
    out.print("\nCtrl-C arrête tout ; les données restent pour la prochaine fois.\n")


def _stop_on_signals() -> threading.Event:
    stopping = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask)
    return stopping


def _watching(server: Server | None, console: Console) -> Callable[[], None]:
    """Says, once, that the search server has ended: the demonstration goes on without it."""
    told = server is None

    def look() -> None:
        nonlocal told
        if server is not None and not told and server.process.poll() is not None:
            told = True
            console.print(f"Meilisearch s’est arrêté. {WITHOUT}")

    return look


def _wait(
    children: list[subprocess.Popen[bytes]],
    stopping: threading.Event,
    settings: Settings,
    look: Callable[[], None],
) -> None:
    logs = settings.instance.data_dir / "logs"
    while not stopping.wait(0.5):
        look()
        for child, name in zip(children, ("worker", "serve"), strict=True):
            if child.poll() is not None:
                raise EngineError(
                    f"Le processus « {name} » s’est arrêté. Fin de son journal :\n{last_lines(logs / f'{name}.log')}"
                )
