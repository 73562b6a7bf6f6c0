"""Downloads: `/api/v1/files/{id}` and `/fichiers/{id}`, always as attachments, under a neutral name."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath
from sqlalchemy import func, select

from marketplace.db import owned
from marketplace.errors import NotFound
from marketplace.files.models import StoredFile
from marketplace.files.storage import content_of
from marketplace.web.transaction import Reads


@get(
    "/files/{file_id:uuid}", summary="Download a file", tags=["files"], media_type="application/octet-stream"
)
async def download(request: Request[Any, Any, Any], reads: Reads, file_id: FromPath[UUID]) -> Response[bytes]:
    return await _download(request, reads, file_id)


@get("/fichiers/{file_id:uuid}")
async def download_page(
    request: Request[Any, Any, Any], reads: Reads, file_id: FromPath[UUID]
) -> Response[bytes]:
    return await _download(request, reads, file_id)


async def _download(
    request: Request[Any, Any, Any], reads: Reads, file_id: FromPath[UUID]
) -> Response[bytes]:
    theirs = owned(reads, StoredFile.organisation_id, StoredFile.shared_with)
    of_their_pool = StoredFile.pool_id.is_not(None) & func.in_pool(StoredFile.pool_id)
    file = await reads.scalar(select(StoredFile).where(StoredFile.id == file_id, theirs | of_their_pool))
    if file is None:
        raise NotFound
    content = content_of(request.app.state.settings.files_dir, file)
    return attachment(content, file.name, file.media_type, sha256=file.sha256)


def attachment(content: bytes, name: str, media_type: str, *, sha256: str = "") -> Response[bytes]:
    """A download answer."""
    plain = name.encode("ascii", "ignore").decode().replace('"', "") or "fichier"
    headers = {"Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"}
    if sha256:
        headers["X-Content-SHA256"] = sha256
    return Response(content, media_type=media_type, headers=headers)


HANDLERS = [download]
PAGES = [download_page]
