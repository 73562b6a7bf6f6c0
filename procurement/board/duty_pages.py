"""Pages: who is in charge of a pool (`/achats/{id}/personnes`), and handing duties over (`/organisation/dossiers`)."""

from itertools import groupby
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace import clock
from marketplace.actor import Role
from marketplace.db import ReadSession, Session
from marketplace.errors import NotFound
from marketplace.ids import PersonId, PoolId
from marketplace.web import i18n
from marketplace.web.creating import creating
from marketplace.web.forms import Form
from marketplace.web.pages import page, redirect
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_
from procurement.pools import appointments, queries
from procurement.pools.appointments_api import HandOver, NewAppointment
from procurement.pools.models import DUTY_NAMES


@get("/achats/{pool_id:uuid}/personnes")
async def people(
    request: Request[Any, Any, Any], reads: Reads, by: By, pool_id: FromPath[UUID]
) -> Response[str]:
    return await _people(request, reads, by, PoolId(pool_id), Form())


@post("/achats/{pool_id:uuid}/personnes", status_code=303)
@creating
async def appoint(
    request: Request[Any, Any, Any], session: Writes, by: By, pool_id: FromPath[UUID]
) -> Response[Any]:
    form = await Form.read(request, NewAppointment)
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            await appointments.appoint(session, PoolId(pool_id), PersonId(typed.person_id), typed.duty, by=by)
    if form.failed:
        return await _people(request, session, by, PoolId(pool_id), form)
    return redirect(f"/achats/{pool_id}/personnes", N_("La personne est désignée."))


@post("/achats/{pool_id:uuid}/personnes/{appointment_id:uuid}/fin", status_code=303)
async def end(session: Writes, by: By, pool_id: FromPath[UUID], appointment_id: FromPath[UUID]) -> Redirect:
    await appointments.end(session, PoolId(pool_id), appointment_id, by=by, now=await clock.now(session))
    return redirect(f"/achats/{pool_id}/personnes", N_("La désignation est terminée."))


@get("/organisation/dossiers")
async def duties(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    return await _duties(request, reads, by, Form())


@post("/organisation/dossiers", status_code=303)
@creating
async def hand_over(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    form = await Form.read(request, HandOver)
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            await appointments.hand_over(
                session, PersonId(typed.leaver_id), PersonId(typed.successor_id), by=by, now=await clock.now(session)
            )  # fmt: skip
    if form.failed:
        return await _duties(request, session, by, form)
    return redirect("/organisation/dossiers", N_("Les dossiers sont transmis."))


async def _people(
    request: Request[Any, Any, Any], reads: ReadSession | Session, by: By, pool_id: PoolId, form: Form[Any]
) -> Response[str]:
    pool = await queries.one(reads, pool_id)
    if not by.acts_for(pool.coordinator_id):
        raise NotFound
    return page(
        request,
        "board/people.html",
        status=422 if form.failed else 200,
        form=form,
        pool=pool,
        in_charge=await appointments.of_pool(reads, pool_id, by),
        people=[(str(id_), name) for id_, name in await appointments.candidates(reads, by)],
        names=DUTY_NAMES,
        duties=[(duty, i18n.translate(name)) for duty, name in DUTY_NAMES.items()],
        decides=bool(by.roles & set(appointments.DECIDERS)),
    )


async def _duties(
    request: Request[Any, Any, Any], reads: ReadSession | Session, by: By, form: Form[Any]
) -> Response[str]:
    held = await appointments.of_town(reads, by)
    mine_only = Role.ADMIN not in by.roles
    holders = {
        str(person): name
        for person, name in {(h.person_id, h.person_name) for h in held}
        if not mine_only or person == by.person_id
    }
    return page(
        request,
        "board/duties.html",
        status=422 if form.failed else 200,
        form=form,
        by_person=[(name, list(rows)) for name, rows in groupby(held, key=lambda h: h.person_name)],
        holders=sorted(holders.items(), key=lambda item: item[1]),
        people=[(str(id_), name) for id_, name in await appointments.candidates(reads, by)],
        names=DUTY_NAMES,
    )


HANDLERS = [people, appoint, end, duties, hand_over]
