"""Pages: describe a need."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromQuery

from catalog.taxonomy import domains
from marketplace import clock
from marketplace.actor import OrganisationKind
from marketplace.units import UNITS
from marketplace.web import i18n
from marketplace.web.creating import creating
from marketplace.web.forms import Form
from marketplace.web.pages import page, redirect
from marketplace.web.transaction import By, Writes
from marketplace.words import N_
from procurement.needs import stating
from procurement.needs.forms import NeedForm
from procurement.needs.schemas import NewNeed


@get("/besoins/nouveau")
async def new_need_page(
    request: Request[Any, Any, Any], by: By, besoin: FromQuery[str] = "", domaine: FromQuery[str] = "", unite: FromQuery[str] = "",
    quantite: FromQuery[str] = "", annees: FromQuery[str] = "1", autres: FromQuery[str] = "",
) -> Response[str]:  # fmt: skip
    by.require(OrganisationKind.TOWN)
    known = {
        "besoin": besoin[:5000],
        "domaine": domaine,
        "unite": unite,
        "quantite": quantite[:20],
        "annees": annees,
        "autres": "on" if autres == "on" else "",
    }
    return _page(request, Form(known))


@post("/besoins/nouveau", status_code=303)
@creating
async def state_need(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    form = await Form.read(request, NeedForm)
    stated = None
    async with form.attempt(session, names={"quantity": "quantite"}):
        if not form.failed:
            typed = form.value()
            need = NewNeed(
                text=typed.besoin,
                domain=typed.domaine,
                unit=typed.unite,
                quantity=typed.quantite,
                years=typed.annees,
                alike=typed.autres,
            )
            stated = await stating.state_need(session, need, by=by, now=await clock.now(session))
    if stated is None:
        return _page(request, form)
    if form.value().suite and stated.alike_until:
        return redirect(
            "/propositions",
            N_(
                "Le besoin est enregistré : vous serez prévenue dès que trois villes l’ont, la vôtre comprise."
            ),
        )
    return redirect(
        f"/achats/nouveau?besoin={stated.id}", N_("Le besoin est enregistré. Préparez maintenant l’achat.")
    )


def _page(request: Request[Any, Any, Any], form: Form[Any]) -> Response[str]:
    return page(
        request,
        "needs/new.html",
        status=422 if form.failed else 200,
        form=form,
        domains=[("", i18n.translate(N_("Choisissez")))]
        + [(d.id, d.label(i18n.language.get())) for d in domains().values()],
        units=[(code, i18n.translate(unit.one)) for code, unit in UNITS.items()],
    )


HANDLERS = [new_need_page, state_need]
