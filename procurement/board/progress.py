"""Work under way on a pool: what a page waits for, told as it happens (server-sent events) or asked (JSON)."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.params import FromPath
from litestar.response import ServerSentEvent, ServerSentEventMessage
from sqlalchemy import func, or_, select

from marketplace.db import Database, ReadSession, Session
from marketplace.ids import PoolId
from marketplace.jobs import JobRun
from marketplace.web.transaction import Reads, actor_of
from marketplace.words import N_
from procurement.conventions import queries as conventions
from procurement.pools import queries, scopes
from procurement.pools.lifecycle import PoolState
from procurement.pools.models import Consolidation, ConsolidationKind, Pool
from procurement.quotes import comparing
from procurement.quotes.lifecycle import ConsultationState
from procurement.quotes.models import Consultation

TICK, PATIENCE = 0.5, 600


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a pool's work stands. `stamp` changes when a page should be read again; `done` of `total` is the running job."""

    stamp: str
    job: str | None
    done: int
    total: int


async def progress_of(reads: ReadSession | Session, pool_id: PoolId) -> Progress:
    """The progress of a pool that the asker may see. Raises `NotFound`."""
    pool = await queries.one(reads, pool_id)
    run = await _running(reads, pool_id)
    agreement = await conventions.agreement(reads, pool_id)
    consultation = await comparing.latest_consultation(reads, pool_id)
    results = await reads.scalar(
        select(func.count())
        .select_from(Consolidation)
        .where(
            Consolidation.pool_id == pool_id,
            scopes.takes_part(reads, pool_id),
            or_(Consolidation.kind != ConsolidationKind.QUOTE, scopes.coordinates(reads, pool_id)),
        )
    )
    seen = (
        pool.state,
        agreement and agreement.id,
        consultation and consultation.state,
        results,
        run is not None,
    )
    return Progress(
        ".".join(str(part or "") for part in seen),
        run.kind if run else None,
        run.done if run else 0,
        run.total if run else 0,
    )


async def waiting_for(
    reads: ReadSession | Session, pool: Pool, agreement: object, consultation: Consultation | None
) -> str | None:
    """What the worker is doing for this pool, in a sentence, or None."""
    if await _running(reads, pool.id):
        return N_("Les commandes se préparent.")
    if pool.state is PoolState.COMMITMENT and agreement is None and not pool.alone:
        return N_("La convention est en cours de rédaction.")
    if consultation is not None and consultation.state is ConsultationState.PREPARING:
        return N_("La consultation s’ouvre.")
    return None


@get("/pools/{pool_id:uuid}/progress", summary="Work under way on a pool", tags=["pools"])
async def show_progress(reads: Reads, pool_id: FromPath[UUID]) -> dict[str, Any]:
    return asdict(await progress_of(reads, PoolId(pool_id)))


@get("/achats/{pool_id:uuid}/avancement")
async def follow(request: Request[Any, Any, Any], pool_id: FromPath[UUID]) -> ServerSentEvent:
    """Looked at once before anything is sent: a pool that is not theirs is not found, rather than a stream that breaks."""
    database: Database = request.app.state.database
    actor = actor_of(request)
    async with database.reading(actor) as reads:
        first = await progress_of(reads, PoolId(pool_id))

    async def events() -> AsyncIterator[ServerSentEventMessage]:
        for _ in range(int(PATIENCE / TICK)):
            async with database.reading(actor) as reads:
                now = await progress_of(reads, PoolId(pool_id))
            if now.stamp != first.stamp:
                yield ServerSentEventMessage(event="changed", data=now.stamp)
                return
            yield ServerSentEventMessage(
                event="progress", data=json.dumps({"done": now.done, "total": now.total})
            )
            await asyncio.sleep(TICK)
        yield ServerSentEventMessage(event="end", data="")

    return ServerSentEvent(events())


async def _running(reads: ReadSession | Session, pool_id: PoolId) -> JobRun | None:
    found: JobRun | None = await reads.scalar(
        select(JobRun)
        .where(JobRun.subject_id == pool_id, JobRun.finished_at.is_(None), scopes.inside(reads, pool_id))
        .order_by(JobRun.id.desc())
        .limit(1)
    )
    return found


API = [show_progress]
PAGES = [follow]
