"""Pages of one's own kept searches, and the page behind a mail's link that stops an alert."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect

from catalog.solutions.models import MATURITY_NAMES
from catalog.taxonomy import domains
from marketplace import clock
from marketplace.db import ReadSession, Session
from marketplace.web.creating import creating
from marketplace.web.forms import Form
from marketplace.web.pages import page, redirect
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_
from search.finding.asking import FEATURE_NAMES, Criteria
from search.finding.pages import Typed, typed_criteria
from search.saved import keeping, queries, stopping
from search.saved.models import ALERT_NAMES, SavedSearch
from search.saved.schemas import ChangeForm, SaveForm

HOME = "/compte/recherches"


@get(HOME)
async def show_all(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    return await _all(request, reads, by, Form())


@get(HOME + "/nouvelle")
async def new(
    request: Request[Any, Any, Any],
    by: By,
    q: Typed = "",
    domaine: FromQuery[list[str] | None] = None,
    maturite: FromQuery[list[str] | None] = None,
    prix: FromQuery[str] = "",
    critere: FromQuery[list[str] | None] = None,
    disponibles: FromQuery[str] = "",
    tri: Annotated[str, QueryParameter(max_length=200)] = "",
) -> Response[str]:
    keeping.person_of(by)
    asked, _ = typed_criteria(
        q=q, domaine=domaine, maturite=maturite, prix=prix, critere=critere, disponibles=disponibles, tri=tri
    )
    return _new(request, asked, Form())


@post(HOME, status_code=303)
@creating
async def keep(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    keeping.person_of(by)
    form = await Form.read(request, SaveForm)
    asked = _asked_again(form)
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            await keeping.keep(session, asked, name=typed.name, alert=typed.alert, by=by)
    if form.failed:
        return _new(request, asked, form)
    return redirect(HOME, N_("La recherche « {name} » est enregistrée."), name=form.value().name)


@get(HOME + "/{search_id:uuid}")
async def edit(request: Request[Any, Any, Any], reads: Reads, by: By, search_id: FromPath[UUID]) -> Response[str]:  # fmt: skip
    return _edit(request, await queries.one(reads, search_id, by), Form())


@post(HOME + "/{search_id:uuid}", status_code=303)
async def change(
    request: Request[Any, Any, Any], session: Writes, by: By, search_id: FromPath[UUID]
) -> Response[Any]:
    kept = await queries.one(session, search_id, by)
    form = await Form.read(request, ChangeForm)
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            await keeping.change(
                session, search_id, version=typed.version, name=typed.name, alert=typed.alert, by=by
            )
    if form.failed:
        await session.refresh(kept)
        return _edit(request, kept, form)
    return redirect(HOME, N_("La recherche « {name} » est modifiée."), name=form.value().name)


@post(HOME + "/{search_id:uuid}/suppression", status_code=303)
async def remove(session: Writes, by: By, search_id: FromPath[UUID]) -> Redirect:
    await keeping.remove(session, search_id, by=by, now=await clock.now(session))
    return redirect(
        f"{HOME}#supprimees",
        N_("La recherche est supprimée, et son alerte arrêtée. Vous pouvez la rétablir plus bas."),
    )


@post(HOME + "/{search_id:uuid}/retablissement", status_code=303)
async def restore(
    request: Request[Any, Any, Any], session: Writes, by: By, search_id: FromPath[UUID]
) -> Response[Any]:
    form: Form[Any] = Form()
    async with form.attempt(session):
        await keeping.restore(session, search_id, by=by)
    if form.failed:
        return await _all(request, session, by, form)
    return redirect(HOME, N_("La recherche est rétablie, avec son alerte."))


@get(stopping.PATH + "/{token:str}")
async def stop_page(request: Request[Any, Any, Any], token: FromPath[str]) -> Response[str]:
    stopping.read(request.app.state.secret, token)
    return page(request, "saved/stop.html", token=token)


@post(stopping.PATH + "/{token:str}", status_code=303)
async def stop(request: Request[Any, Any, Any], session: Writes, by: By, token: FromPath[str]) -> Redirect:
    await stopping.stop(session, request.app.state.secret, token, by=by)
    return redirect(
        "/solutions",
        N_("L’alerte est arrêtée : vous ne recevrez plus rien de cette recherche. Elle reste dans votre compte."),
    )  # fmt: skip


async def _all(
    request: Request[Any, Any, Any], reads: ReadSession | Session, by: By, form: Form[Any]
) -> Response[str]:
    return page(
        request, "saved/list.html", status=form.status, form=form, searches=await queries.mine(reads, by),
        removed=await queries.removed(reads, by), alerts=ALERT_NAMES, limit=keeping.AT_MOST,
        days=request.app.state.settings.retention.saved_searches, **_names(),
    )  # fmt: skip


def _new(request: Request[Any, Any, Any], asked: Criteria, form: Form[Any]) -> Response[str]:
    return page(
        request, "saved/new.html", status=form.status, form=form, asked=asked, alerts=ALERT_NAMES, home=HOME, **_names()
    )  # fmt: skip


def _edit(request: Request[Any, Any, Any], kept: SavedSearch, form: Form[Any]) -> Response[str]:
    return page(
        request, "saved/edit.html", status=form.status, form=form, kept=kept, asked=kept.asked, alerts=ALERT_NAMES, home=HOME,
        version=form.version_read(kept.version), **_names(),
    )  # fmt: skip


def _names() -> dict[str, Any]:
    """What templates call the parts of a search."""
    return {"domains": domains(), "maturities": MATURITY_NAMES, "features": FEATURE_NAMES}


def _asked_again(form: Form[SaveForm]) -> Criteria:
    """The search that the form carries, even when something else of it is wrong."""

    def several(name: str) -> list[str]:
        sent = form.get(name, [])
        return [str(one) for one in (sent if isinstance(sent, list) else [sent])]

    asked, _ = typed_criteria(
        domaine=several("domaine"), maturite=several("maturite"), critere=several("critere"),
        **{name: (several(name) or [""])[-1] for name in ("q", "prix", "disponibles", "tri")},
    )  # fmt: skip
    return asked


HANDLERS = [show_all, new, keep, edit, change, remove, restore, stop_page, stop]
