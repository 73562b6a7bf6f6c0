"""One data directory, its engines and its secrets: attach to them if they run, start them if not."""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import signal
import stat
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from marketplace.embedded import postgres, valkey
from marketplace.embedded.processes import EngineError, stop

SOCKET_PATH_LIMIT = 90  # the kernel allows 107 bytes, and PostgreSQL adds « /.s.PGSQL.5432.lock »


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the engines of a data directory answer."""

    app: str
    worker: str
    owner: str
    superuser: str
    redis: str
    pid: int

    def environment(self) -> dict[str, str]:
        """The settings that stand for these engines."""
        return {
            "DATABASE_URL": self.app,
            "DATABASE_WORKER_URL": self.worker,
            "DATABASE_OWNER_URL": self.owner,
            "REDIS_URL": self.redis,
        }


@contextmanager
def engines(
    data_dir: Path, *, say: Callable[[str], None] = lambda _: None, alone: bool = False
) -> Iterator[Addresses]:
    """The engines of `data_dir`: those that run, or new ones that stop at the end.

    `alone` refuses to attach (a second `marketplace demo` on the same data). Raises `EngineError` with what to do.
    """
    data_dir = data_dir.absolute()
    _claim_folder(data_dir)
    with ExitStack() as stack:
        lock = stack.enter_context((data_dir / "engines.lock").open("a"))
        if not _locked(lock.fileno()):
            if alone:
                raise _in_use(data_dir)
            yield _wait_for_addresses(data_dir)
            return
        _state(data_dir).unlink(missing_ok=True)
        addresses = _start(data_dir, stack, say)
        _state(data_dir).write_text(json.dumps(asdict(addresses)))
        stack.callback(_state(data_dir).unlink, missing_ok=True)
        yield addresses


def running(data_dir: Path) -> Addresses | None:
    """The addresses of the engines that run on `data_dir`, or None."""
    path = data_dir.absolute() / "engines.lock"
    if not path.exists():
        return None
    with path.open("a") as lock:
        return None if _locked(lock.fileno()) else _written(data_dir.absolute())


def erase(data_dir: Path) -> None:
    """Remove a data directory, if there is one. Raises `EngineError` for a folder in use, or that is not ours."""
    data_dir = data_dir.absolute()
    if not data_dir.exists():
        return
    path = data_dir / "engines.lock"
    if not path.exists():
        raise EngineError(
            f"{data_dir} n’est pas un dossier de données de Lot Commun : rien n’a été supprimé."
        )
    with path.open("a") as lock:
        if not _locked(lock.fileno()):
            raise _in_use(data_dir)
        shutil.rmtree(data_dir)


def instance_secrets(data_dir: Path) -> dict[str, str]:
    """The secrets of an embedded instance, made once, in a file only its owner reads, outside the database."""
    path = data_dir.absolute() / "secrets.json"
    if not path.exists():
        made = {
            "WEB_SECRET": secrets.token_urlsafe(48),
            "SEAL_KEY": b64encode(secrets.token_bytes(32)).decode(),
        }
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
            json.dump(made, file)
        try:
            os.link(file.name, path)  # never over another process's secrets
        except FileExistsError:
            pass
        finally:
            Path(file.name).unlink()
    found: dict[str, str] = json.loads(path.read_text())
    return found


def _in_use(data_dir: Path) -> EngineError:
    found = _written(data_dir)
    who = f" (processus {found.pid})" if found else ""
    return EngineError(
        f"Le dossier {data_dir} est déjà utilisé par un autre programme{who}. Arrêtez-le d’abord."
    )


def _claim_folder(data_dir: Path) -> None:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        owner = data_dir.stat().st_uid
        if owner != os.geteuid():
            raise EngineError(
                f"Le dossier {data_dir} appartient à un autre compte (uid {owner}). Donnez un autre --data-dir."
            )
        (data_dir / "logs").mkdir(exist_ok=True)
    except NotADirectoryError:
        raise EngineError(f"{data_dir} n’est pas un dossier. Donnez un autre --data-dir.") from None
    except FileExistsError:
        raise EngineError(f"{data_dir} n’est pas un dossier. Donnez un autre --data-dir.") from None
    except PermissionError:
        raise EngineError(f"Impossible d’écrire dans {data_dir}. Donnez un autre --data-dir.") from None
    except OSError as error:
        raise EngineError(f"Impossible d’utiliser {data_dir} : {error.strerror}.") from None


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _state(data_dir: Path) -> Path:
    return data_dir / "engines.json"


def _written(data_dir: Path) -> Addresses | None:
    try:
        return Addresses(**json.loads(_state(data_dir).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _wait_for_addresses(data_dir: Path) -> Addresses:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if found := _written(data_dir):
            return found
        time.sleep(0.05)
    raise EngineError(
        f"Un autre programme tient {data_dir}, mais ses moteurs ne démarrent pas. Voyez {data_dir / 'logs'}."
    )


def _socket_folder(data_dir: Path) -> Path:
    folder = data_dir / "run"
    if len(str(folder).encode()) > SOCKET_PATH_LIMIT:
        digest = hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"lotcommun-{os.geteuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise EngineError(
            f"{folder} n’est pas à nous ; supprimez-le, ou donnez un --data-dir au chemin plus court."
        )
    folder.chmod(0o700)
    return folder


def _start(data_dir: Path, stack: ExitStack, say: Callable[[str], None]) -> Addresses:
    sockets, logs, cluster = _socket_folder(data_dir), data_dir / "logs", data_dir / "postgres"
    say("PostgreSQL démarre")
    new = postgres.prepare(cluster)
    server = postgres.start(cluster, sockets, logs / "postgres.log")
    stack.callback(stop, server, signal.SIGINT)
    if new or not (data_dir / "roles").exists():
        postgres.create_roles(sockets)
        (data_dir / "roles").touch()
    say("Valkey démarre")
    queue = valkey.start(data_dir / "valkey", sockets / "valkey.sock", logs / "valkey.log")
    stack.callback(stop, queue, signal.SIGTERM)
    return Addresses(
        app=postgres.address(sockets, "app"),
        worker=postgres.address(sockets, "worker"),
        owner=postgres.address(sockets, "owner"),
        superuser=postgres.address(sockets, "postgres", "postgres"),
        redis=f"unix://{sockets / 'valkey.sock'}",
        pid=os.getpid(),
    )
