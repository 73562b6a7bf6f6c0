"""`/api/v1/reviews`: a curator's queue and decisions."""

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, JSONBody

from catalog.curation import deciding
from catalog.solutions import queries
from catalog.solutions.api import SheetMoved
from catalog.solutions.schemas import Decision
from marketplace import clock
from marketplace.actor import Actor, Role
from marketplace.db import Session
from marketplace.ids import SolutionId
from marketplace.web.transaction import By, Reads, Writes

TAGS = ["reviews"]


@get("/reviews", summary="Sheets waiting for a review (curators)", tags=TAGS)
async def reviews(reads: Reads, by: By) -> list[SheetMoved]:
    by.require_role(Role.CURATOR)
    return [SheetMoved.of(sheet) for sheet in await queries.to_review(reads)]


@post(
    "/reviews/{solution_id:uuid}/publication", summary="Publish a submitted sheet", tags=TAGS, status_code=200
)
async def publish(session: Writes, by: By, solution_id: FromPath[UUID]) -> SheetMoved:
    await deciding.accept(session, SolutionId(solution_id), by=by, now=await clock.now(session))
    return await _read(session, by, solution_id)


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
    await deciding.request_changes(session, SolutionId(solution_id), data.reason, by=by, now=now)
    return await _read(session, by, solution_id)


@post(
    "/reviews/{solution_id:uuid}/suspension",
    summary="Take a published sheet down",
    tags=TAGS,
    status_code=200,
)
async def suspend(
    session: Writes, by: By, solution_id: FromPath[UUID], data: JSONBody[Decision]
) -> SheetMoved:
    await deciding.suspend(session, SolutionId(solution_id), data.reason, by=by, now=await clock.now(session))
    return await _read(session, by, solution_id)


@post(
    "/reviews/{solution_id:uuid}/reinstatement",
    summary="Bring a suspended sheet back",
    tags=TAGS,
    status_code=200,
)
async def reinstate(session: Writes, by: By, solution_id: FromPath[UUID]) -> SheetMoved:
    await deciding.reinstate(session, SolutionId(solution_id), by=by, now=await clock.now(session))
    return await _read(session, by, solution_id)


@post(
    "/reviews/{solution_id:uuid}/archive",
    summary="Take a sheet out of the directory for good",
    tags=TAGS,
    status_code=200,
)
async def archive(
    session: Writes, by: By, solution_id: FromPath[UUID], data: JSONBody[Decision]
) -> SheetMoved:
    await deciding.archive(session, SolutionId(solution_id), data.reason, by=by, now=await clock.now(session))
    return await _read(session, by, solution_id)


async def _read(session: Session, by: Actor, solution_id: UUID) -> SheetMoved:
    return SheetMoved.of(await queries.by_id(session, SolutionId(solution_id), by))


HANDLERS = [reviews, publish, request_changes, suspend, reinstate, archive]
