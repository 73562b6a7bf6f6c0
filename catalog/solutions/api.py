"""`/api/v1/solutions/{slug}` and `/api/v1/my/solutions`: one sheet, and a startup's own. The list is the search's (`search/api.py`)."""

from typing import Any
from uuid import UUID

from litestar import Request, get, post, put
from litestar.params import FromPath, JSONBody

from catalog.solutions import drafting, queries
from catalog.solutions.content import SheetDraft
from catalog.solutions.models import Solution
from catalog.solutions.schemas import MySheetOut, SheetOut, state_of, version_of
from marketplace import clock
from marketplace.actor import Actor, OrganisationKind
from marketplace.db import Session
from marketplace.ids import SolutionId
from marketplace.web.creating import creating
from marketplace.web.schemas import Output
from marketplace.web.transaction import By, Reads, Writes
from marketplace.web.versions import asked_version

TAGS = ["solutions"]


class SheetMoved(Output):
    """A sheet's state after a decision."""

    id: UUID
    slug: FromPath[str]
    state: str
    version: int

    @classmethod
    def of(cls, sheet: Solution) -> "SheetMoved":
        return cls(id=sheet.id, slug=sheet.slug, state=state_of(sheet), version=version_of(sheet))


@get("/solutions/{slug:str}", summary="One sheet", tags=TAGS)
async def show(reads: Reads, slug: FromPath[str]) -> SheetOut:
    return SheetOut.of(await queries.by_slug(reads, slug))


@get("/my/solutions", summary="My startup's sheets", tags=TAGS)
async def my_sheets(reads: Reads, by: By) -> list[SheetMoved]:
    startup_id = by.require(OrganisationKind.STARTUP)
    return [SheetMoved.of(sheet) for sheet in await queries.of_startup(reads, startup_id)]


@get(
    "/my/solutions/{solution_id:uuid}",
    summary="One of my startup's sheets (or any, for a curator)",
    tags=TAGS,
)
async def show_mine(reads: Reads, by: By, solution_id: FromPath[UUID]) -> MySheetOut:
    sheet = await queries.by_id(reads, SolutionId(solution_id), by)
    return MySheetOut.holding(sheet, await queries.latest(reads, sheet))


@post("/my/solutions", summary="Draft a sheet", tags=TAGS)
@creating
async def draft(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[SheetDraft]
) -> SheetMoved:
    del request
    made = await drafting.draft(session, data, by=by, now=await clock.now(session))
    return await _read(session, by, made.id)


@put(
    "/my/solutions/{solution_id:uuid}",
    summary="Replace a draft's content, or begin a published sheet's next revision (If-Match: version)",
    tags=TAGS,
)
async def edit(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    solution_id: FromPath[UUID],
    data: JSONBody[SheetDraft],
) -> SheetMoved:
    version, now = asked_version(request) or 0, await clock.now(session)
    await drafting.edit(session, SolutionId(solution_id), data, version=version, by=by, now=now)
    return await _read(session, by, solution_id)


@post("/my/solutions/{solution_id:uuid}/submission", summary="Ask for a review", tags=TAGS, status_code=200)
async def submit(session: Writes, by: By, solution_id: FromPath[UUID]) -> SheetMoved:
    await drafting.submit(session, SolutionId(solution_id), by=by, now=await clock.now(session))
    return await _read(session, by, solution_id)


@post(
    "/my/solutions/{solution_id:uuid}/submission/withdrawal",
    summary="Take a submission back, while no curator reads it",
    tags=TAGS,
    status_code=200,
)
async def take_back(session: Writes, by: By, solution_id: FromPath[UUID]) -> SheetMoved:
    await drafting.take_back(session, SolutionId(solution_id), by=by, now=await clock.now(session))
    return await _read(session, by, solution_id)


@post(
    "/my/solutions/{solution_id:uuid}/withdrawal",
    summary="Abandon a draft: of a revision, or of a sheet that was never published",
    tags=TAGS,
    status_code=200,
)
async def withdraw(session: Writes, by: By, solution_id: FromPath[UUID]) -> SheetMoved:
    await drafting.withdraw(session, SolutionId(solution_id), by=by, now=await clock.now(session))
    return await _read(session, by, solution_id)


async def _read(session: Session, by: Actor, solution_id: UUID) -> SheetMoved:
    return SheetMoved.of(await queries.by_id(session, SolutionId(solution_id), by))


HANDLERS = [show, my_sheets, show_mine, draft, edit, submit, take_back, withdraw]
