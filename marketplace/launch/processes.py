"""The web and worker processes of an instance, as children that stop with it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

from marketplace.embedded.processes import EngineError, last_lines, spawn, stop
from marketplace.launch.instance import environment
from marketplace.settings import Settings


@contextlib.contextmanager
def running(
    settings: Settings, *, say: Callable[[str], None] = lambda _: None
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Web and worker on `settings`, ready to answer. Both end with the block, or with this process however it ends."""
    logs = settings.instance.data_dir.absolute() / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    given = environment(settings) | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    children: list[subprocess.Popen[bytes]] = []
    with contextlib.ExitStack() as stack:
        for name in ("worker", "serve"):
            say("Le worker démarre" if name == "worker" else "Le site démarre")
            child = spawn(
                [sys.executable, "-m", "marketplace", name], log=logs / f"{name}.log", environment=given
            )
            stack.callback(stop, child, signal.SIGTERM)
            children.append(child)
        _wait(settings, children, logs)
        yield children


def _wait(
    settings: Settings, children: list[subprocess.Popen[bytes]], logs: Path, patience: float = 90
) -> None:
    deadline = time.monotonic() + patience
    address = f"http://127.0.0.1:{settings.web.port}/readyz"
    while time.monotonic() < deadline:
        for child, name in zip(children, ("worker", "serve"), strict=True):
            if child.poll() is not None:
                raise EngineError(
                    f"Le processus « {name} » s’est arrêté. Fin de son journal :\n{last_lines(logs / f'{name}.log')}"
                )
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(address, timeout=2).status_code == 200:
                return
        time.sleep(0.05)
    raise EngineError(f"Le site ne répond pas après {patience:.0f} s. Voyez {logs}.")
