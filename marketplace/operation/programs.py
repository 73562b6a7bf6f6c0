"""PostgreSQL's own programs: which ones to call for a given server, and how to call them without a password in sight."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from marketplace.embedded import EngineError
from marketplace.embedded.postgres import binaries

DEBIAN = Path("/usr/lib/postgresql")
NEEDED = ("pg_dump", "pg_restore", "psql")


@dataclass(frozen=True, slots=True)
class Programs:
    """One folder of them."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def __getitem__(self, name: str) -> str:
        return str(self.folder / name)


def programs_for(server_major: int) -> Programs:
    """Those of the server's own version if there are, else the nearest later. Raises `EngineError` when all are older."""
    found = [programs for folder in _folders() if (programs := _programs(folder))]
    fitting = sorted((p for p in found if p.major >= server_major), key=lambda p: p.major)
    if fitting:
        return fitting[0]
    seen = f" : {', '.join(f'{p.folder} ({p.version})' for p in found)}" if found else ""
    raise EngineError(
        f"Le serveur est PostgreSQL {server_major}, et pg_dump et pg_restore sont plus anciens ou absents{seen}. "
        f"Installez postgresql-client-{server_major}, ou donnez leur dossier par POSTGRES_BIN_DIR."
    )


def connection(address: str) -> dict[str, str]:
    """The environment that makes these programs reach `address`: a password on a command line is everybody's to read."""
    url = make_url(address)
    said = {name: value for name, value in url.query.items() if isinstance(value, str)}
    given = {
        "PGHOST": said.get("host") or url.host,
        "PGPORT": said.get("port") or (str(url.port) if url.port else None),
        "PGUSER": url.username,
        "PGPASSWORD": None if url.password is None else str(url.password),
        "PGDATABASE": url.database,
        "PGSSLMODE": said.get("sslmode"),
        "PGSSLROOTCERT": said.get("sslrootcert"),
        "PGCONNECT_TIMEOUT": "10",
        "PGCLIENTENCODING": "UTF8",
        "PGOPTIONS": "-c client_min_messages=warning -c timezone=UTC",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {name: value for name, value in given.items() if value is not None}


def _folders() -> Iterator[Path]:
    if os.environ.get("POSTGRES_BIN_DIR"):
        yield binaries()
        return
    if DEBIAN.is_dir():  # Debian's /usr/bin/pg_dump chooses among these by itself, and not always well
        yield from sorted(folder / "bin" for folder in DEBIAN.iterdir())
    on_path = shutil.which("pg_dump")
    if on_path:
        yield Path(on_path).parent
    try:
        yield binaries()
    except EngineError:
        return


def _programs(folder: Path) -> Programs | None:
    if not all((folder / name).exists() for name in NEEDED):
        return None
    try:
        said = subprocess.run(
            [folder / "pg_dump", "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    version = re.search(r"(\d+)(\.\d+)*", said)
    return Programs(folder, version.group()) if version else None
