"""Pages: an organisation's webhooks, one of them with its log, one delivery."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace import clock
from marketplace.db import ReadSession, Session
from marketplace.web.forms import Form
from marketplace.web.pages import page, redirect
from marketplace.web.pagination import PageNumber
from marketplace.web.transaction import By, Reads, Writes
from marketplace.webhooks import endpoints, queries
from marketplace.webhooks.api import count_reach
from marketplace.webhooks.event_types import offered_to
from marketplace.webhooks.models import DELIVERY_STATE_NAMES, DISABLED_REASON_NAMES, WebhookEndpoint
from marketplace.webhooks.posting import FAILURE_NAMES, Failure
from marketplace.webhooks.schemas import EndpointIn
from marketplace.words import N_

HOME = "/organisation/webhooks"


@get(HOME)
async def show_all(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    return await _all(request, reads, by, Form())


@post(HOME, status_code=200)
async def add(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[str]:
    await count_reach(request, by)
    form = await Form.read(request, EndpointIn)
    made = None
    async with form.attempt(session):
        if not form.failed:
            typed, state = form.value(), request.app.state
            made = await endpoints.add(
                session, state.guard, state.secret, name=typed.name, url=typed.url, events=typed.events, by=by
            )
    if made is None:
        return await _all(request, session, by, form)
    return await _one(request, session, by, made[0].id, secret=made[1])


@get(HOME + "/{endpoint_id:uuid}")
async def show(
    request: Request[Any, Any, Any], reads: Reads, by: By, endpoint_id: FromPath[UUID], page: PageNumber = 1
) -> Response[str]:
    return await _one(request, reads, by, endpoint_id, number=page)


@post(HOME + "/{endpoint_id:uuid}", status_code=303)
async def change(
    request: Request[Any, Any, Any], session: Writes, by: By, endpoint_id: FromPath[UUID]
) -> Response[Any]:
    await count_reach(request, by)
    form = await Form.read(request, EndpointIn)
    async with form.attempt(session):
        if not form.failed:
            typed, guard = form.value(), request.app.state.guard
            await endpoints.change(
                session, guard, endpoint_id, name=typed.name, url=typed.url, events=typed.events, by=by
            )
    if form.failed:
        return await _one(request, session, by, endpoint_id, form=form)
    return redirect(_path(endpoint_id), N_("Les modifications sont enregistrées."))


@post(HOME + "/{endpoint_id:uuid}/secret", status_code=200)
async def rotate(
    request: Request[Any, Any, Any], session: Writes, by: By, endpoint_id: FromPath[UUID]
) -> Response[str]:
    now = await clock.now(session)
    _, secret = await endpoints.rotate(session, request.app.state.secret, endpoint_id, by=by, now=now)
    return await _one(request, session, by, endpoint_id, secret=secret)


@post(HOME + "/{endpoint_id:uuid}/activation", status_code=303)
async def enable(
    request: Request[Any, Any, Any], session: Writes, by: By, endpoint_id: FromPath[UUID]
) -> Response[Any]:
    await count_reach(request, by)
    form: Form[EndpointIn] = Form()
    async with form.attempt(session):
        await endpoints.enable(session, request.app.state.guard, endpoint_id, by=by)
    if form.failed:
        return await _one(request, session, by, endpoint_id, form=form)
    return redirect(_path(endpoint_id), N_("L’adresse est réactivée."))


@post(HOME + "/{endpoint_id:uuid}/desactivation", status_code=303)
async def disable(session: Writes, by: By, endpoint_id: FromPath[UUID]) -> Redirect:
    await endpoints.disable(session, endpoint_id, by=by, now=await clock.now(session))
    return redirect(_path(endpoint_id), N_("L’adresse est désactivée : plus rien n’y est envoyé."))


@post(HOME + "/{endpoint_id:uuid}/suppression", status_code=303)
async def remove(session: Writes, by: By, endpoint_id: FromPath[UUID]) -> Redirect:
    await endpoints.remove(session, endpoint_id, by=by)
    return redirect(HOME, N_("L’adresse et son journal sont supprimés."))


@post(HOME + "/{endpoint_id:uuid}/test", status_code=303)
async def test(
    request: Request[Any, Any, Any], session: Writes, by: By, endpoint_id: FromPath[UUID]
) -> Redirect:
    await count_reach(request, by)
    queued = await endpoints.test(session, endpoint_id, by=by, now=await clock.now(session))
    return redirect(
        _path(endpoint_id, queued.id),
        N_("L’événement d’essai part : rechargez la page pour voir la réponse."),
    )


@get(HOME + "/{endpoint_id:uuid}/envois/{delivery_id:uuid}")
async def show_delivery(
    request: Request[Any, Any, Any],
    reads: Reads,
    by: By,
    endpoint_id: FromPath[UUID],
    delivery_id: FromPath[UUID],
) -> Response[str]:
    endpoint = await queries.one(reads, endpoint_id, by)
    delivery = await queries.delivery(reads, endpoint, delivery_id)
    return page(
        request,
        "webhooks/delivery.html",
        endpoint=endpoint,
        delivery=delivery,
        state_names=DELIVERY_STATE_NAMES,
        payload=json.dumps(delivery.payload, ensure_ascii=False, indent=2),
        attempts=[
            attempt
            | {
                "at": datetime.fromisoformat(attempt["at"]),
                "said": FAILURE_NAMES[Failure(attempt["error"])] if attempt["error"] else "",
            }
            for attempt in reversed(delivery.attempts)
        ],
    )


@post(HOME + "/{endpoint_id:uuid}/envois/{delivery_id:uuid}/renvoi", status_code=303)
async def redeliver(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    endpoint_id: FromPath[UUID],
    delivery_id: FromPath[UUID],
) -> Redirect:
    await count_reach(request, by)
    await endpoints.redeliver(session, endpoint_id, delivery_id, by=by, now=await clock.now(session))
    return redirect(
        _path(endpoint_id, delivery_id),
        N_("L’envoi repart sous le même identifiant : rechargez la page pour voir la réponse."),
    )


async def _all(
    request: Request[Any, Any, Any], reads: ReadSession | Session, by: By, form: Form[Any]
) -> Response[str]:
    return page(
        request,
        "webhooks/list.html",
        status=422 if form.failed else 200,
        form=form,
        endpoints=await queries.mine(reads, by),
        offered=offered_to(by.kind),
        limit=endpoints.AT_MOST,
        reason_names=DISABLED_REASON_NAMES,
    )


async def _one(
    request: Request[Any, Any, Any],
    reads: ReadSession | Session,
    by: By,
    endpoint_id: UUID,
    *,
    form: Form[Any] | None = None,
    secret: str | None = None,
    number: int = 1,
) -> Response[str]:
    endpoint = await queries.one(reads, endpoint_id, by)
    deliveries, pages = await queries.deliveries(reads, endpoint, page=number)
    return page(
        request,
        "webhooks/show.html",
        status=422 if form and form.failed else 200,
        form=form or Form(_typed(endpoint)),
        endpoint=endpoint,
        secret=secret,
        offered=offered_to(by.kind),
        deliveries=deliveries,
        pages=pages,
        state_names=DELIVERY_STATE_NAMES,
        reason_names=DISABLED_REASON_NAMES,
        now=await clock.now(reads),
    )


def _typed(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {"name": endpoint.name, "url": endpoint.url, "events": endpoint.events}


def _path(endpoint_id: UUID, delivery_id: UUID | None = None) -> str:
    return f"{HOME}/{endpoint_id}" + (f"/envois/{delivery_id}" if delivery_id else "")


HANDLERS = [show_all, add, show, change, rotate, enable, disable, remove, test, show_delivery, redeliver]
