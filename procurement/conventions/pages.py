"""Pages: record the deliberation, record the signature."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from marketplace import clock
from marketplace.actor import Actor
from marketplace.db import ReadSession, Session
from marketplace.errors import NotFound
from marketplace.ids import PoolId
from marketplace.web.creating import creating
from marketplace.web.forms import Form
from marketplace.web.pages import page, redirect
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_
from procurement.conventions import queries, signing
from procurement.conventions.forms import DeliberationForm, SignatureForm
from procurement.pools import queries as pools


@get("/achats/{pool_id:uuid}/deliberation")
async def deliberation_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, pool_id: FromPath[UUID]
) -> Response[str]:
    return await _page(request, reads, by, pool_id, "conventions/deliberation.html", Form())


@post("/achats/{pool_id:uuid}/deliberation", status_code=303)
@creating
async def deliberate(
    request: Request[Any, Any, Any], session: Writes, by: By, pool_id: FromPath[UUID]
) -> Response[Any]:
    form = await Form.read(request, DeliberationForm)
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            await signing.record_deliberation(
                session, PoolId(pool_id), number=typed.number, voted_on=typed.voted_on, transmitted_on=typed.transmitted_on, by=by,
                now=await clock.now(session),
            )  # fmt: skip
    if form.failed:
        return await _page(request, session, by, pool_id, "conventions/deliberation.html", form)
    return redirect(f"/achats/{pool_id}", N_("La délibération est enregistrée."))


@get("/achats/{pool_id:uuid}/signature")
async def signature_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, pool_id: FromPath[UUID]
) -> Response[str]:
    return await _page(request, reads, by, pool_id, "conventions/signature.html", Form())


@post("/achats/{pool_id:uuid}/signature", status_code=303)
@creating
async def sign(
    request: Request[Any, Any, Any], session: Writes, by: By, pool_id: FromPath[UUID]
) -> Response[Any]:
    form = await Form.read(request, SignatureForm)
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            await signing.sign(
                session, PoolId(pool_id), sha256=typed.sha256, name=typed.signatory_name, title=typed.signatory_title,
                signed_on=typed.signed_on, by=by, now=await clock.now(session),
            )  # fmt: skip
    if form.failed:
        return await _page(request, session, by, pool_id, "conventions/signature.html", form)
    return redirect(f"/achats/{pool_id}", N_("La signature est enregistrée."))


async def _page(
    request: Request[Any, Any, Any],
    reads: ReadSession | Session,
    by: Actor,
    pool_id: UUID,
    name: str,
    form: Form[Any],
) -> Response[str]:
    view = await pools.view(reads, PoolId(pool_id), by)
    agreement = await queries.agreement(reads, view.pool.id)
    if view.mine is None or agreement is None:
        raise NotFound
    return page(
        request, name, status=422 if form.failed else 200, form=form, view=view, pool=view.pool, agreement=agreement, town=view.mine.town,
        today=clock.paris_day(view.now).isoformat(),
    )  # fmt: skip


HANDLERS = [deliberation_page, deliberate, signature_page, sign]
