"""`marketplace backup`: database and files as of one instant, on a running instance, in one archive.

One transaction fixes the instant; `pg_dump` and the hashes of every table see exactly it. Files are written before the
rows that name them, and never again: copying those that the rows name, afterwards, gives the same instant.
"""

import asyncio
import hashlib
import subprocess
from dataclasses import fields
from datetime import UTC
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import SecretStr
from pydantic_settings import BaseSettings
from sqlalchemy.engine import make_url

from marketplace import VERSION
from marketplace.embedded import EngineError
from marketplace.files.storage import path_of
from marketplace.operation import archive, rows
from marketplace.operation.archive import Advance, Manifest
from marketplace.operation.programs import Programs, connection, programs_for
from marketplace.settings import Settings, needed


async def back_up(settings: Settings, file: Path, *, force: bool, advance: Advance) -> Manifest:
    """Write the archive at `file` and return its manifest, whose `left_aside` names files missing or altered.

    Raises `EngineError`: the file exists, the programs are older than the server, the database is empty.
    """
    owner = needed(settings.database.owner_url, "DATABASE_OWNER_URL")
    with archive.writing(file, force=force) as tar, archive.folder_beside(file) as folder:
        dump = folder / archive.DUMP
        async with (
            rows.connected(owner) as database,
            database.transaction(isolation="repeatable_read", readonly=True),
        ):
            major = database.get_server_version().major
            programs = programs_for(major)
            revision = await _revision(database)
            instant = await database.fetchval("select now()")
            snapshot = await database.fetchval("select pg_export_snapshot()")
            advance("Base", 0, 1)
            await asyncio.to_thread(_dump, programs, owner, snapshot, dump)
            advance("Base", 1, 1)
            tables = await rows.contents(database, advance, "Tables")
            stored = await database.fetch("select id, sha256 from stored_file order by id")
        size, sha256 = archive.add_file(tar, archive.DUMP, dump)
        dump.unlink()
        kept: dict[str, str] = {}
        aside: dict[str, str] = {}
        for done, row in enumerate(stored, 1):
            content = _content(settings.files_dir, row["id"], row["sha256"])
            if isinstance(content, bytes):
                archive.add_bytes(tar, f"{archive.FILES}/{row['id']}", content)
                kept[str(row["id"])] = row["sha256"]
            else:
                aside[str(row["id"])] = content
            advance("Fichiers", done, len(stored))
        manifest = Manifest(
            version=VERSION, revision=revision, postgresql=major, programs=programs.major,
            made_at=instant.astimezone(UTC).isoformat(), instance=settings.web.base_url, roles=roles_of(settings), tables=tables,
            dump_size=size, dump_sha256=sha256, files=kept, left_aside=aside, keys_left_out=secret_names(),
        )  # fmt: skip
        archive.add_bytes(tar, archive.MANIFEST, manifest.dumped())
    return manifest


def roles_of(settings: Settings) -> dict[str, str]:
    """The names of the three roles, by their use."""
    addresses = {
        "owner": needed(settings.database.owner_url, "DATABASE_OWNER_URL"),
        "application": needed(settings.database.url, "DATABASE_URL"),
        "worker": needed(settings.database.worker_url, "DATABASE_WORKER_URL"),
    }
    return {use: make_url(address).username or "" for use, address in addresses.items()}


def secret_names() -> list[str]:
    """Every variable that holds a secret: what no archive contains."""
    found = []
    for group in fields(Settings):
        kind: type[BaseSettings] = group.type  # type: ignore[assignment]
        prefix = str(kind.model_config.get("env_prefix"))
        found += [
            f"{prefix}{name}".upper()
            for name, field in kind.model_fields.items()
            if _is_secret(field.annotation)
        ]
    return sorted(found)


def _is_secret(annotation: Any) -> bool:
    return annotation is SecretStr or SecretStr in getattr(annotation, "__args__", ())


async def _revision(database: asyncpg.Connection) -> str:
    if not await database.fetchval("select to_regclass('public.alembic_version') is not null"):
        raise EngineError("La base est vide : il n’y a rien à sauvegarder.")
    revision: str | None = await database.fetchval("select version_num from public.alembic_version")
    if revision is None:
        raise EngineError("La base est vide : il n’y a rien à sauvegarder.")
    return revision


def _dump(programs: Programs, owner: str, snapshot: str, to: Path) -> None:
    command = [
        programs["pg_dump"], "--format=custom", "--no-comments", "--no-security-labels",
        f"--snapshot={snapshot}", "--lock-wait-timeout=60s", f"--file={to}",
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=connection(owner), cwd="/"
    )
    if done.returncode:
        raise EngineError(f"pg_dump a échoué : {' '.join(done.stderr.split())[-400:]}")


def _content(folder: Path, file_id: UUID, sha256: str) -> bytes | str:
    """The file's bytes, or in words why they are left aside."""
    try:
        content = path_of(folder, file_id).read_bytes()
    except OSError as error:
        return (
            "le fichier manque"
            if isinstance(error, FileNotFoundError)
            else f"le fichier est illisible ({error.strerror})"
        )
    return content if hashlib.sha256(content).hexdigest() == sha256 else "le fichier a été altéré"
