"""Downloads: `/api/v1/files/{id}` and `/fichiers/{id}`, always as attachments, under a neutral name; and what is known of a file."""

import unicodedata
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath
from sqlalchemy import func, select

from marketplace.db import ReadSession, owned
from marketplace.errors import NotFound
from marketplace.files.models import StoredFile
from marketplace.files.storage import content_of
from marketplace.web.schemas import Output
from marketplace.web.transaction import Reads


@get(
    "/files/{file_id:uuid}", summary="Download a file", tags=["files"], media_type="application/octet-stream"
)
async def download(request: Request[Any, Any, Any], reads: Reads, file_id: FromPath[UUID]) -> Response[bytes]:
    return await _download(request, reads, file_id)


class FileOut(Output):
    """What is known of a file. `scanned`: an antivirus looked at it; what the product made itself is not `uploaded`."""

    id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    created_at: datetime
    uploaded: bool
    scanned: bool
    scanned_at: datetime | None


@get("/files/{file_id:uuid}/metadata", summary="What is known of a file", tags=["files"])
async def metadata(reads: Reads, file_id: FromPath[UUID]) -> FileOut:
    file = await _visible(reads, file_id)
    return FileOut(
        id=file.id, name=safe_name(file.name), media_type=file.media_type, size=file.size, sha256=file.sha256, created_at=file.created_at,
        uploaded=file.declared_type is not None, scanned=file.scanned_at is not None, scanned_at=file.scanned_at,
    )  # fmt: skip


@get("/fichiers/{file_id:uuid}")
async def download_page(
    request: Request[Any, Any, Any], reads: Reads, file_id: FromPath[UUID]
) -> Response[bytes]:
    return await _download(request, reads, file_id)


async def _download(
    request: Request[Any, Any, Any], reads: Reads, file_id: FromPath[UUID]
) -> Response[bytes]:
    file = await _visible(reads, file_id)
    content = content_of(request.app.state.settings.files_dir, file)
    return attachment(content, file.name, file.media_type, sha256=file.sha256)


def attachment(content: bytes, name: str, media_type: str, *, sha256: str = "") -> Response[bytes]:
    """A download answer. `RequestContext` adds that a browser must neither sniff it nor run anything of it."""
    name = safe_name(name)
    plain = (
        unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().replace('"', "") or "fichier"
    )
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    }
    if sha256:
        headers["X-Content-SHA256"] = sha256
    return Response(content, media_type=media_type, headers=headers)


def safe_name(name: str) -> str:
    """`name` as a file's name alone: no folder, no control or direction mark, no leading dot, 150 characters at most."""
    kept = "".join(
        " " if c in "/\\:" else c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Zl", "Zp"}
    )
    path = PurePosixPath(kept.strip(" ."))
    return f"{path.stem[:140]}{path.suffix[:10]}" or "fichier"


async def _visible(reads: ReadSession, file_id: UUID) -> StoredFile:
    theirs = owned(reads, StoredFile.organisation_id, StoredFile.shared_with)
    of_their_pool = StoredFile.pool_id.is_not(None) & func.in_pool(StoredFile.pool_id)
    file = await reads.scalar(select(StoredFile).where(StoredFile.id == file_id, theirs | of_their_pool))
    if file is None:
        raise NotFound
    return file


HANDLERS = [download, metadata]
PAGES = [download_page]
