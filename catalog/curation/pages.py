"""Pages: a curator's queue, and one sheet under review."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from catalog.curation import deciding
from catalog.solutions import queries
from catalog.solutions.lifecycle import REVISION, REVISION_STATE_NAMES, SHEET, STATE_NAMES, who
from catalog.solutions.models import BASIS_NAMES, MATURITY_NAMES
from catalog.solutions.schemas import Decision, state_of
from catalog.taxonomy import domains
from marketplace import clock
from marketplace.actor import Actor, Role
from marketplace.db import ReadSession, Session
from marketplace.errors import NotFound
from marketplace.ids import SolutionId
from marketplace.interests.declaring import firms_of
from marketplace.web.forms import Form
from marketplace.web.pages import page, redirect
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_


@get("/relecture")
async def queue(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    by.require_role(Role.CURATOR)
    return page(request, "curation/queue.html", sheets=await queries.to_review(reads), domains=domains())


@get("/relecture/{solution_id:uuid}")
async def review_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, solution_id: FromPath[UUID]
) -> Response[str]:
    by.require_role(Role.CURATOR)
    return await _review(request, reads, by, solution_id, Form())


@post("/relecture/{solution_id:uuid}/publication", status_code=303)
async def publish(session: Writes, by: By, solution_id: FromPath[UUID]) -> Redirect:
    sheet = await deciding.accept(session, SolutionId(solution_id), by=by, now=await clock.now(session))
    return redirect("/relecture", N_("La fiche « {name} » est publiée."), name=sheet.name)


@post("/relecture/{solution_id:uuid}/{act:str}", status_code=303)
async def decide(
    request: Request[Any, Any, Any], session: Writes, by: By, solution_id: FromPath[UUID], act: FromPath[str]
) -> Response[Any]:
    verbs = {
        "renvoi": deciding.request_changes,
        "suspension": deciding.suspend,
        "archivage": deciding.archive,
    }
    if act not in verbs:
        raise NotFound
    form = await Form.read(request, Decision)
    async with form.attempt(session):
        if not form.failed:
            await verbs[act](
                session, SolutionId(solution_id), form.value().reason, by=by, now=await clock.now(session)
            )
    if form.failed:
        return await _review(request, session, by, solution_id, form)
    return redirect("/relecture", N_("La décision est enregistrée, et l’entreprise en est avertie."))


async def _review(
    request: Request[Any, Any, Any],
    reads: ReadSession | Session,
    by: Actor,
    solution_id: UUID,
    form: Form[Any],
) -> Response[str]:
    sheet = await queries.by_id(reads, SolutionId(solution_id), by)
    roles = who(sheet.startup_id, by)
    allowed = SHEET.allowed(sheet.state, roles)
    if sheet.open_revision:
        allowed += REVISION.allowed(sheet.open_revision.state, roles)
    return page(
        request, "curation/review.html", status=422 if form.failed else 200, form=form, sheet=sheet, domains=domains(),
        bases=BASIS_NAMES, maturities=MATURITY_NAMES, states=REVISION_STATE_NAMES | STATE_NAMES, state=state_of(sheet), allowed=allowed,
        recused=sheet.startup_id in await firms_of(reads, by),
    )  # fmt: skip


HANDLERS = [queue, review_page, publish, decide]
