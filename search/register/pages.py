"""« Registre de sourcing »: what the town froze, one record, and the same question asked today."""

import asyncio
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, QueryParameter

from marketplace import clock
from marketplace.actor import Actor
from marketplace.db import ReadSession
from marketplace.web.exports import XLSX, both, table_file
from marketplace.web.pages import page
from marketplace.web.pagination import Pages, Query
from marketplace.web.transaction import By, Reads
from marketplace.words import N_
from search.log.models import AnswerKind
from search.register import exporting, queries, wording
from search.register.content import Content, sha256_of
from search.register.exporting import Told
from search.register.freezing import may_freeze
from search.register.law import GROUNDS
from search.register.replaying import CAUSE_NAMES, MOVE_NAMES, Move
from search.register.replaying import replay as ask_again

PER_PAGE = 20
COLUMNS = (
    N_("Figée le"), N_("Nature"), N_("Intitulé"), N_("Besoin ou mots cherchés"), N_("Fiches trouvées"), N_("Figée par"),
    N_("Empreinte SHA-256"),
)  # fmt: skip
PageAsked = Annotated[int, QueryParameter(name="page", ge=1, le=10_000)]


@get("/registre")
async def list_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, q: Query = "", nature: FromQuery[str] = "", page_number: PageAsked = 1
) -> Response[str]:  # fmt: skip
    wanted = _wanted(q, nature)
    found, total = await queries.records(
        reads, wanted, by, limit=PER_PAGE, offset=(page_number - 1) * PER_PAGE
    )
    people = await queries.people(reads, [record.person_id for record in found])
    asked = {"q": wanted.text, "nature": wanted.kind.value if wanted.kind else ""}
    return page(
        request, "register/list.html", records=found, total=total, people=people, kinds=wording.KIND_NAMES, wanted=wanted,
        pages=Pages(page_number, PER_PAGE, total), query=urlencode({k: v for k, v in asked.items() if v}), may_freeze=may_freeze(by),
        grounds=GROUNDS,
    )  # fmt: skip


@get(both("/registre"))
async def list_table(
    request: Request[Any, Any, Any], reads: Reads, by: By, q: Query = "", nature: FromQuery[str] = ""
) -> Response[bytes]:
    found, _ = await queries.records(reads, _wanted(q, nature), by)
    people = await queries.people(reads, [record.person_id for record in found])
    rows = [
        [
            record.frozen_at, wording.KIND_NAMES[record.kind], record.title, record.text, record.total,
            people.get(record.person_id, ""), record.sha256,
        ]
        for record in found
    ]  # fmt: skip
    return table_file(request, "registre-de-sourcing", COLUMNS, rows)


@get("/registre/{record_id:uuid}")
async def record_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, record_id: FromPath[UUID]
) -> Response[str]:
    told = await _told(reads, record_id, by)
    return page(
        request, "register/record.html", told=told, record=told.record, content=told.content, words=wording, grounds=GROUNDS,
        kinds=wording.KIND_NAMES, sound=sha256_of(told.record.content) == told.record.sha256,
        reasons={choice.slug: choice.reason for choice in told.content.choices},
    )  # fmt: skip


@get("/registre/{record_id:uuid}/rejouer")
async def replay_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, state: State, record_id: FromPath[UUID]
) -> Response[str]:
    told = await _told(reads, record_id, by)
    now = await clock.now(reads)
    found = await ask_again(reads, state.search, told.content, told.record.total, now=now)
    return page(
        request, "register/replay.html", told=told, record=told.record, content=told.content, found=found, now=now, words=wording,
        Move=Move, moves=MOVE_NAMES, causes=CAUSE_NAMES,
    )  # fmt: skip


@get("/registre/{record_id:uuid}/preuve.pdf")
async def record_pdf(reads: Reads, by: By, record_id: FromPath[UUID]) -> Response[bytes]:
    told = await _told(reads, record_id, by)
    return _file(await asyncio.to_thread(exporting.pdf, told), told, "pdf", "application/pdf")


@get("/registre/{record_id:uuid}/preuve.xlsx")
async def record_workbook(reads: Reads, by: By, record_id: FromPath[UUID]) -> Response[bytes]:
    told = await _told(reads, record_id, by)
    return _file(await asyncio.to_thread(exporting.workbook, told), told, "xlsx", XLSX)


@get("/registre/{record_id:uuid}/preuve.csv")
async def record_csv(reads: Reads, by: By, record_id: FromPath[UUID]) -> Response[bytes]:
    told = await _told(reads, record_id, by)
    return _file(exporting.csv(told), told, "csv", "text/csv")


@get("/registre/{record_id:uuid}/preuve.json")
async def record_text(reads: Reads, by: By, record_id: FromPath[UUID]) -> Response[bytes]:
    """The bytes that the hash covers, and no other."""
    told = await _told(reads, record_id, by)
    return _file(told.record.content.encode(), told, "json", "application/json")


async def _told(reads: ReadSession, record_id: UUID, by: Actor) -> Told:
    record = await queries.one(reads, record_id, by)
    people = await queries.people(reads, [record.person_id])
    return Told(record, Content.of(record.content), people.get(record.person_id))


def _file(content: bytes, told: Told, form: str, media_type: str) -> Response[bytes]:
    name = (
        f"sourcing-{told.record.frozen_at.astimezone(clock.PARIS):%Y-%m-%d}-{told.record.sha256[:12]}.{form}"
    )
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


def _wanted(text: str, kind: str) -> queries.Wanted:
    return queries.Wanted(text.strip(), AnswerKind(kind) if kind in set(AnswerKind) else None)


HANDLERS = [
    list_page, list_table, record_page, replay_page, record_pdf, record_workbook, record_csv, record_text,
]  # fmt: skip
