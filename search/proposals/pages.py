"""Pages: « Propositions d’achat groupé », and one of them, with the pool that it may become."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from catalog.taxonomy import domains
from marketplace import clock
from marketplace.actor import OrganisationKind
from marketplace.db import ReadSession, Session
from marketplace.ids import NeedId
from marketplace.web import i18n
from marketplace.web.creating import creating
from marketplace.web.forms import Form
from marketplace.web.pages import page, redirect, unit_name
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_
from procurement.compass import NATURE_NAMES
from procurement.compass.compass import PROCEDURE_NAMES
from procurement.needs import queries as needs
from search.proposals import answering, opening, queries
from search.proposals.forms import AlikeForm, OpenForm
from search.proposals.lifecycle import ANSWERERS, STATE_NAMES

CENSUS, COUNCILS = timedelta(days=30), timedelta(days=90)
"""The days that the form of a pool offers at first."""


@get("/propositions")
async def list_page(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    proposals = await queries.all_mine(reads, by)
    return page(
        request, "proposals/list.html", proposals=proposals, needs=await needs.mine(reads, by), names=STATE_NAMES, domains=domains(),
        now=await clock.now(reads), may=by.has(OrganisationKind.TOWN, *ANSWERERS),
    )  # fmt: skip


@post("/propositions/besoins/{need_id:uuid}", status_code=303)
async def tell_of_others(
    request: Request[Any, Any, Any], session: Writes, by: By, need_id: FromPath[UUID]
) -> Redirect:
    told = (await Form.read(request, AlikeForm)).value().autres
    await answering.tell_of_others(session, NeedId(need_id), told, by=by, now=await clock.now(session))
    said = N_("Vous serez prévenue dès que deux autres villes ont ce besoin.") if told else N_("Ce besoin n’est plus comparé à ceux d’autres villes.")  # fmt: skip
    return redirect("/propositions", said)


@get("/propositions/{proposal_id:uuid}")
async def show_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, proposal_id: FromPath[UUID]
) -> Response[str]:
    return await _show(request, reads, by, proposal_id, None)


@post("/propositions/{proposal_id:uuid}/accord", status_code=303)
async def accept(session: Writes, by: By, proposal_id: FromPath[UUID]) -> Redirect:
    await answering.accept(session, proposal_id, by=by, now=await clock.now(session))
    return redirect(
        f"/propositions/{proposal_id}",
        N_("C’est accepté. Les villes qui acceptent aussi voient la vôtre, et vous les voyez."),
    )


@post("/propositions/{proposal_id:uuid}/refus", status_code=303)
async def decline(session: Writes, by: By, proposal_id: FromPath[UUID]) -> Redirect:
    await answering.decline(session, proposal_id, by=by, now=await clock.now(session))
    return redirect("/propositions", N_("C’est décliné. Aucune ville ne le saura."))


@post("/propositions/{proposal_id:uuid}/achat", status_code=303)
@creating
async def open_pool(
    request: Request[Any, Any, Any], session: Writes, by: By, proposal_id: FromPath[UUID]
) -> Response[Any]:
    proposal, side = await answering.mine(session, proposal_id, by)
    form = await Form.read(request, OpenForm)
    made = None
    async with form.attempt(session):
        if not form.failed:
            new = form.value().opened().new_pool(side.need_id, proposal.unit)
            made = await opening.open_pool(session, proposal_id, new, by=by, now=await clock.now(session))
    if made is None:
        return await _show(request, session, by, proposal_id, form)
    return redirect(
        f"/achats/{made.id}", N_("L’achat est créé, en brouillon, et les villes qui ont accepté sont invitées.")
    )  # fmt: skip


async def _show(
    request: Request[Any, Any, Any],
    reads: ReadSession | Session,
    by: By,
    proposal_id: UUID,
    form: Form[Any] | None,
) -> Response[str]:
    found = await queries.view(reads, proposal_id, by)
    if form is None:
        today = clock.paris_day(found.now)
        days = {"census_ends_on": str(today + CENSUS), "commitment_ends_on": str(today + COUNCILS)}
        label = domains()[found.mine.proposal.domain].label(i18n.language.get())
        what = unit_name(found.mine.proposal.unit).capitalize()
        form = Form({"title": label, "label": what, "nature": "services", "vat_rate": "20"} | days)
    return page(
        request, "proposals/show.html", status=form.status, found=found, mine=found.mine, proposal=found.mine.proposal, form=form, names=STATE_NAMES,
        domain=domains()[found.mine.proposal.domain], natures=[(n, i18n.translate(name)) for n, name in NATURE_NAMES.items()],
        procedures=PROCEDURE_NAMES, may=by.has(OrganisationKind.TOWN, *ANSWERERS),
    )  # fmt: skip


HANDLERS = [list_page, tell_of_others, show_page, accept, decline, open_pool]
