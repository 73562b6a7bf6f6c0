"""A Meilisearch that is already installed on this machine, run as a child on loopback, with a key of this run only.

Its folder is a projection: one that this program cannot open, left by another version, is made again.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from marketplace.embedded.processes import EngineError, last_lines, not_started, spawn, stop

PATIENCE = 30.0
NAME = "Meilisearch"


@dataclass(frozen=True, slots=True)
class Server:
    """One that answers."""

    process: subprocess.Popen[bytes]
    url: str
    key: str = field(repr=False)

    def stop(self) -> None:
        stop(self.process, signal.SIGTERM)


def program(given: Path | None) -> Path | None:
    """The executable: `given` (MEILISEARCH_BIN), else the one on the PATH, else None. Raises `EngineError` for a `given` that cannot run."""
    if given is not None:
        if not (given.is_file() and os.access(given, os.X_OK)):
            raise EngineError(f"MEILISEARCH_BIN ne nomme pas un programme : {given}")
        return given.absolute()
    found = shutil.which("meilisearch")
    return Path(found) if found else None


def start(executable: Path, folder: Path, log: Path, *, patience: float = PATIENCE) -> Server:
    """Start it and wait until it answers. Raises `EngineError` with the end of its log."""
    known = folder.exists()
    try:
        return _started(executable, folder, log, patience)
    except EngineError:
        if not known:
            raise
        shutil.rmtree(folder, ignore_errors=True)
        return _started(executable, folder, log, patience)


def _started(executable: Path, folder: Path, log: Path, patience: float) -> Server:
    folder.mkdir(parents=True, exist_ok=True)
    key, address = secrets.token_urlsafe(32), f"127.0.0.1:{_free_port()}"
    said_before = log.stat().st_size if log.exists() else 0
    command: list[str | Path] = [
        executable, "--http-addr", address, "--db-path", folder / "data.ms", "--dump-dir", folder / "dumps",
        "--snapshot-dir", folder / "snapshots", "--env", "production", "--no-analytics",
    ]  # fmt: skip
    try:
        # the key by the environment: a command line is read by every account of the machine
        process = spawn(command, log=log, environment={"MEILI_MASTER_KEY": key})
    except OSError as error:
        raise EngineError(f"{NAME} ne se lance pas : {error}") from None
    server, deadline = Server(process, f"http://{address}", key), time.monotonic() + patience
    while not _answers(server.url):
        if process.poll() is not None:
            raise not_started(NAME, log, said_before)
        if time.monotonic() > deadline:
            server.stop()
            raise EngineError(
                f"{NAME} ne répond pas après {patience:.0f} s. Fin de {log} :\n{last_lines(log)}"
            )
        time.sleep(0.05)
    return server


def _answers(url: str) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{url}/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
