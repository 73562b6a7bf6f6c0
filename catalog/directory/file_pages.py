"""`/solutions/{slug}/pieces/{file_id}`: a sheet's files, to whoever may see the sheet they are in."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath

from catalog.solutions import sheet_files
from marketplace.actor import Actor
from marketplace.db import ReadSession
from marketplace.files.api import attachment
from marketplace.files.kinds import LOOKS
from marketplace.files.storage import content_of
from marketplace.web.context import DOWNLOAD_POLICY
from marketplace.web.transaction import By, Reads

SHORT_WHILE = "public, max-age=300"
"""How long a public file is kept by browsers and proxies: a sheet that is suspended takes its files along."""
SUFFIXES = {look.media_types[0]: look.suffixes[0] for look in LOOKS.values()}


@get("/solutions/{slug:str}/pieces/{file_id:uuid}")
async def show_file(
    request: Request[Any, Any, Any], reads: Reads, by: By, slug: FromPath[str], file_id: FromPath[UUID]
) -> Response[bytes]:
    return await _served(request, reads, by, slug, file_id, thumbnail=False)


@get("/solutions/{slug:str}/pieces/{file_id:uuid}/vignette")
async def show_thumbnail(
    request: Request[Any, Any, Any], reads: Reads, by: By, slug: FromPath[str], file_id: FromPath[UUID]
) -> Response[bytes]:
    return await _served(request, reads, by, slug, file_id, thumbnail=True)


async def _served(
    request: Request[Any, Any, Any],
    reads: ReadSession,
    by: Actor,
    slug: str,
    file_id: UUID,
    *,
    thumbnail: bool,
) -> Response[bytes]:
    """A picture is shown in place, any other file is downloaded; neither runs anything (`DOWNLOAD_POLICY`)."""
    file, title, public = await sheet_files.readable(reads, slug, file_id, by, thumbnail=thumbnail)
    tag = f'"{file.sha256}"'
    caching = {"ETag": tag, "Cache-Control": SHORT_WHILE} if public else {}
    if public and tag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, media_type=file.media_type, headers=caching)
    content = content_of(request.app.state.settings.files_dir, file)
    answer = attachment(content, f"{title}{SUFFIXES[file.media_type]}", file.media_type, sha256=file.sha256)
    answer.headers |= caching | {"Content-Security-Policy": DOWNLOAD_POLICY}
    if file.media_type.startswith("image/"):
        said = answer.headers["Content-Disposition"]
        answer.headers["Content-Disposition"] = said.replace("attachment", "inline", 1)
    return answer


HANDLERS = [show_file, show_thumbnail]
