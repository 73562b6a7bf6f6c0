"""`/api/v1/sourcing-records`: a town's frozen evidence."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody, QueryParameter

from marketplace import clock
from marketplace.actor import OrganisationKind
from marketplace.errors import Invalid, wrong
from marketplace.web.creating import creating
from marketplace.web.pagination import PageNumber, PerPage, Query
from marketplace.web.schemas import Page
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_
from search.finding.asking import Criteria
from search.finding.asking import faults as unknown_faults
from search.log.models import AnswerKind
from search.log.queries import answered
from search.register import queries
from search.register.content import Content
from search.register.freezing import FREEZERS, freeze
from search.register.replaying import Moved, Replay
from search.register.replaying import replay as ask_again
from search.register.schemas import MovedOut, NewRecord, RecordDetail, RecordOut, ReplayOut
from search.register.searching import search


@get("/sourcing-records", summary="My town's sourcing register", tags=["sourcing"])
async def list_records(
    reads: Reads, by: By, q: Query = "", kind: Annotated[AnswerKind | None, QueryParameter(description="Nature")] = None,
    page: PageNumber = 1, per_page: PerPage = 20,
) -> Page[RecordOut]:  # fmt: skip
    wanted = queries.Wanted(q.strip(), kind)
    found, total = await queries.records(reads, wanted, by, limit=per_page, offset=(page - 1) * per_page)
    items = [RecordOut.model_validate(record) for record in found]
    return Page(items=items, total=total, page=page, per_page=per_page)


@post("/sourcing-records", summary="Freeze an answer as evidence", tags=["sourcing"])
@creating
async def freeze_record(
    request: Request[Any, Any, Any], session: Writes, by: By, state: State, data: JSONBody[NewRecord]
) -> RecordDetail:
    del request
    by.require(OrganisationKind.TOWN, *FREEZERS)
    now = await clock.now(session)
    if (data.log_id is None) == (data.search is None):
        raise Invalid(
            [wrong("log_id", N_("Donnez log_id, ou search : l’un des deux, et un seul."), code="one_of_two")]
        )
    if data.search is not None:
        said = data.search
        asked, unknown = Criteria.read(
            text=said.q, domains=said.domain, maturities=said.maturity, features=said.feature, available=said.available, sort=said.sort
        )  # fmt: skip
        if unknown:
            raise Invalid(unknown_faults(unknown, inside="search."))
        log = await search(session, state.search, asked, by=by, now=now)
    else:
        found = await answered(session, data.log_id) if data.log_id else None
        if found is None:
            raise Invalid(
                [wrong("log_id", N_("Cette réponse n’est pas connue, ou n’est plus gardée : refaites la recherche."), code="unknown")]
            )  # fmt: skip
        log = found
    record = await freeze(
        session, log, title=data.title, note=data.note, need_id=data.need_id, pool_id=data.pool_id, choices=data.choices,
        by=by, now=now,
    )  # fmt: skip
    return RecordDetail.model_validate(record)


@get("/sourcing-records/{record_id:uuid}", summary="One frozen record", tags=["sourcing"])
async def show_record(reads: Reads, by: By, record_id: FromPath[UUID]) -> RecordDetail:
    return RecordDetail.model_validate(await queries.one(reads, record_id, by))


@get("/sourcing-records/{record_id:uuid}/replay", summary="Ask the same today", tags=["sourcing"])
async def replay_record(reads: Reads, by: By, state: State, record_id: FromPath[UUID]) -> ReplayOut:
    record = await queries.one(reads, record_id, by)
    now = await clock.now(reads)
    found = await ask_again(reads, state.search, Content.of(record.content), record.total, now=now)
    return _replay_out(found, now)


def _replay_out(found: Replay, now: Any) -> ReplayOut:
    today = found.today
    return ReplayOut(
        identical=found.identical, replayed_at=now, same_index=found.same_index, same_engine=found.same_engine,
        same_weights=found.same_weights, index_now=today.index, engine_now=today.engine,
        weights_now=dict(today.weights) if today.weights else None, total_then=found.total_then, total_now=today.total,
        moved=found.moved, causes=[cause.value for cause in found.causes], sheets=[_moved_out(sheet) for sheet in found.sheets],
    )  # fmt: skip


def _moved_out(sheet: Moved) -> MovedOut:
    then = sheet.then
    return MovedOut(
        slug=sheet.slug, move=sheet.move.value, cause=sheet.cause.value if sheet.cause else None, why=sheet.why, place_weighed=sheet.place_weighed,
        place_then=then.place if then else None, place_now=sheet.place_now, score_then=then.score if then else None,
        score_now=sheet.score_now,
    )  # fmt: skip


HANDLERS = [list_records, freeze_record, show_record, replay_record]
