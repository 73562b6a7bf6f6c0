"""`/api/v1/reviews`: the curators' queue, one review, and decisions. `/api/v1/my/solutions/{id}/review`: its startup's side."""

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter

from catalog.curation import commenting, deciding, queries, ticking
from catalog.curation.queries import Filters, Which, queue
from catalog.curation.reading import review
from catalog.curation.schemas import (
    ChangesIn,
    CommentIn,
    CommentOut,
    DecisionOut,
    DifferenceOut,
    MeasuredOut,
    ProgressOut,
    Publication,
    QueueOut,
    ResolutionIn,
    ReviewOut,
    ThreadOut,
    TickOut,
    TicksIn,
    WaitingOut,
)
from catalog.solutions import fields
from catalog.solutions.api import SheetMoved
from catalog.solutions.queries import by_id
from catalog.solutions.schemas import Decision, RevisionOut, state_of, version_of
from marketplace import clock
from marketplace.actor import Actor, Role
from marketplace.db import ReadSession, Session
from marketplace.errors import SignInNeeded
from marketplace.ids import SolutionId
from marketplace.web.creating import creating
from marketplace.web.pagination import PageNumber, Pages, PerPage
from marketplace.web.transaction import By, Reads, Writes
from marketplace.web.versions import asked_version

TAGS = ["reviews"]
Asks = Request[Any, Any, Any]


@get(
    "/reviews",
    summary="What waits for a review, late ones first, and how long answers take (curators)",
    tags=TAGS,
)
async def reviews(
    reads: Reads,
    by: By,
    which: Annotated[
        Literal["all", "new", "revision"], QueryParameter(description="Nouvelles fiches ou révisions")
    ] = "all",
    mine: Annotated[bool, QueryParameter(description="Celles que je relis")] = False,
    late: Annotated[bool, QueryParameter(description="Celles qui sont en retard")] = False,
    domain: Annotated[str | None, QueryParameter(max_length=60, description="Identifiant de domaine")] = None,
    page: PageNumber = 1,
    per_page: PerPage = 20,
) -> QueueOut:  # fmt: skip
    by.require_role(Role.CURATOR)
    now = await clock.now(reads)
    found = await queue(reads, by, now, Filters(None if which == "all" else Which(which), mine, late, domain))
    pages = Pages(page, per_page, len(found))
    return QueueOut(
        items=[WaitingOut.of(row) for row in found[pages.offset : pages.offset + per_page]], total=len(found), page=page,
        per_page=per_page, measured=MeasuredOut.of(await queries.measured(reads, now)),
    )  # fmt: skip


@get("/reviews/{solution_id:uuid}", summary="One sheet under review (curators)", tags=TAGS)
async def show(reads: Reads, by: By, solution_id: FromPath[UUID]) -> ReviewOut:
    by.require_role(Role.CURATOR)
    found = await review(reads, SolutionId(solution_id), by, await clock.now(reads))
    sheet, revision, waiting = found.sheet, found.revision, found.waiting
    return ReviewOut(
        id=sheet.id, slug=sheet.slug, name=found.after.get("name", sheet.name), state=state_of(sheet), version=version_of(sheet),
        sheet_version=sheet.version, revision=RevisionOut.model_validate(revision) if revision else None,
        age=waiting.age if waiting else None, due_on=waiting.due_on if waiting else None, late=bool(waiting and waiting.late),
        reader=(waiting.reader or None) if waiting else None, recused=found.recused, allowed=found.allowed,
        differences=[DifferenceOut.of(one, found.towns) for one in fields.differences(found.before, found.after)],
        checklist=[TickOut.of(one, {**found.people}) for one in found.checklist], comments=ThreadOut.all_of(found.comments),
        decisions=[DecisionOut.of(made) for made in found.decisions],
    )  # fmt: skip


@get("/my/solutions/{solution_id:uuid}/review", summary="Where my sheet's review stands", tags=TAGS)
async def progress(reads: Reads, by: By, solution_id: FromPath[UUID]) -> ProgressOut:
    if not by.signed_in:
        raise SignInNeeded
    sheet = await by_id(reads, SolutionId(solution_id), by)
    found = queries.progress(sheet, await clock.now(reads))
    return ProgressOut(
        state=found.state if found else None, since=found.since if found else None,
        submitted_at=found.submitted_at if found else None, due_on=found.due_on if found else None,
        late=bool(found and found.late), reason=found.reason if found else None,
        comments=ThreadOut.all_of(await queries.comments_by_field(reads, sheet.id)),
        decisions=[DecisionOut.of(made) for made in await queries.history(reads, sheet.id)],
    )  # fmt: skip


@post(
    "/reviews/{solution_id:uuid}/taking",
    summary="Read a submission (If-Match: version)",
    tags=TAGS,
    status_code=200,
)
async def take(request: Asks, session: Writes, by: By, solution_id: FromPath[UUID]) -> SheetMoved:
    version, now = asked_version(request), await clock.now(session)
    await deciding.take(session, SolutionId(solution_id), by=by, now=now, version=version)
    return await _read(session, by, solution_id)


@post(
    "/reviews/{solution_id:uuid}/release",
    summary="Put a submission back in the queue (If-Match: version)",
    tags=TAGS,
    status_code=200,
)
async def release(request: Asks, session: Writes, by: By, solution_id: FromPath[UUID]) -> SheetMoved:  # fmt: skip
    version, now = asked_version(request), await clock.now(session)
    await deciding.release(session, SolutionId(solution_id), by=by, now=now, version=version)
    return await _read(session, by, solution_id)


@put(
    "/reviews/{solution_id:uuid}/checklist",
    summary="Answer the checklist: all that is sent, or nothing",
    tags=TAGS,
)
async def tick(
    session: Writes, by: By, solution_id: FromPath[UUID], data: JSONBody[TicksIn]
) -> list[TickOut]:
    given = [one.given() for one in data.answers]
    revision = await ticking.answer(
        session, SolutionId(solution_id), given, by=by, now=await clock.now(session)
    )
    found = await ticking.asked(session, revision)
    names = await queries.names_of(session, {one.tick.person_id for one in found if one.tick})
    return [TickOut.of(one, {**names}) for one in found]


@post(
    "/reviews/{solution_id:uuid}/publication",
    summary="Accept a revision, whole or in part, and publish it (If-Match: version)",
    tags=TAGS,
    status_code=200,
)
async def publish(
    request: Asks, session: Writes, by: By, solution_id: FromPath[UUID], data: JSONBody[Publication]
) -> SheetMoved:
    version, now, sheet_id = asked_version(request), await clock.now(session), SolutionId(solution_id)
    if data.checklist:
        given = [one.given() for one in data.checklist]
        await ticking.answer(session, sheet_id, given, by=by, now=now, version=version, place="checklist")
    await deciding.accept(
        session, sheet_id, by=by, now=now, only=data.fields, reason=data.reason or "", version=version
    )
    return await _read(session, by, solution_id)


@post(
    "/reviews/{solution_id:uuid}/changes",
    summary="Send a revision back to its startup (If-Match: version)",
    tags=TAGS,
    status_code=200,
)
async def request_changes(
    request: Asks, session: Writes, by: By, solution_id: FromPath[UUID], data: JSONBody[ChangesIn]
) -> SheetMoved:
    version, now = asked_version(request), await clock.now(session)
    await deciding.request_changes(
        session, SolutionId(solution_id), data.reason, of=data.fields, by=by, now=now, version=version
    )
    return await _read(session, by, solution_id)


@post(
    "/reviews/{solution_id:uuid}/suspension",
    summary="Take a published sheet down",
    tags=TAGS,
    status_code=200,
)
async def suspend(
    request: Asks, session: Writes, by: By, solution_id: FromPath[UUID], data: JSONBody[Decision]
) -> SheetMoved:  # fmt: skip
    version, now = asked_version(request, required=False), await clock.now(session)
    await deciding.suspend(session, SolutionId(solution_id), data.reason, by=by, now=now, version=version)
    return await _read(session, by, solution_id)


@post(
    "/reviews/{solution_id:uuid}/reinstatement",
    summary="Bring a suspended sheet back",
    tags=TAGS,
    status_code=200,
)
async def reinstate(
    request: Asks, session: Writes, by: By, solution_id: FromPath[UUID], data: JSONBody[Decision]
) -> SheetMoved:  # fmt: skip
    version, now = asked_version(request, required=False), await clock.now(session)
    await deciding.reinstate(session, SolutionId(solution_id), data.reason, by=by, now=now, version=version)
    return await _read(session, by, solution_id)


@post(
    "/reviews/{solution_id:uuid}/archive",
    summary="Take a sheet out of the directory for good",
    tags=TAGS,
    status_code=200,
)
async def archive(
    request: Asks, session: Writes, by: By, solution_id: FromPath[UUID], data: JSONBody[Decision]
) -> SheetMoved:  # fmt: skip
    version, now = asked_version(request, required=False), await clock.now(session)
    await deciding.archive(session, SolutionId(solution_id), data.reason, by=by, now=now, version=version)
    return await _read(session, by, solution_id)


@post(
    "/reviews/{solution_id:uuid}/comments",
    summary="Comment on a field (its startup, or a curator)",
    tags=TAGS,
)
@creating
async def comment(
    request: Asks, session: Writes, by: By, solution_id: FromPath[UUID], data: JSONBody[CommentIn]
) -> CommentOut:
    del request
    now = await clock.now(session)
    made = await commenting.comment(session, SolutionId(solution_id), data.path, data.text, by=by, now=now)
    return CommentOut(id=made.id, side=made.side, at=made.at, text=made.text, withdrawn=False, mine=True)


@post(
    "/reviews/{solution_id:uuid}/comments/{remark_id:uuid}/withdrawal",
    summary="Take one's own comment back, within ten minutes",
    tags=TAGS,
    status_code=200,
)
async def withdraw_comment(
    session: Writes, by: By, solution_id: FromPath[UUID], remark_id: FromPath[UUID]
) -> list[ThreadOut]:
    now = await clock.now(session)
    await commenting.withdraw(session, SolutionId(solution_id), remark_id, by=by, now=now)
    return await _threads(session, solution_id)


@put(
    "/reviews/{solution_id:uuid}/resolution",
    summary="Say that a field's comments are dealt with, or not (curators)",
    tags=TAGS,
)
async def resolve(
    session: Writes, by: By, solution_id: FromPath[UUID], data: JSONBody[ResolutionIn]
) -> list[ThreadOut]:  # fmt: skip
    now = await clock.now(session)
    await commenting.resolve(
        session, SolutionId(solution_id), data.path, resolved=data.resolved, by=by, now=now
    )
    return await _threads(session, solution_id)


async def _threads(session: Session | ReadSession, solution_id: UUID) -> list[ThreadOut]:
    return ThreadOut.all_of(await queries.comments_by_field(session, SolutionId(solution_id)))


async def _read(session: Session, by: Actor, solution_id: UUID) -> SheetMoved:
    return SheetMoved.of(await by_id(session, SolutionId(solution_id), by))


HANDLERS = [
    reviews, show, progress, take, release, tick, publish, request_changes, suspend, reinstate, archive, comment, withdraw_comment,
    resolve,
]  # fmt: skip
