"""`/donnees-ouvertes`: the whole directory in JSON, CSV and XLSX, read batch by batch, its schema and its Atom feed."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from tempfile import TemporaryFile
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import QueryParameter
from litestar.response import Stream
from openpyxl import Workbook

from catalog.opendata import feed, queries, records, schema, workbooks
from catalog.opendata.columns import COLUMNS, READ_ONLY
from catalog.opendata.queries import Stamp
from catalog.opendata.records import OPEN
from marketplace.db import Database
from marketplace.tabular import csv_lines
from marketplace.web.exports import XLSX
from marketplace.web.pages import page
from marketplace.web.transaction import Reads

PATH = "/donnees-ouvertes"
SHAPE = sha256(" ".join(OPEN).encode()).hexdigest()[:8]
"""Changes with the columns, so that nobody's copy of other columns passes for fresh."""
FIVE_MINUTES = "public, max-age=300"
Batches = AsyncIterator[list[dict[str, Any]]]


@get(PATH)
async def about(request: Request[Any, Any, Any], reads: Reads) -> Response[str]:
    changes, _ = await queries.changes(reads, None)
    return page(
        request, "opendata/about.html", stamp=await queries.stamp(reads), changes=changes[:5], shown=await queries.shown(reads, changes[:5]), named=feed.named, titles=feed.TITLES,
        columns=[(COLUMNS | READ_ONLY)[key] for key in OPEN],
    )  # fmt: skip


@get(f"{PATH}/schema.json")
async def sheet_schema(request: Request[Any, Any, Any]) -> Response[bytes]:
    said = schema.sheet_schema(request.app.state.base_url)
    content = json.dumps(said, ensure_ascii=False, indent=1).encode()
    return Response(content, media_type="application/schema+json", headers={"Cache-Control": FIVE_MINUTES})


@get(f"{PATH}/annuaire.json")
async def as_json(request: Request[Any, Any, Any], reads: Reads) -> Response[Any] | Stream:
    return await _export(request, reads, "json", "application/json", _json)


@get(f"{PATH}/annuaire.csv")
async def as_csv(request: Request[Any, Any, Any], reads: Reads) -> Response[Any] | Stream:
    return await _export(request, reads, "csv", "text/csv", _csv)


@get(f"{PATH}/annuaire.xlsx")
async def as_xlsx(request: Request[Any, Any, Any], reads: Reads) -> Response[Any] | Stream:
    return await _export(request, reads, "xlsx", XLSX, _xlsx)


@get(f"{PATH}/changements.atom")
async def changes(
    request: Request[Any, Any, Any],
    reads: Reads,
    avant: Annotated[UUID | None, QueryParameter(description="Les changements avant celui-ci")] = None,
) -> Response[Any]:
    found, more = await queries.changes(reads, avant)
    stamp = await queries.stamp(reads)
    headers = _headers("atom", stamp)
    if _is_fresh(request, headers, stamp):
        return Response(None, status_code=304, headers=headers)
    query = f"?avant={avant}" if avant else ""
    content = feed.atom(found, more=more, base_url=request.app.state.base_url, page=query)
    return Response(content, media_type="application/atom+xml; charset=utf-8", headers=headers)


async def _export(
    request: Request[Any, Any, Any],
    reads: Reads,
    form: str,
    media_type: str,
    write: Callable[[Batches, Stamp, str], AsyncIterator[bytes]],
) -> Response[Any] | Stream:
    """The directory, or 304 for a copy that is still true. Each batch is read when it is sent."""
    stamp = await queries.stamp(reads)
    headers = _headers(form, stamp)
    if _is_fresh(request, headers, stamp):
        return Response(None, status_code=304, headers=headers)
    headers["Content-Disposition"] = f'attachment; filename="annuaire.{form}"'
    database: Database = request.app.state.database
    base_url: str = request.app.state.base_url
    batches = queries.directory(database, base_url=base_url)
    return Stream(write(batches, stamp, base_url), media_type=media_type, headers=headers)


async def _json(batches: Batches, stamp: Stamp, base_url: str) -> AsyncIterator[bytes]:
    head = {
        "schema": f"{base_url}{schema.ADDRESS}",
        "updated_at": stamp.at.astimezone(UTC).isoformat() if stamp.at else None,
        "note": "La licence est dite fiche par fiche, dans « licence », comme sa source la donne.",
    }
    yield json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "solutions": ['
    first = True
    async for batch in batches:
        said = ",\n".join(json.dumps(record, ensure_ascii=False) for record in batch)
        yield (("\n" if first else ",\n") + said).encode()
        first = False
    yield b"\n]}\n"


async def _csv(batches: Batches, stamp: Stamp, base_url: str) -> AsyncIterator[bytes]:
    del stamp, base_url
    yield b"\xef\xbb\xbf" + csv_lines([OPEN])
    async for batch in batches:
        rows = [records.row(record) for record in batch]
        yield csv_lines([[row.get(key) for key in OPEN] for row in rows])


async def _xlsx(batches: Batches, stamp: Stamp, base_url: str) -> AsyncIterator[bytes]:
    """Rows go to a temporary file as they come: a workbook can only be sent once it is whole."""
    del stamp, base_url
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Annuaire")
    sheet.append(OPEN)
    async for batch in batches:
        await asyncio.to_thread(workbooks.append, sheet, OPEN, [records.row(record) for record in batch])
    with TemporaryFile() as file:
        await asyncio.to_thread(book.save, file)
        file.seek(0)
        while piece := file.read(1 << 18):
            yield piece


def _headers(form: str, stamp: Stamp) -> dict[str, str]:
    headers = {"ETag": f'"{form}-{SHAPE}-{stamp.text}"', "Cache-Control": FIVE_MINUTES}
    if stamp.at:
        headers["Last-Modified"] = format_datetime(stamp.at.astimezone(UTC), usegmt=True)
    return headers


def _is_fresh(request: Request[Any, Any, Any], headers: dict[str, str], stamp: Stamp) -> bool:
    """Whether the asker's copy is this one (RFC 9110: the tag, when it is given, is what counts)."""
    if tags := request.headers.get("if-none-match"):
        return any(tag.strip().removeprefix("W/") in {headers["ETag"], "*"} for tag in tags.split(","))
    since = request.headers.get("if-modified-since")
    if not since or stamp.at is None:
        return False
    try:
        asked: datetime = parsedate_to_datetime(since)
    except (ValueError, OverflowError):  # a year that no clock reaches
        return False
    return asked.tzinfo is not None and stamp.at.replace(microsecond=0) <= asked


HANDLERS = [about, sheet_schema, as_json, as_csv, as_xlsx, changes]
