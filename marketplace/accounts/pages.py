"""Pages of an organisation: its API keys."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace import clock
from marketplace.accounts import api_keys
from marketplace.accounts.api import may_make_keys
from marketplace.accounts.models import KeyScope
from marketplace.accounts.schemas import NewKey
from marketplace.db import ReadSession, Session
from marketplace.errors import SignInNeeded
from marketplace.web.forms import Form
from marketplace.web.pages import page, redirect
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_


@get("/organisation/cles")
async def keys(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    return await _keys(request, reads, by, Form())


@post("/organisation/cles", status_code=200)
async def make_key(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[str]:
    may_make_keys(request, by)
    form = await Form.read(request, NewKey)
    secret = None
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            _, secret = await api_keys.create(
                session, name=typed.name, scope=KeyScope(typed.scope), expires_at=None, by=by
            )
    return await _keys(request, session, by, form if form.failed else Form(), secret=secret)


@post("/organisation/cles/{key_id:uuid}/revocation", status_code=303)
async def revoke_key(session: Writes, by: By, key_id: FromPath[UUID]) -> Redirect:
    await api_keys.revoke(session, key_id, now=await clock.now(session), by=by)
    return redirect("/organisation/cles", N_("La clé est révoquée."))


async def _keys(
    request: Request[Any, Any, Any],
    reads: ReadSession | Session,
    by: By,
    form: Form[Any],
    *,
    secret: str | None = None,
) -> Response[str]:
    if not by.signed_in:
        raise SignInNeeded
    return page(
        request,
        "accounts/keys.html",
        status=422 if form.failed else 200,
        form=form,
        secret=secret,
        keys=await api_keys.of_organisation(reads, by),
    )


HANDLERS = [keys, make_key, revoke_key]
