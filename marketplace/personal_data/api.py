"""`/api/v1/me/data-copies`: a copy of everything about me."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from marketplace.files.api import attachment
from marketplace.personal_data import asking
from marketplace.personal_data.schemas import CopyOut
from marketplace.web.transaction import By, Reads, Writes

TAGS = ["personal-data"]


@get("/me/data-copies", summary="The copies of my personal data that I asked for", tags=TAGS)
async def list_copies(reads: Reads, by: By) -> list[CopyOut]:
    return [
        CopyOut(id=r.id, state=r.state, created_at=r.created_at, done_at=r.done_at, ready=ready)
        for r, ready in await asking.copies(reads, by)
    ]


@post("/me/data-copies", summary="Ask for a copy of everything about me", tags=TAGS, status_code=202)
async def ask_copy(session: Writes, by: By) -> CopyOut:
    asked = await asking.ask_copy(session, by=by)
    return CopyOut(
        id=asked.id, state=asked.state, created_at=asked.created_at, done_at=asked.done_at, ready=False
    )


@get(
    "/me/data-copies/{request_id:uuid}", summary="Download a copy (a ZIP)", tags=TAGS, media_type="application/zip"
)  # fmt: skip
async def download(session: Writes, by: By, request_id: FromPath[UUID]) -> Response[bytes]:
    content = await asking.copy_of(session, request_id, by=by)
    return attachment(content, "mes-donnees-lot-commun.zip", "application/zip")


HANDLERS = [list_copies, ask_copy, download]
