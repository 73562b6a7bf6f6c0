"""Children that cannot outlive their parent, and an unprivileged identity for PostgreSQL when we are root."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PR_SET_PDEATHSIG = 1


DISK_FULL = (
    "Le disque est plein, ou la taille des fichiers y est limitée : un moteur n’a pas pu écrire. "
    "Libérez de la place, puis recommencez ; les données sont intactes."
)


class EngineError(Exception):
    """An engine cannot start or stop. The sentence says what is wrong and how to mend it."""


@dataclass(frozen=True, slots=True)
class Identity:
    """How PostgreSQL, which refuses root, is started: through a user namespace, as another account, or as we are."""

    prefix: tuple[str, ...] = ()
    account: pwd.struct_passwd | None = None


@cache
def unprivileged() -> Identity:
    """The identity for PostgreSQL. A user namespace leaves every file root's; the account `nobody` is the fallback."""
    if os.geteuid() != 0:
        return Identity()
    unshare = shutil.which("unshare")
    if unshare:
        prefix = (unshare, "-U", "--map-user=1000", "--map-group=1000")
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            return Identity(prefix)
    return Identity(account=pwd.getpwnam("nobody"))


def reachable(path: Path, account: pwd.struct_passwd) -> None:
    """Raise `EngineError` unless `account` can traverse every folder above `path`."""
    for folder in path.resolve().parents:
        mode = folder.stat()
        if not (mode.st_mode & 0o001 or (mode.st_uid == account.pw_uid and mode.st_mode & 0o100)):
            raise EngineError(
                f"PostgreSQL refuse de tourner en root, et le compte « {account.pw_name} » ne peut pas traverser {folder}. "
                f"Lancez la commande avec un compte ordinaire, ou placez le dossier ailleurs."
            )


def _preparation(death_signal: signal.Signals, account: pwd.struct_passwd | None) -> Callable[[], None]:
    parent = os.getpid()
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def prepare() -> None:
        if account is not None:
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
        if libc is not None:  # after setuid, which would clear it
            libc.prctl(PR_SET_PDEATHSIG, death_signal)
            if os.getppid() != parent:
                os._exit(1)

    return prepare


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    death_signal: signal.Signals = signal.SIGTERM,
    account: pwd.struct_passwd | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in its own session (so that Ctrl-C reaches only us); it gets `death_signal` when we die.

    Call it from the main thread: the kernel sends the signal when the spawning thread ends.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={**os.environ, **(environment or {})},
            start_new_session=True,
            preexec_fn=_preparation(death_signal, account),  # noqa: PLW1509  before any thread exists
        )


def stop(process: subprocess.Popen[bytes], with_signal: signal.Signals, *, patience: float = 20) -> None:
    """Ask a child to end, wait, and kill it if it does not."""
    if process.poll() is not None:
        return
    process.send_signal(with_signal)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def disk_full(said: str) -> bool:
    """Whether an engine's complaint is that it could not write."""
    return any(words in said for words in ("No space left", "File too large", "quota exceeded"))


def not_started(name: str, log: Path, since: int) -> EngineError:
    """Why an engine stopped at once, from what its log says after the byte `since`."""
    if disk_full(log.read_bytes()[since:].decode(errors="replace")):
        return EngineError(DISK_FULL)
    return EngineError(f"{name} s’est arrêté au démarrage. Fin de {log} :\n{last_lines(log)}")


def last_lines(log: Path, count: int = 6) -> str:
    """The end of a log, for an error message."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
