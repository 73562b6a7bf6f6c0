"""The page of one's own declared interests: `/compte/interets`."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace import clock
from marketplace.db import ReadSession, Session
from marketplace.errors import SignInNeeded
from marketplace.interests import declaring
from marketplace.interests.models import INTEREST_NAMES
from marketplace.interests.schemas import InterestForm
from marketplace.web import i18n
from marketplace.web.creating import creating
from marketplace.web.forms import Form
from marketplace.web.pages import page, redirect
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_


@get("/compte/interets")
async def interests(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    return await _page(request, reads, by, Form())


@post("/compte/interets", status_code=303)
@creating
async def declare(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    form = await Form.read(request, InterestForm)
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            await declaring.declare(
                session, firm=typed.firm, kind=typed.kind, detail=typed.detail, since=typed.since, by=by,
                now=await clock.now(session),
            )  # fmt: skip
    if form.failed:
        return await _page(request, session, by, form)
    return redirect("/compte/interets", N_("Votre déclaration est enregistrée."))


@post("/compte/interets/{interest_id:uuid}/fin", status_code=303)
async def end(session: Writes, by: By, interest_id: FromPath[UUID]) -> Redirect:
    if not by.signed_in:
        raise SignInNeeded
    await declaring.end(session, interest_id, by=by, now=await clock.now(session))
    return redirect("/compte/interets", N_("Ce lien est terminé ; la déclaration reste au registre."))


async def _page(
    request: Request[Any, Any, Any], reads: ReadSession | Session, by: By, form: Form[Any]
) -> Response[str]:
    if not by.signed_in:
        raise SignInNeeded
    return page(
        request,
        "interests/interests.html",
        status=422 if form.failed else 200,
        form=form,
        interests=await declaring.mine(reads, by),
        names=INTEREST_NAMES,
        kinds=[(kind, i18n.translate(name)) for kind, name in INTEREST_NAMES.items()],
    )


HANDLERS = [interests, declare, end]
