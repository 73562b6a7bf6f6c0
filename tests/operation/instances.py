"""Real processes on data directories of their own: started as an operator starts them, watched through /proc."""

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from marketplace.settings import variables

COMMAND = [sys.executable, "-m", "marketplace"]
ROOT = Path(__file__).parents[2]


def clean_environment(**more: str) -> dict[str, str]:
    """Ours, without any variable of the product; output as a pipe reads it."""
    kept = {name: value for name, value in os.environ.items() if name not in variables()}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "COLUMNS": "200"} | more


def as_a_normal_user() -> list[str]:
    """The words that make a command run without root's powers, on files that stay readable to it."""
    if os.geteuid() != 0:
        return []
    return [shutil.which("unshare") or "unshare", "-U", "--map-user=1000", "--map-group=1000"]


def processes_of(data_dir: Path) -> dict[int, str]:
    """The live processes whose command line or environment names this data directory."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            words, variables_ = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
        except OSError:
            continue
        if words and str(data_dir).encode() in words + variables_:
            found[int(folder.name)] = words.replace(b"\0", b" ").decode(errors="replace")
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass
class Started:
    """A command at work, and what it has said so far."""

    process: subprocess.Popen[str]
    said: str = field(default="")

    def until(self, words: str, patience: float = 60) -> str:
        """What it says up to `words`; fails with what it said instead."""
        deadline = time.monotonic() + patience
        assert self.process.stdout
        while words not in self.said:
            assert time.monotonic() < deadline, f"« {words} » was not said in {patience} s: {self.said}"
            if select.select([self.process.stdout], [], [], 0.2)[0]:
                part = os.read(self.process.stdout.fileno(), 65536).decode()
                assert part, f"it ended ({self.process.wait()}) without « {words} »: {self.said}"
                self.said += part
        return self.said

    def end(self, number: signal.Signals, patience: float = 30) -> int:
        """Signal it, and return its exit status."""
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=patience)
        self.said += rest
        return self.process.returncode


def start(*arguments: str, prefix: list[str] | None = None, **environment: str) -> Started:
    process = subprocess.Popen(
        [*(prefix or []), *COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        text=True, env=clean_environment(**environment), cwd="/",
    )  # fmt: skip
    return Started(process)


def run(
    *arguments: str, prefix: list[str] | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*(prefix or []), *COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=100, cwd="/",
        env=clean_environment(**environment),
    )  # fmt: skip
