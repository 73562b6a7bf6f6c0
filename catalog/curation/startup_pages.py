"""The startup's side of a review: `/espace-entreprise/fiches/{id}/relecture`, and answering a comment from wherever it is shown."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from catalog.curation import commenting, queries
from catalog.curation.checklist import sentences
from catalog.curation.forms import CommentForm
from catalog.curation.models import VERDICT_NAMES
from catalog.curation.working_days import TARGET
from catalog.solutions import wording
from catalog.solutions.lifecycle import REVISION_STATE_NAMES, STATE_NAMES, Who, who
from catalog.solutions.queries import by_id, last_accepted, latest
from catalog.solutions.remarks import unresolved
from catalog.solutions.schemas import state_of
from marketplace import clock
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import ReadSession, Session
from marketplace.errors import SignInNeeded
from marketplace.ids import SolutionId
from marketplace.web import i18n
from marketplace.web.forms import Form
from marketplace.web.pages import local_path, page, redirect
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_

ROOM = "/espace-entreprise/fiches/{solution_id:uuid}"
Asks = Request[Any, Any, Any]


@get(f"{ROOM}/relecture")
async def progress(request: Asks, reads: Reads, by: By, solution_id: FromPath[UUID]) -> Response[str]:
    if not by.signed_in:
        raise SignInNeeded  # a mail leads here
    return await _progress(request, reads, by, solution_id, Form({}))


@post(f"{ROOM}/commentaires", status_code=303)
async def comment(request: Asks, session: Writes, by: By, solution_id: FromPath[UUID]) -> Response[Any]:
    by.require(OrganisationKind.STARTUP, Role.EDITOR, Role.ADMIN)
    sent = await request.form()
    form = await Form.read(request, CommentForm)
    now = await clock.now(session)
    async with form.attempt(session):
        if not form.failed:
            given = form.value()
            await commenting.comment(session, SolutionId(solution_id), given.path, given.text, by=by, now=now)
    if form.failed:
        return await _progress(request, session, by, solution_id, form)
    return redirect(_back(sent.get("suite"), solution_id), N_("Votre réponse est envoyée à la relecture."))


@post(ROOM + "/commentaires/{remark_id:uuid}/retrait", status_code=303)
async def withdraw_comment(
    request: Asks, session: Writes, by: By, solution_id: FromPath[UUID], remark_id: FromPath[UUID]
) -> Redirect:
    by.require(OrganisationKind.STARTUP, Role.EDITOR, Role.ADMIN)
    now = await clock.now(session)
    await commenting.withdraw(session, SolutionId(solution_id), remark_id, by=by, now=now)
    sent = await request.form()
    return redirect(_back(sent.get("suite"), solution_id), N_("Le commentaire est retiré."))


async def _progress(
    request: Asks, reads: ReadSession | Session, by: Actor, solution_id: UUID, form: Form[Any]
) -> Response[str]:
    sheet = await by_id(reads, SolutionId(solution_id), by)
    now, comments = await clock.now(reads), await queries.comments_by_field(reads, sheet.id)
    decisions = await queries.history(reads, sheet.id)
    contents = [
        made.content for made in (await latest(reads, sheet), await last_accepted(reads, sheet.id)) if made
    ]
    towns = await queries.town_names(reads, contents)
    references = {
        f"references.{row['id']}": row for content in contents for row in content.get("references", [])
    }
    told = set(comments) | {path for made in decisions for path in (*made.fields, *made.returned)}
    labels = {path: wording.label(path, i18n.language.get(), references.get(path), towns) for path in told}
    return page(
        request, "curation/progress.html", status=422 if form.failed else 200, form=form, sheet=sheet, labels=labels,
        progress=queries.progress(sheet, now), comments_found=comments, decisions=decisions, open_comments=unresolved(comments), now=now,
        target=TARGET, states=REVISION_STATE_NAMES | STATE_NAMES, state=state_of(sheet), verdicts=VERDICT_NAMES,
        sentences=sentences, writes=Who.STARTUP in who(sheet.startup_id, by),
    )  # fmt: skip


def _back(asked: Any, solution_id: UUID) -> str:
    return local_path(str(asked) if asked else None, f"/espace-entreprise/fiches/{solution_id}/relecture")


HANDLERS = [progress, comment, withdraw_comment]
