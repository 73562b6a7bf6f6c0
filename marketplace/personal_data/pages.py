"""Pages: `/compte/donnees` (one's own copy and erasure) and `/administration/effacements` (another's, in two steps)."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace import clock
from marketplace.db import ReadSession, Session
from marketplace.errors import SignInNeeded, wrong
from marketplace.files.api import attachment
from marketplace.personal_data import asking
from marketplace.personal_data.holdings import HOLDINGS
from marketplace.personal_data.models import STATE_NAMES, RequestState
from marketplace.personal_data.retention import durations
from marketplace.personal_data.schemas import Confirm, EraseMe, EraseThem
from marketplace.sign_in.cookies import with_session
from marketplace.web.creating import creating
from marketplace.web.forms import Form
from marketplace.web.pages import page, redirect
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_

MINE, STAFF = "/compte/donnees", "/administration/effacements"
SURE = N_("Cochez la case : l’effacement est sans retour.")


@get(MINE)
async def mine(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    return page(
        request, "personal_data/mine.html", copies=await asking.copies(reads, by), names=STATE_NAMES, holdings=HOLDINGS,
        days=durations(request.app.state.settings.retention)["exports"], made=RequestState.DONE,
        alone=await asking.last_administrations(reads),
    )  # fmt: skip


@post(f"{MINE}/copies", status_code=303)
async def ask_copy(session: Writes, by: By) -> Redirect:
    await asking.ask_copy(session, by=by)
    return redirect(MINE, N_("Votre copie se prépare : elle sera ici dans un instant."))


@get(f"{MINE}/copies/{{request_id:uuid}}")
async def download(session: Writes, by: By, request_id: FromPath[UUID]) -> Response[bytes]:
    content = await asking.copy_of(session, request_id, by=by)
    return attachment(content, "mes-donnees-lot-commun.zip", "application/zip")


@get(f"{MINE}/effacement")
async def erase_page(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    by.require_recent_proof()  # asked before the reading, so that the decision is not interrupted
    return await _erase(request, reads, by, Form())


@post(f"{MINE}/effacement", status_code=303)
async def erase_me(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    form = await Form.read(request, EraseMe)
    if not form.failed and not form.value().sure:
        form = Form({}, faults=[wrong("sure", SURE, code="required")])
    async with form.attempt(session):
        if not form.failed:
            await asking.erase_myself(session, by=by)
    if form.failed:
        return await _erase(request, session, by, form)
    done = redirect(
        "/", N_("Votre compte est effacé. Ce que la loi oblige à garder ne porte plus votre nom.")
    )
    return with_session(request, done, None)


async def _erase(
    request: Request[Any, Any, Any], reads: ReadSession | Session, by: By, form: Form[Any]
) -> Response[str]:
    if not by.signed_in:
        raise SignInNeeded
    return page(
        request, "personal_data/erase.html", status=422 if form.failed else 200, form=form, holdings=HOLDINGS,
        alone=await asking.last_administrations(reads),
    )  # fmt: skip


@get(STAFF)
async def erasures(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    return await _erasures(request, reads, by, Form())


@post(STAFF, status_code=303)
@creating
async def ask_for(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    form = await Form.read(request, EraseThem)
    asked = None
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            asked = await asking.ask_for(session, email=typed.email, reason=typed.reason, by=by)
    if form.failed or asked is None:
        return await _erasures(request, session, by, form)
    return redirect(f"{STAFF}/{asked.id}", N_("La demande est enregistrée. Relisez-la, puis confirmez-la."))


@get(f"{STAFF}/{{request_id:uuid}}")
async def erasure(
    request: Request[Any, Any, Any], reads: Reads, by: By, request_id: FromPath[UUID]
) -> Response[str]:
    return await _erasure(request, reads, by, request_id, Form())


@post(f"{STAFF}/{{request_id:uuid}}/confirmation", status_code=303)
async def confirm(
    request: Request[Any, Any, Any], session: Writes, by: By, request_id: FromPath[UUID]
) -> Response[Any]:
    form = await Form.read(request, Confirm)
    async with form.attempt(session):
        if not form.failed:
            await asking.confirm(session, request_id, email=form.value().email, by=by)
    if form.failed:
        return await _erasure(request, session, by, request_id, form)
    return redirect(STAFF, N_("L’effacement est confirmé : il se fait dans les secondes qui viennent."))


@post(f"{STAFF}/{{request_id:uuid}}/refus", status_code=303)
async def refuse(session: Writes, by: By, request_id: FromPath[UUID]) -> Redirect:
    await asking.refuse(session, request_id, by=by, now=await clock.now(session))
    return redirect(STAFF, N_("La demande est écartée : rien n’a été effacé."))


async def _erasures(
    request: Request[Any, Any, Any], reads: ReadSession | Session, by: By, form: Form[Any]
) -> Response[str]:
    return page(
        request, "personal_data/erasures.html", status=422 if form.failed else 200, form=form, names=STATE_NAMES,
        requests=await asking.erasures(reads, by), waiting=RequestState.ASKED,
    )  # fmt: skip


async def _erasure(
    request: Request[Any, Any, Any], reads: ReadSession | Session, by: By, request_id: UUID, form: Form[Any]
) -> Response[str]:
    asked = await asking.erasure(reads, request_id, by)
    return page(
        request, "personal_data/erasure.html", status=422 if form.failed else 200, form=form, asked=asked,
        names=STATE_NAMES, waiting=RequestState.ASKED, holdings=HOLDINGS,
    )  # fmt: skip


HANDLERS = [mine, ask_copy, download, erase_page, erase_me, erasures, ask_for, erasure, confirm, refuse]
