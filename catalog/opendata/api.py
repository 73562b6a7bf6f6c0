"""`/api/v1/my/solutions/import`, `/api/v1/reviews/import` and `/api/v1/sheet-imports/…`."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, MultipartBody

from catalog.opendata import uploading
from catalog.opendata.models import SheetImport, Side
from catalog.opendata.schemas import ImportForm, ImportOut
from catalog.opendata.uploading import MOST_BYTES
from marketplace import clock
from marketplace.db import Session
from marketplace.errors import Invalid, NotFound, wrong
from marketplace.files import accepting
from marketplace.files.api import attachment
from marketplace.files.kinds import LOOKS, Kind
from marketplace.web.creating import creating
from marketplace.web.limits import UPLOAD_LIMIT
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_

TAGS = ["solutions"]
TABLES = frozenset({Kind.XLSX, Kind.CSV, Kind.JSON})


@post(
    "/my/solutions/import", summary="Write my startup's drafts and revisions from a file (JSON, CSV or XLSX)", tags=TAGS,
    request_max_body_size=UPLOAD_LIMIT,
)  # fmt: skip
@creating
async def import_mine(
    request: Request[Any, Any, Any], session: Writes, by: By, data: MultipartBody[ImportForm]
) -> ImportOut:
    return await _import(request, session, by, Side.STARTUP, data)


@post(
    "/reviews/import", summary="Publish sheets from a file (curators; JSON, CSV or XLSX)", tags=TAGS,
    request_max_body_size=UPLOAD_LIMIT,
)  # fmt: skip
@creating
async def import_reviewed(
    request: Request[Any, Any, Any], session: Writes, by: By, data: MultipartBody[ImportForm]
) -> ImportOut:
    return await _import(request, session, by, Side.CURATOR, data)


@get("/sheet-imports/{import_id:uuid}", summary="What became of a file of sheets that I sent", tags=TAGS)
async def show_import(reads: Reads, by: By, import_id: FromPath[UUID]) -> ImportOut:
    return ImportOut.of(await uploading.one(reads, import_id, None, by))


@get(
    "/sheet-imports/{import_id:uuid}/report", summary="The file that I sent, with its errors", tags=TAGS,
    media_type="application/octet-stream",
)  # fmt: skip
async def show_report(reads: Reads, by: By, import_id: FromPath[UUID]) -> Response[bytes]:
    return report_file(await uploading.one(reads, import_id, None, by))


def report_file(taken: SheetImport) -> Response[bytes]:
    """The error report as a download. Raises `NotFound` when there is none."""
    if taken.report is None:
        raise NotFound
    stem, _, suffix = taken.file_name.rpartition(".")
    kind = next(kind for kind in TABLES if kind.value == suffix.lower())
    return attachment(taken.report, f"{stem}-erreurs.{kind.value}", LOOKS[kind].media_types[0])


async def accepted(request: Request[Any, Any, Any], sent: object) -> tuple[bytes, str]:
    """The content and the name of a table that was sent. Raises `Invalid` for `file`."""
    file = await accepting.accept(request, sent, allowed=TABLES, most=MOST_BYTES)
    if file is None or not isinstance(sent, UploadFile):
        raise Invalid([wrong("file", N_("Choisissez un fichier : XLSX, CSV ou JSON."), code="required")])
    return file.content, sent.filename


async def _import(
    request: Request[Any, Any, Any], session: Session, by: By, side: Side, data: ImportForm
) -> ImportOut:
    uploading.may_import(side, by)
    content, name = await accepted(request, data.file)
    now = await clock.now(session)
    taken = await uploading.take(session, side, content, name=name, save=not data.trial, by=by, now=now)
    return ImportOut.of(taken)


HANDLERS = [import_mine, import_reviewed, show_import, show_report]
