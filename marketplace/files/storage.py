"""The folder of files: written beside, synced, then renamed into place, so that a file is whole or absent."""

import errno
import hashlib
import os
import tempfile
from datetime import datetime
from pathlib import Path
from uuid import UUID

from marketplace.db import Session
from marketplace.errors import NotFound, StorageFull
from marketplace.files.models import StoredFile
from marketplace.ids import OrganisationId, new_id


async def store(
    session: Session,
    folder: Path,
    content: bytes,
    *,
    name: str,
    media_type: str,
    organisation_id: OrganisationId | None = None,
    shared_with: OrganisationId | None = None,
    pool_id: UUID | None = None,
    declared_type: str | None = None,
    scanned_at: datetime | None = None,
) -> StoredFile:
    """Keep `content` and its row. A rolled-back transaction leaves a file that nothing names: harmless. Raises `StorageFull`."""
    file = StoredFile(
        id=new_id(), organisation_id=organisation_id, shared_with=shared_with, pool_id=pool_id, name=name,
        media_type=media_type, size=len(content), sha256=hashlib.sha256(content).hexdigest(), declared_type=declared_type,
        scanned_at=scanned_at,
    )  # fmt: skip
    write(path_of(folder, file.id), content)
    session.add(file)
    await session.flush()
    return file


def path_of(folder: Path, file_id: UUID) -> Path:
    """Where the bytes of a file are."""
    return folder / file_id.hex[-2:] / file_id.hex


def content_of(folder: Path, file: StoredFile) -> bytes:
    """The bytes, checked against their hash. Raises `NotFound` when they are gone or altered."""
    try:
        content = path_of(folder, file.id).read_bytes()
    except OSError:
        raise NotFound from None
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise NotFound
    return content


def fault_of(folder: Path, file: StoredFile) -> str | None:
    """In French, for operators: what is wrong with the bytes of `file`, or None."""
    path = path_of(folder, file.id)
    try:
        with path.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
    except FileNotFoundError:
        return "le fichier manque"
    except OSError as error:
        return f"le fichier est illisible ({error.strerror})"
    return None if found == file.sha256 else "le fichier a été altéré"


def write(path: Path, content: bytes) -> None:
    """Put `content` at `path`, whole or not at all. Raises `StorageFull`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:
            try:
                part.write(content)
                part.flush()
                os.fsync(part.fileno())
                Path(part.name).replace(path)
            except OSError:
                Path(part.name).unlink(missing_ok=True)  # a full disk needs its place back
                raise
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise StorageFull from error
        raise
