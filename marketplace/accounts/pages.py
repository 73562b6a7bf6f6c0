"""Pages of an organisation: its API keys."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace import clock
from marketplace.accounts import api_keys
from marketplace.accounts.api import may_make_keys
from marketplace.accounts.schemas import KeyForm
from marketplace.db import ReadSession, Session
from marketplace.errors import Invalid, SignInNeeded, wrong
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
    form = await Form.read(request, KeyForm)
    secret = None
    async with form.attempt(session, names={"expires_at": "until"}):
        if not form.failed:
            typed = form.value()
            if typed.expires_at() is None:
                raise Invalid(
                    [wrong("until", N_("Dites jusqu’à quel jour la clé doit durer."), code="required")]
                )
            _, secret = await api_keys.create(
                session, name=typed.name, scope=typed.scope, expires_at=typed.expires_at(), by=by
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
        state_names=api_keys.KEY_STATE_NAMES,
        only_reads=not by.roles - api_keys.READING_ROLES,
    )


HANDLERS = [keys, make_key, revoke_key]
