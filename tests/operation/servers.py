"""Debian's PostgreSQL and Redis as an operator has them: passwords, TCP on loopback, roles of their own names, never root."""

import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from marketplace.embedded.processes import last_lines, spawn, stop, unprivileged
from tests.operation.instances import free_port

DEBIAN = Path("/usr/lib/postgresql")
INSTALL = "these proofs need Debian's own servers: apt-get install postgresql redis-server"
ROLES = """
create role {prefix}_proprietaire login password '{password}';
create role {prefix}_site login noinherit password '{password}';
create role {prefix}_worker login noinherit password '{password}';
create database {prefix} owner {prefix}_proprietaire;
"""
"""What `marketplace/launch/DEPLOYMENT.md` tells to run."""


@dataclass(frozen=True)
class Servers:
    """Where they answer."""

    programs: Path
    port: int
    password: str
    redis: str

    def make(self, prefix: str) -> dict[str, str]:
        """Three roles and their database, and the variables that name them."""
        self.sql(ROLES.format(prefix=prefix, password=self.password))

        def url(role: str) -> str:
            return f"postgresql://{prefix}_{role}:{self.password}@127.0.0.1:{self.port}/{prefix}"

        return {
            "DATABASE_URL": url("site"),
            "DATABASE_WORKER_URL": url("worker"),
            "DATABASE_OWNER_URL": url("proprietaire"),
            "REDIS_URL": self.redis,
        }

    def sql(self, script: str) -> str:
        """As the superuser, with psql."""
        command = [
            self.programs / "psql",
            "-X",
            "-qAt",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
            "-U",
            "postgres",
        ]
        environment = {"PGPASSWORD": self.password, "PATH": "/usr/bin:/bin"}
        return subprocess.run(
            command, input=script, env=environment, text=True, check=True, capture_output=True
        ).stdout


def newest_postgresql() -> Path | None:
    """The folder of Debian's newest PostgreSQL server."""
    found = [folder / "bin" for folder in DEBIAN.glob("*") if (folder / "bin" / "initdb").exists()]
    return max(found, key=lambda folder: int(folder.parent.name), default=None)


@contextmanager
def servers(folder: Path) -> Iterator[Servers]:
    """Both, started in `folder` and stopped at the end. Fails, saying what to install, when one is not there."""
    programs, redis = newest_postgresql(), shutil.which("redis-server")
    assert programs and redis, INSTALL
    password = secrets.token_urlsafe(12)
    with ExitStack() as stack:
        port = _postgresql(programs, folder, password, stack)
        yield Servers(programs, port, password, _redis(redis, folder, password, stack))


def _postgresql(programs: Path, folder: Path, password: str, stack: ExitStack) -> int:
    identity, cluster, port = unprivileged(), folder / "postgresql", free_port()
    (folder / "password").write_text(password)
    command = [
        *identity.prefix, programs / "initdb", "-D", cluster, "-U", "postgres", "-A", "scram-sha-256",
        f"--pwfile={folder / 'password'}", "--encoding=UTF8", "--locale=C.UTF-8",
    ]  # fmt: skip
    account = identity.account
    for mine in (folder, folder / "password"):
        if account:
            shutil.chown(mine, account.pw_uid, account.pw_gid)
    subprocess.run(
        command, check=True, capture_output=True, cwd="/", user=account.pw_uid if account else None
    )
    process = spawn(
        [*identity.prefix, programs / "postgres", "-D", cluster, "-h", "127.0.0.1", "-p", str(port), "-k", folder],
        log=folder / "postgresql.log", death_signal=signal.SIGINT, account=account,
    )  # fmt: skip
    stack.callback(stop, process, signal.SIGINT)
    _wait([programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)], folder / "postgresql.log")
    return port


def _redis(program: str, folder: Path, password: str, stack: ExitStack) -> str:
    identity, port = unprivileged(), free_port()
    process = spawn(
        [*identity.prefix, program, "--bind", "127.0.0.1", "--port", str(port), "--dir", folder, "--appendonly", "yes",
         "--user", "default", "off", "--user", "lotcommun", "on", f">{password}", "~arq:*", "~lotcommun:*", "~rates*", "&*", "+@all", "-@admin", "-@dangerous", "+info"],
        log=folder / "redis.log", account=identity.account,
    )  # fmt: skip
    stack.callback(stop, process, signal.SIGTERM)
    _wait(
        [
            "redis-cli",
            "-p",
            str(port),
            "--no-auth-warning",
            "--user",
            "lotcommun",
            "--pass",
            password,
            "ping",
        ],
        folder / "redis.log",
    )
    return f"redis://lotcommun:{password}@127.0.0.1:{port}/0"


def _wait(question: list[str | Path], log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        done = subprocess.run(question, check=False, capture_output=True, text=True)
        if done.returncode == 0 and "ERR" not in done.stdout:
            return
        assert time.monotonic() < deadline, f"{question[0]}: {done.stdout}{done.stderr}{last_lines(log)}"
        time.sleep(0.05)
