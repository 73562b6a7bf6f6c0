"""Pages: « Que font les villes comme la mienne », the town to ask about, and what my town declares."""

from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from catalog.evidence.levels import LEVEL_NAMES
from catalog.taxonomy import domains
from marketplace import clock
from marketplace.actor import OrganisationKind
from marketplace.db import ReadSession, Session
from marketplace.territories.queries import typed_town
from marketplace.web import i18n
from marketplace.web.exports import both, table_file
from marketplace.web.forms import Form
from marketplace.web.pages import page, redirect, show_number, unit_name
from marketplace.web.pagination import Pages
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_
from search.twins import assets
from search.twins.assets import ASSET_NAMES, AssetKind
from search.twins.doing import Doer, code_of, doing, most_cited
from search.twins.forms import YEAR, AssetsForm, declared, place, typed
from search.twins.queries import find_profile
from search.twins.similarity import SIGNAL_NAMES, WEIGHTS, WHY
from search.twins.wording import all_said

Typed = Annotated[str, QueryParameter(max_length=200)]
Chosen = Annotated[str, QueryParameter(max_length=60)]
PER_PAGE = 20
HERE = "/organisation/patrimoine"
METHOD = [(SIGNAL_NAMES[signal], weight, WHY[signal]) for signal, weight in WEIGHTS.items()]


@get("/villes")
async def choose_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, ville: Typed = "", domaine: Chosen = ""
) -> Response[str] | Redirect:
    town, others = await typed_town(reads, ville)
    if town is not None and not others:
        return redirect(_address(town.code, domaine))
    mine = await code_of(reads, by)
    return page(
        request, "twins/choose.html", ville=ville, found=[town, *others] if town else [], mine=mine, cited=await most_cited(reads),
        method=METHOD, address_of=lambda code: _address(code, domaine),
    )  # fmt: skip


@get("/villes/{code:str}/jumelles")
async def twins_page(
    request: Request[Any, Any, Any],
    reads: Reads,
    by: By,
    code: FromPath[str],
    domaine: Chosen = "",
    page_number: Annotated[int, QueryParameter(name="page", ge=1, le=10_000)] = 1,
) -> Response[str]:
    profile = await find_profile(reads, code)
    today = clock.paris_day(await clock.now(reads))
    asked = Pages(page_number, PER_PAGE, 0)
    found = await doing(reads, profile, today, domain=domaine, limit=PER_PAGE, offset=asked.offset)
    mine = await code_of(reads, by) == profile.code
    said = {
        twin.profile.code: all_said(twin.likeness, "" if mine else profile.name)
        for twin in [*found.closest, *(doer.twin for doer in found.doers), *(one.twin for one in found.pools if one.twin)]
    }  # fmt: skip
    return page(
        request, "twins/twins.html", found=found, profile=profile, mine=mine, said=said, domaine=domaine, domains=domains(), choices=_choices(),
        method=METHOD, pages=Pages(page_number, PER_PAGE, found.total),
    )  # fmt: skip


@get(both("/villes/{code:str}/jumelles"))
async def twins_table(
    request: Request[Any, Any, Any], reads: Reads, code: FromPath[str], domaine: Chosen = ""
) -> Response[bytes]:
    profile = await find_profile(reads, code)
    found = await doing(reads, profile, clock.paris_day(await clock.now(reads)), domain=domaine)
    header = (
        N_("Collectivité"), N_("Code"), N_("Ressemblance (%)"), N_("Pourquoi"), N_("Solution"), N_("Entreprise"), N_("Domaines"), N_("Depuis"),
        N_("Jusqu’au"), N_("Quantité"), N_("Unité"), N_("Niveau de preuve"), N_("Service"),
    )  # fmt: skip
    rows = (row for doer in found.doers for row in _rows(doer, profile.name))
    return table_file(request, f"villes-comme-{profile.code}", header, rows)


def _rows(doer: Doer, name: str) -> list[tuple[object, ...]]:
    twin = doer.twin
    first = (
        twin.profile.name,
        twin.profile.code,
        round(100 * twin.likeness.value),
        all_said(twin.likeness, name),
    )
    known = domains()
    return [
        (
            *first, one.placed.solution_name, one.placed.supplier_name,
            ", ".join(known[d].label(i18n.language.get()) for d in one.placed.domains if d in known), one.placed.reference.started_on,
            one.placed.reference.ended_on, one.placed.reference.quantity,
            unit_name(one.placed.reference.unit, one.placed.reference.quantity or 1), i18n.translate(LEVEL_NAMES[one.placed.proof.level]),
            i18n.translate(N_("service arrêté") if one.stopped else N_("service proposé")),
        )
        for one in doer.deployments
    ]  # fmt: skip


@get(HERE)
async def assets_page(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    known = await assets.mine(reads, by)
    return await _assets(request, reads, by, Form(typed(known, show_number)), known.version)


@post(HERE, status_code=303)
async def declare_assets(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    by.require(OrganisationKind.TOWN, *assets.WRITERS)
    form = await Form.read(request, AssetsForm)
    kinds = [kind for kind in AssetKind if form.raw.get(kind.value) and form.raw.get(f"{kind.value}{YEAR}")]
    async with form.attempt(session, names=place(kinds)):
        if not form.failed:
            sent = form.value()
            await assets.declare(
                session, declared(sent), public=sent.public, version=sent.version or 0, by=by, now=await clock.now(session)
            )  # fmt: skip
    if form.failed:
        present = (await assets.mine(session, by)).version
        return await _assets(request, session, by, form, form.version_read(present))
    return redirect(HERE, N_("Le patrimoine est enregistré : les villes jumelles en tiennent compte."))


async def _assets(
    request: Request[Any, Any, Any], reads: ReadSession | Session, by: By, form: Form[Any], version: int
) -> Response[str]:
    return page(
        request, "twins/assets.html", status=form.status, form=form, version=version, kinds=ASSET_NAMES, year=YEAR, code=await code_of(reads, by),
        may=by.has(OrganisationKind.TOWN, *assets.WRITERS),
    )  # fmt: skip


def _choices() -> list[tuple[str, str]]:
    return [("", i18n.translate(N_("Tous les domaines")))] + [
        (domain.id, domain.label(i18n.language.get())) for domain in domains().values()
    ]


def _address(code: str, domain: str) -> str:
    query = f"?{urlencode({'domaine': domain})}" if domain else ""
    return f"/villes/{code}/jumelles{query}"


HANDLERS = [choose_page, twins_page, twins_table, assets_page, declare_assets]
