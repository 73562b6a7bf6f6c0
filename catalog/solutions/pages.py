"""Pages: a startup's sheets (draft, edit, submit)."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from catalog.solutions import drafting, queries
from catalog.solutions.forms import SheetForm
from catalog.solutions.lifecycle import REVISION_STATE_NAMES, STATE_NAMES
from catalog.solutions.models import BASIS_NAMES, MATURITY_NAMES, Solution
from catalog.solutions.schemas import state_of, version_of
from catalog.taxonomy import domains
from marketplace import clock
from marketplace.actor import OrganisationKind, Role
from marketplace.ids import SolutionId
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
                session, SolutionId(solution_id), typed.sheet(), version=typed.version or 0, by=by, now=await clock.now(session),
            )  # fmt: skip
    if form.failed:
        return _form(
            request, _prices_under_steps(form), await queries.by_id(session, SolutionId(solution_id), by)
        )
    return redirect(f"/espace-entreprise/fiches/{solution_id}", N_("La fiche est enregistrée."))


@post("/espace-entreprise/fiches/{solution_id:uuid}/envoi", status_code=303)
async def submit(session: Writes, by: By, solution_id: FromPath[UUID]) -> Redirect:
    await drafting.submit(session, SolutionId(solution_id), by=by, now=await clock.now(session))
    return redirect("/espace-entreprise", N_("La fiche est envoyée en relecture."))


def _form(request: Request[Any, Any, Any], form: Form[Any], sheet: Solution | None) -> Response[str]:
    language = i18n.language.get()
    return page(
        request, "solutions/form.html", status=422 if form.failed else 200, form=form, sheet=sheet, rows=range(ROWS), states=REVISION_STATE_NAMES | STATE_NAMES,
        state=state_of(sheet) if sheet else None, version=version_of(sheet) if sheet else None,
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


HANDLERS = [new_sheet_page, draft, edit_page, edit, submit]
