"""Pages: a startup's sheets (draft, edit, submit), and a curator's queue."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from catalog.solutions import curation, drafting, queries
from catalog.solutions.forms import SheetForm
from catalog.solutions.lifecycle import SHEET, STATE_NAMES, who
from catalog.solutions.models import BASIS_NAMES, MATURITY_NAMES, Solution
from catalog.solutions.schemas import Decision
from catalog.taxonomy import domains
from marketplace import clock
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import ReadSession, Session
from marketplace.errors import NotFound
from marketplace.ids import SolutionId
from marketplace.interests.declaring import firms_of
from marketplace.units import UNITS
from marketplace.web import i18n
from marketplace.web.creating import creating
from marketplace.web.forms import Form
from marketplace.web.pages import page, redirect
from marketplace.web.schemas import plain
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_

ROWS = 4
"""Tiers that the form offers."""


@get("/espace-entreprise/fiches/nouvelle")
async def new_sheet_page(request: Request[Any, Any, Any], by: By) -> Response[str]:
    by.require(OrganisationKind.STARTUP, Role.EDITOR, Role.ADMIN)
    return _form(request, Form(), None)


@post("/espace-entreprise/fiches/nouvelle", status_code=303)
@creating
async def draft(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    form = await Form.read(request, SheetForm)
    made = None
    async with form.attempt(session):
        if not form.failed:
            made = await drafting.draft(session, form.value().sheet(), by=by, now=await clock.now(session))
    if made is None:
        return _form(request, _prices_under_steps(form), None)
    return redirect(f"/espace-entreprise/fiches/{made.id}", N_("Le brouillon est enregistré."))


@get("/espace-entreprise/fiches/{solution_id:uuid}")
async def edit_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, solution_id: FromPath[UUID]
) -> Response[str]:
    sheet = await queries.by_id(reads, SolutionId(solution_id), by)
    return _form(request, Form(_typed(sheet)), sheet)


@post("/espace-entreprise/fiches/{solution_id:uuid}", status_code=303)
async def edit(
    request: Request[Any, Any, Any], session: Writes, by: By, solution_id: FromPath[UUID]
) -> Response[Any]:
    form = await Form.read(request, SheetForm)
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            await drafting.edit(
                session, SolutionId(solution_id), typed.sheet(), version=typed.version or 0, by=by
            )
    if form.failed:
        return _form(
            request, _prices_under_steps(form), await queries.by_id(session, SolutionId(solution_id), by)
        )
    return redirect(f"/espace-entreprise/fiches/{solution_id}", N_("La fiche est enregistrée."))


@post("/espace-entreprise/fiches/{solution_id:uuid}/envoi", status_code=303)
async def submit(session: Writes, by: By, solution_id: FromPath[UUID]) -> Redirect:
    await drafting.submit(session, SolutionId(solution_id), by=by, now=await clock.now(session))
    return redirect("/espace-entreprise", N_("La fiche est envoyée en relecture."))


@get("/relecture")
async def queue(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    by.require_role(Role.CURATOR)
    return page(request, "solutions/queue.html", sheets=await queries.to_review(reads), domains=domains())


@get("/relecture/{solution_id:uuid}")
async def review_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, solution_id: FromPath[UUID]
) -> Response[str]:
    by.require_role(Role.CURATOR)
    return await _review(request, reads, by, solution_id, Form())


@post("/relecture/{solution_id:uuid}/publication", status_code=303)
async def publish(session: Writes, by: By, solution_id: FromPath[UUID]) -> Redirect:
    sheet = await curation.publish(session, SolutionId(solution_id), by=by, now=await clock.now(session))
    return redirect("/relecture", N_("La fiche « {name} » est publiée."), name=sheet.name)


@post("/relecture/{solution_id:uuid}/{act:str}", status_code=303)
async def decide(
    request: Request[Any, Any, Any], session: Writes, by: By, solution_id: FromPath[UUID], act: FromPath[str]
) -> Response[Any]:
    verbs = {
        "renvoi": curation.request_changes,
        "suspension": curation.suspend,
        "archivage": curation.archive,
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
    return page(
        request, "solutions/review.html", status=422 if form.failed else 200, form=form, sheet=sheet, domains=domains(),
        bases=BASIS_NAMES, maturities=MATURITY_NAMES, states=STATE_NAMES, allowed=SHEET.allowed(sheet.state, who(sheet.startup_id, by)),
        recused=sheet.startup_id in await firms_of(reads, by),
    )  # fmt: skip


def _form(request: Request[Any, Any, Any], form: Form[Any], sheet: Solution | None) -> Response[str]:
    language = i18n.language.get()
    return page(
        request, "solutions/form.html", status=422 if form.failed else 200, form=form, sheet=sheet, rows=range(ROWS), states=STATE_NAMES,
        domains=[("", i18n.translate(N_("Choisissez")))] + [(d.id, d.label(language)) for d in domains().values()],
        maturities=[(m.value, i18n.translate(name).capitalize()) for m, name in MATURITY_NAMES.items() if m != "unknown"],
        units=[(code, i18n.translate(unit.one)) for code, unit in UNITS.items()],
        bases=[(b.value, i18n.translate(name)) for b, name in BASIS_NAMES.items()],
    )  # fmt: skip


def _typed(sheet: Solution) -> dict[str, Any]:
    """A sheet as its form's fields."""
    typed: dict[str, Any] = {
        "name": sheet.name, "summary": sheet.summary, "description": sheet.description,
        "domain": sheet.domains[0] if sheet.domains else "", "maturity": sheet.maturity.value, "website": sheet.website or "",
    }  # fmt: skip
    for line in sheet.prices[:1]:
        typed |= {"unit": line.unit, "basis": line.basis.value, "vat_rate": plain(line.vat_rate)}
        for i, step in enumerate(line.steps):
            typed |= {
                f"steps-{i}-from": step["from"],
                f"steps-{i}-price": f"{step['unit_price_cents'] / 100:.2f}".replace(".", ","),
            }
    return typed


def _prices_under_steps(form: Form[Any]) -> Form[Any]:
    """The domain names tiers `prices[0].steps[i]`; the form shows them as `steps-i`."""
    form.errors = {name.removeprefix("prices-0-"): said for name, said in form.errors.items()}
    return form


HANDLERS = [new_sheet_page, draft, edit_page, edit, submit, queue, review_page, publish, decide]
