"""Pages of the pools: lists, opening, one pool, joining, and its simple acts."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from catalog.taxonomy import domains
from marketplace import clock
from marketplace.actor import Actor, OrganisationKind
from marketplace.db import ReadSession, Session
from marketplace.errors import Invalid, NotFound, wrong
from marketplace.ids import MembershipId, NeedId, PoolId
from marketplace.territories.queries import search_towns
from marketplace.units import UNITS
from marketplace.web import i18n
from marketplace.web.creating import creating
from marketplace.web.forms import Form
from marketplace.web.pages import page, redirect
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_
from procurement.board.forms import DayForm, InviteForm, JoinForm, PoolForm, ReasonForm
from procurement.board.pool_page import show_pool
from procurement.compass import NATURE_NAMES
from procurement.needs import queries as needs
from procurement.pools import census, freezing, joining, opening, queries
from procurement.pools.lifecycle import POOL_STATE_NAMES
from procurement.pools.models import MISSED_POLICY_NAMES, MISSION_NAMES, RULE_NAMES
from procurement.pools.schemas import NeedLineIn, NewLine, NewPool
from procurement.quotes import awarding

Verb = Callable[..., Awaitable[object]]


def _without_late(session: Session, pool_id: PoolId, **given: Any) -> Awaitable[object]:
    return freezing.freeze(session, pool_id, without_late=True, **given)


def _with_all(session: Session, pool_id: PoolId, **given: Any) -> Awaitable[object]:
    return freezing.freeze(session, pool_id, without_late=False, **given)


ACTS: dict[str, tuple[Verb, str]] = {
    "ouvrir": (census.call, N_("L’achat est ouvert aux villes.")),
    "recenser": (census.launch, N_("Le recensement est ouvert.")),
    "clore-recensement": (census.close, N_("Le recensement est clos : les besoins sont consolidés.")),
    "valider": (census.validate, N_("Les besoins sont validés : la convention est en cours de rédaction.")),
    "figer": (_with_all, N_("Le périmètre est figé.")),
    "figer-sans": (_without_late, N_("Le périmètre est figé, sans les villes qui n’ont pas signé.")),
    "continuer": (
        census.continue_anyway,
        N_("L’achat continue sans ce palier : chaque ville confirme ses quantités."),
    ),
    "individuel": (census.go_individual, N_("L’achat groupé s’arrête : chaque ville peut acheter seule.")),
    "reprendre": (census.resume, N_("L’achat reprend où il était.")),
    "clore": (census.close_pool, N_("L’achat est clos.")),
    "participer": (joining.join, N_("Votre ville participe. Déclarez maintenant ses quantités.")),
    "confirmer": (joining.confirm, N_("Vos quantités sont confirmées.")),
}
"""Acts that ask nothing: their address, their verb, and what is said once done."""

REASONED: dict[str, tuple[Verb, str]] = {
    "abandonner": (census.abandon, N_("L’achat est abandonné.")),
    "suspendre": (census.suspend, N_("L’achat est suspendu.")),
    "decliner": (joining.decline, N_("Vous avez décliné l’invitation.")),
    "sans-suite": (awarding.give_up, N_("La consultation est déclarée sans suite.")),
    "se-retirer": (joining.withdraw, N_("Votre ville ne participe plus à cet achat.")),
}
"""Acts that ask why."""

DATED: dict[str, tuple[Verb, str]] = {
    "prolonger": (census.extend, N_("Le recensement est prolongé.")),
    "rouvrir": (census.reopen, N_("Le recensement est rouvert.")),
}
"""Acts that ask until when."""


@get("/achats")
async def list_pools(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    mine = await queries.my_pools(reads, by) if by.kind is OrganisationKind.TOWN else []
    known = {pool.id for pool in mine}
    joinable = [pool for pool in await queries.public_pools(reads) if pool.id not in known]
    return page(
        request, "board/list.html", mine=mine, joinable=joinable, names=POOL_STATE_NAMES, domains=domains()
    )


@get("/achats/nouveau")
async def new_pool_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, besoin: FromQuery[UUID | None] = None
) -> Response[str]:
    by.require(OrganisationKind.TOWN)
    if besoin is None:
        return page(request, "board/choose_need.html", needs=await needs.mine(reads, by), domains=domains())
    return await _new_pool(request, reads, by, besoin, Form())


@post("/achats/nouveau/{need_id:uuid}", status_code=303)
@creating
async def new_pool(
    request: Request[Any, Any, Any], session: Writes, by: By, need_id: FromPath[UUID]
) -> Response[Any]:
    form = await Form.read(request, PoolForm)
    made = None
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            need = await needs.one(session, NeedId(need_id), by)
            line = NewLine(
                label=typed.label,
                unit=need.unit,
                vat_rate=typed.vat_rate,
                minimum=typed.minimum,
                estimate_unit_cents=typed.estimate,
            )
            new = NewPool(
                need_id=need_id, title=typed.title, nature=typed.nature, alone=typed.alone, innovative=typed.innovative,
                mission=typed.mission, rule=typed.rule, missed_policy=typed.missed_policy, census_ends_on=typed.census_ends_on,
                commitment_ends_on=typed.commitment_ends_on, lines=[line],
            )  # fmt: skip
            made = await opening.open_pool(session, new, by=by, now=await clock.now(session))
    if made is None:
        return await _new_pool(request, session, by, need_id, form)
    return redirect(f"/achats/{made.id}", N_("L’achat est créé, en brouillon."))


@get("/achats/{pool_id:uuid}")
async def show(
    request: Request[Any, Any, Any], reads: Reads, by: By, pool_id: FromPath[UUID]
) -> Response[str]:
    return await show_pool(request, reads, by, PoolId(pool_id))


@get("/achats/{pool_id:uuid}/rejoindre")
async def join_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, pool_id: FromPath[UUID]
) -> Response[str]:
    return await _join(request, reads, by, PoolId(pool_id), Form())


@post("/achats/{pool_id:uuid}/rejoindre", status_code=303)
async def declare(
    request: Request[Any, Any, Any], session: Writes, by: By, pool_id: FromPath[UUID]
) -> Response[Any]:
    form = await Form.read(request, JoinForm)
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            lines = [
                NeedLineIn(
                    line_id=need.line_id,
                    firm=need.firm,
                    tolerance=need.tolerance,
                    maximum=need.maximum,
                    price_cap_cents=need.cap,
                )
                for need in typed.needs
            ]
            await joining.declare(
                session, PoolId(pool_id), lines, version=typed.version, by=by, now=await clock.now(session)
            )
    if form.failed:
        return await _join(request, session, by, PoolId(pool_id), form)
    return redirect(
        f"/achats/{pool_id}",
        N_("Vos quantités sont enregistrées. Vous pouvez les changer jusqu’à la fin du recensement."),
    )


@post("/achats/{pool_id:uuid}/invitations", status_code=303)
async def invite(
    request: Request[Any, Any, Any], session: Writes, by: By, pool_id: FromPath[UUID]
) -> Response[Any]:
    form = await Form.read(request, InviteForm)
    count = 0
    async with form.attempt(session):
        if not form.failed:
            codes = await _codes(session, form.value().towns)
            invited = await joining.invite(
                session, PoolId(pool_id), codes, by=by, now=await clock.now(session)
            )
            count = len(invited)
    if form.failed:
        form.errors = {"towns": " ".join(form.errors.values())} if form.errors else {}
        return await show_pool(request, session, by, PoolId(pool_id), form=form)
    return redirect(f"/achats/{pool_id}", N_("Villes invitées : {count}."), count=count)


@post("/achats/{pool_id:uuid}/villes/{membership_id:uuid}/exclusion", status_code=303)
async def exclude(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    pool_id: FromPath[UUID],
    membership_id: FromPath[UUID],
) -> Response[Any]:
    form = await Form.read(request, ReasonForm)
    async with form.attempt(session):
        if not form.failed:
            await joining.exclude(
                session, PoolId(pool_id), MembershipId(membership_id), form.value().reason, by=by, now=await clock.now(session)
            )  # fmt: skip
    if form.failed:
        return await show_pool(request, session, by, PoolId(pool_id), form=form, excluding=membership_id)
    return redirect(f"/achats/{pool_id}", N_("La ville est sortie de l’achat."))


@post("/achats/{pool_id:uuid}/actes/{act:str}", status_code=303)
async def do_act(session: Writes, by: By, pool_id: FromPath[UUID], act: FromPath[str]) -> Redirect:
    if act not in ACTS:
        raise NotFound
    verb, said = ACTS[act]
    await verb(session, PoolId(pool_id), by=by, now=await clock.now(session))
    return redirect(f"/achats/{pool_id}" + ("/rejoindre" if act == "participer" else ""), said)


@get("/achats/{pool_id:uuid}/suite")
async def follow_up(
    request: Request[Any, Any, Any], reads: Reads, by: By, pool_id: FromPath[UUID]
) -> Response[str]:
    return await _follow_up(request, reads, by, PoolId(pool_id), Form())


@post("/achats/{pool_id:uuid}/suite/{act:str}", status_code=303)
async def decide(
    request: Request[Any, Any, Any], session: Writes, by: By, pool_id: FromPath[UUID], act: FromPath[str]
) -> Response[Any]:
    """Acts that ask a reason or a day."""
    if act not in REASONED and act not in DATED:
        raise NotFound
    verb, said = (REASONED | DATED)[act]
    form: Form[Any] = await Form.read(request, ReasonForm if act in REASONED else DayForm)
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            answer = typed.reason if act in REASONED else typed.day
            await verb(session, PoolId(pool_id), answer, by=by, now=await clock.now(session))
    if form.failed:
        return await _follow_up(request, session, by, PoolId(pool_id), form, act=act)
    return redirect(f"/achats/{pool_id}", said)


async def _new_pool(
    request: Request[Any, Any, Any], reads: ReadSession | Session, by: Actor, need_id: UUID, form: Form[Any]
) -> Response[str]:
    need = await needs.one(reads, NeedId(need_id), by)
    return page(
        request, "board/new.html", status=422 if form.failed else 200, form=form, need=need, domain=domains()[need.domain],
        natures=_options(NATURE_NAMES), missions=_options(MISSION_NAMES), rules=_options(RULE_NAMES),
        policies=_options(MISSED_POLICY_NAMES), today=clock.paris_day(await clock.now(reads)),
    )  # fmt: skip


async def _join(
    request: Request[Any, Any, Any], reads: ReadSession | Session, by: Actor, pool_id: PoolId, form: Form[Any]
) -> Response[str]:
    by.require(OrganisationKind.TOWN)
    view = await queries.view(reads, pool_id, by)
    if view.mine is None:
        raise NotFound
    known = {need.pool_line_id: need for need in view.mine.needs}
    return page(
        request, "board/join.html", status=422 if form.failed else 200, form=form, view=view, pool=view.pool, known=known,
        caps=view.caps, outlook={o.line_id: o for o in view.outlook}, town=view.mine.town, units=UNITS,
    )  # fmt: skip


async def _follow_up(
    request: Request[Any, Any, Any],
    reads: ReadSession | Session,
    by: Actor,
    pool_id: PoolId,
    form: Form[Any],
    *,
    act: str = "",
) -> Response[str]:
    view = await queries.view(reads, pool_id, by)
    if view.mine is None and not by.acts_for(view.pool.coordinator_id):
        raise NotFound
    return page(
        request, "board/follow_up.html", status=422 if form.failed else 200, view=view, pool=view.pool, form=form, failed=act,
        policies=MISSED_POLICY_NAMES, names=POOL_STATE_NAMES, coordinates=by.acts_for(view.pool.coordinator_id),
    )  # fmt: skip


async def _codes(session: Session, typed: str) -> list[str]:
    """Codes, or names that lead to one town, one a line. Raises `Invalid` for a name that says nothing or too much."""
    found, faults = [], []
    for i, line in enumerate(part.strip() for part in typed.splitlines()):
        if not line:
            continue
        if line.replace(" ", "")[:1].isdigit():
            found.append(line.replace(" ", ""))
            continue
        towns = await search_towns(session, line, limit=2)
        same = [town for town in towns if town.name.casefold() == line.casefold()]
        if len(same) == 1 or (len(towns) == 1 and not same):
            found.append((same or towns)[0].code)
        else:
            faults.append(
                wrong(
                    f"towns[{i}]",
                    N_("« {name} » ne désigne pas une seule ville : donnez son code INSEE."),
                    code="ambiguous",
                    name=line,
                )
            )
    if faults:
        raise Invalid(faults)
    return found


def _options(names: dict[Any, str]) -> list[tuple[str, str]]:
    return [(str(key.value), i18n.translate(name)) for key, name in names.items()]


HANDLERS = [
    list_pools, new_pool_page, new_pool, show, join_page, declare, invite, exclude, do_act, follow_up, decide,
]  # fmt: skip
