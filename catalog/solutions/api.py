"""`/api/v1/solutions/…`: one sheet, a startup's drafts, a curator's decisions. The list is the search's (`search/api.py`)."""

from typing import Any
from uuid import UUID

from litestar import Request, get, post, put
from litestar.params import FromPath, JSONBody

from catalog.solutions import curation, drafting, queries
from catalog.solutions.models import Solution
from catalog.solutions.schemas import Decision, SheetIn, SheetOut
from marketplace import clock
from marketplace.actor import OrganisationKind, Role
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


@get("/solutions/{slug:str}", summary="One sheet", tags=TAGS)
async def show(reads: Reads, slug: FromPath[str]) -> SheetOut:
    return SheetOut.of(await queries.by_slug(reads, slug))


@get("/my/solutions", summary="My startup's sheets", tags=TAGS)
async def my_sheets(reads: Reads, by: By) -> list[SheetMoved]:
    startup_id = by.require(OrganisationKind.STARTUP)
    return [_moved(sheet) for sheet in await queries.of_startup(reads, startup_id)]


@get(
    "/my/solutions/{solution_id:uuid}",
    summary="One of my startup's sheets (or any, for a curator)",
    tags=TAGS,
)
async def show_mine(reads: Reads, by: By, solution_id: FromPath[UUID]) -> SheetOut:
    return SheetOut.of(await queries.by_id(reads, SolutionId(solution_id), by))


@post("/my/solutions", summary="Draft a sheet", tags=TAGS)
@creating
async def draft(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[SheetIn]
) -> SheetMoved:
    del request
    return _moved(await drafting.draft(session, data, by=by, now=await clock.now(session)))


@put("/my/solutions/{solution_id:uuid}", summary="Replace a draft's content (If-Match: version)", tags=TAGS)
async def edit(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    solution_id: FromPath[UUID],
    data: JSONBody[SheetIn],
) -> SheetMoved:
    version = asked_version(request)
    return _moved(await drafting.edit(session, SolutionId(solution_id), data, version=version or 0, by=by))


@post("/my/solutions/{solution_id:uuid}/submission", summary="Ask for a review", tags=TAGS, status_code=200)
async def submit(session: Writes, by: By, solution_id: FromPath[UUID]) -> SheetMoved:
    return _moved(
        await drafting.submit(session, SolutionId(solution_id), by=by, now=await clock.now(session))
    )


@get("/reviews", summary="Sheets waiting for a review (curators)", tags=TAGS)
async def reviews(reads: Reads, by: By) -> list[SheetMoved]:
    by.require_role(Role.CURATOR)
    return [_moved(sheet) for sheet in await queries.to_review(reads)]


@post(
    "/reviews/{solution_id:uuid}/publication", summary="Publish a submitted sheet", tags=TAGS, status_code=200
)
async def publish(session: Writes, by: By, solution_id: FromPath[UUID]) -> SheetMoved:
    return _moved(
        await curation.publish(session, SolutionId(solution_id), by=by, now=await clock.now(session))
    )


@post(
    "/reviews/{solution_id:uuid}/changes",
    summary="Send a sheet back to its startup",
    tags=TAGS,
    status_code=200,
)
async def request_changes(
    session: Writes, by: By, solution_id: FromPath[UUID], data: JSONBody[Decision]
) -> SheetMoved:
    now = await clock.now(session)
    return _moved(
        await curation.request_changes(session, SolutionId(solution_id), data.reason, by=by, now=now)
    )


@post(
    "/reviews/{solution_id:uuid}/suspension",
    summary="Take a published sheet down",
    tags=TAGS,
    status_code=200,
)
async def suspend(
    session: Writes, by: By, solution_id: FromPath[UUID], data: JSONBody[Decision]
) -> SheetMoved:
    return _moved(
        await curation.suspend(
            session, SolutionId(solution_id), data.reason, by=by, now=await clock.now(session)
        )
    )


@post(
    "/reviews/{solution_id:uuid}/reinstatement",
    summary="Bring a suspended sheet back",
    tags=TAGS,
    status_code=200,
)
async def reinstate(session: Writes, by: By, solution_id: FromPath[UUID]) -> SheetMoved:
    return _moved(
        await curation.reinstate(session, SolutionId(solution_id), by=by, now=await clock.now(session))
    )


@post(
    "/reviews/{solution_id:uuid}/archive",
    summary="Take a sheet out of the directory for good",
    tags=TAGS,
    status_code=200,
)
async def archive(
    session: Writes, by: By, solution_id: FromPath[UUID], data: JSONBody[Decision]
) -> SheetMoved:
    return _moved(
        await curation.archive(
            session, SolutionId(solution_id), data.reason, by=by, now=await clock.now(session)
        )
    )


def _moved(sheet: Solution) -> SheetMoved:
    return SheetMoved(id=sheet.id, slug=sheet.slug, state=sheet.state, version=sheet.version)


HANDLERS = [
    show, my_sheets, show_mine, draft, edit, submit, reviews, publish, request_changes, suspend, reinstate, archive,
]  # fmt: skip
