"""Pages: register an organisation, accept an invitation, and the claims that staff and administrators decide."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect
from pydantic import Field

from marketplace import clock
from marketplace.accounts.models import TOWN_KIND_NAMES, Person, TownKind
from marketplace.actor import ROLE_DUTIES, ROLE_NAMES, ROLES_OF, OrganisationKind, Role
from marketplace.db import Database, ReadSession, Session
from marketplace.errors import Conflict, Invalid, SignInNeeded
from marketplace.joining import claiming, inviting, queries
from marketplace.joining.api import accepted, count_link
from marketplace.joining.lifecycle import CLAIM, CLAIM_STATE_NAMES, is_staff, who
from marketplace.joining.queries import DOMAIN_SENTENCES
from marketplace.joining.schemas import Address, Refusal
from marketplace.web import i18n
from marketplace.web.context import client_address
from marketplace.web.forms import Form
from marketplace.web.pages import page, redirect
from marketplace.web.rates import SIGN_UP
from marketplace.web.schemas import Input, Short
from marketplace.web.transaction import By, Reads, Writes, actor_of
from marketplace.words import N_

KINDS = {"acheteur": OrganisationKind.TOWN, "entreprise": OrganisationKind.STARTUP}
"""What may be registered, as the page's address says it."""
USUAL = {OrganisationKind.TOWN: [Role.AGENT], OrganisationKind.STARTUP: [Role.EDITOR, Role.SELLER]}


class RegistrationForm(Input):
    person_name: Short
    email: Address
    nature: str = "acheteur"
    siret: str = Field(max_length=40)
    name: Short | None = None
    town_kind: TownKind | None = None
    roles: list[Role] = Field(default_factory=list, max_length=10)


class PasswordForm(Input):
    password: str = Field("", max_length=1000)


class WelcomeForm(Input):
    name: Short | None = None
    password: str = Field("", max_length=1000)


@get("/inscription")
async def register_page(
    request: Request[Any, Any, Any],
    reads: Reads,
    by: By,
    nature: Annotated[str, QueryParameter(max_length=20)] = "acheteur",
) -> Response[str]:
    me = await reads.get(Person, by.person_id) if by.person_id else None
    form: Form[Any] = Form({"person_name": me.name, "email": me.email} if me else {})
    return _register(request, form, nature)


@post("/inscription", status_code=303)
async def register(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    form = await Form.read(request, RegistrationForm)
    await request.app.state.rates.hit(SIGN_UP, client_address(request), str(form.get("email")).lower())
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            kind = KINDS.get(typed.nature, OrganisationKind.TOWN)
            await claiming.start(
                session, email=typed.email, person_name=typed.person_name, kind=kind, siret=typed.siret, name=typed.name,
                town_kind=typed.town_kind if kind is OrganisationKind.TOWN else None, roles=typed.roles, by=by, now=await clock.now(session),
            )  # fmt: skip
    if form.failed:
        return _register(request, form, str(form.get("nature")), status=422)
    return redirect("/inscription/envoyee")


@get("/inscription/envoyee")
async def registered(request: Request[Any, Any, Any]) -> Response[str]:
    return page(request, "joining/registered.html")


@get("/inscription/preuve/{token:str}")
async def proof_page(request: Request[Any, Any, Any], reads: Reads, token: FromPath[str]) -> Response[str]:
    asked = await claiming.look(reads, request.app.state.secret, token)
    return page(request, "joining/proof.html", asked=asked, token=token, form=Form())


@post("/inscription/preuve/{token:str}", status_code=303)
async def prove(request: Request[Any, Any, Any], token: FromPath[str]) -> Response[Any]:
    await count_link(request, token)
    database: Database = request.app.state.database
    form = await Form.read(request, PasswordForm)
    async with database.reading(actor_of(request)) as reads:
        now = await clock.now(reads)
        asked = await claiming.look(reads, request.app.state.secret, token)
    try:
        typed = form.value().password if not form.failed else None
        await claiming.prove(database, request.app.state.secret, token, password=typed, now=now)
    except (Invalid, Conflict) as refusal:
        return page(
            request, "joining/proof.html", status=422, asked=asked, token=token, form=_refused(refusal)
        )
    return redirect(
        "/compte", N_("Votre adresse est confirmée. Votre demande attend d’être vérifiée : vous recevrez un courriel.")
    )  # fmt: skip


@get("/invitation/{token:str}")
async def invitation_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, token: FromPath[str]
) -> Response[str]:
    invited = await inviting.look(reads, request.app.state.secret, token)
    return await _invitation(request, reads, by.person_id, invited, token, Form())


@post("/invitation/{token:str}", status_code=303)
async def accept(request: Request[Any, Any, Any], token: FromPath[str]) -> Response[Any]:
    await count_link(request, token)
    form = await Form.read(request, WelcomeForm)
    database: Database = request.app.state.database
    by = actor_of(request)
    async with database.reading(by) as reads:
        invited = await inviting.look(reads, request.app.state.secret, token)
        try:
            typed = WelcomeForm() if form.failed else form.value()
            await accepted(request, token, name=typed.name, password=typed.password)
        except (Invalid, Conflict) as refusal:
            return await _invitation(
                request, reads, by.person_id, invited, token, _refused(refusal, name=form.get("name"))
            )
    return redirect(
        "/compte" if by.signed_in else "/connexion?suite=/compte",
        N_("Vous agissez désormais pour {name}.") if by.signed_in else N_("Votre compte est prêt : connectez-vous pour agir pour {name}."),
        name=invited.organisation,
    )  # fmt: skip


@get("/administration/demandes")
async def queue(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    claims = await queries.staff_queue(reads, by)
    return page(
        request, "joining/claims.html", claims=claims, found={claim.id: await queries.evidence(reads, claim) for claim in claims},
        sentences=DOMAIN_SENTENCES, now=await clock.now(reads),
    )  # fmt: skip


@get("/demandes/{claim_id:uuid}")
async def claim_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, claim_id: FromPath[UUID]
) -> Response[str]:
    return await _claim(request, reads, by.signed_in, claim_id, Form())


@post("/demandes/{claim_id:uuid}/confirmation", status_code=303)
async def confirm(request: Request[Any, Any, Any], session: Writes, by: By, claim_id: FromPath[UUID]) -> Response[Any]:  # fmt: skip
    if not by.signed_in:
        raise SignInNeeded
    form: Form[Any] = Form(value=Input())
    async with form.attempt(session):
        await claiming.confirm(session, claim_id, by=by, now=await clock.now(session))
    if form.failed:
        return await _claim(request, session, by.signed_in, claim_id, form)
    return redirect(_back(request), N_("La demande est acceptée : la personne en est avertie."))


@post("/demandes/{claim_id:uuid}/refus", status_code=303)
async def refuse(request: Request[Any, Any, Any], session: Writes, by: By, claim_id: FromPath[UUID]) -> Response[Any]:  # fmt: skip
    if not by.signed_in:
        raise SignInNeeded
    form = await Form.read(request, Refusal)
    async with form.attempt(session):
        if not form.failed:
            await claiming.refuse(session, claim_id, form.value().reason, by=by, now=await clock.now(session))
    if form.failed:
        return await _claim(request, session, by.signed_in, claim_id, form)
    return redirect(_back(request), N_("La demande est refusée : la personne en reçoit le motif."))


@post("/demandes/{claim_id:uuid}/retrait", status_code=303)
async def withdraw(session: Writes, by: By, claim_id: FromPath[UUID]) -> Redirect:
    if not by.signed_in:
        raise SignInNeeded
    await claiming.withdraw(session, claim_id, by=by, now=await clock.now(session))
    return redirect("/compte", N_("Votre demande est retirée."))


def _register(
    request: Request[Any, Any, Any], form: Form[Any], nature: str, *, status: int = 200
) -> Response[str]:
    kind = KINDS.get(nature, OrganisationKind.TOWN)
    roles = [role for role in Role if role in ROLES_OF[kind]]
    return page(
        request, "joining/register.html", status=status, form=form, nature=nature if nature in KINDS else "acheteur", kind=kind,
        roles=[(role.value, ROLE_DUTIES[role]) for role in roles], usual=USUAL[kind],
        town_kinds=[("", i18n.translate(N_("Choisissez"))), *((k.value, i18n.translate(name)) for k, name in TOWN_KIND_NAMES.items())],
    )  # fmt: skip


async def _invitation(
    request: Request[Any, Any, Any], reads: ReadSession, person_id: UUID | None, invited: inviting.Invited, token: str, form: Form[Any]
) -> Response[str]:  # fmt: skip
    me = await reads.get(Person, person_id) if person_id else None
    another = me is not None and me.email != invited.email
    return page(
        request, "joining/invitation.html", status=403 if another else 422 if form.failed else 200, form=form, invited=invited, token=token,
        me=me, another=another, roles=[ROLE_NAMES[role] for role in invited.roles],
    )  # fmt: skip


async def _claim(
    request: Request[Any, Any, Any], reads: ReadSession | Session, signed_in: bool, claim_id: UUID, form: Form[Any]
) -> Response[str]:  # fmt: skip
    if not signed_in:
        raise SignInNeeded
    by = actor_of(request)
    claim = await claiming.find(reads, claim_id)
    allowed = CLAIM.allowed(claim.state, who(claim.person_id, claim.organisation_id, by))
    judges = is_staff(by) or by.acts_for(claim.organisation_id)
    return page(
        request, "joining/claim.html", status=422 if form.failed else 200, form=form, claim=claim, allowed=allowed,
        evidence=await queries.evidence(reads, claim) if judges and claim.person_id != by.person_id else None, staff=is_staff(by),
        sentences=DOMAIN_SENTENCES, states=CLAIM_STATE_NAMES, town_kinds=TOWN_KIND_NAMES, roles=[ROLE_NAMES[role] for role in
        queries.in_order(claim.role_set)],
    )  # fmt: skip


def _back(request: Request[Any, Any, Any]) -> str:
    return "/administration/demandes" if is_staff(actor_of(request)) else "/organisation/equipe"


def _refused(refusal: Invalid | Conflict, **typed: Any) -> Form[Any]:
    """A form that shows what a verb refused, with what was typed (never a password)."""
    form: Form[Any] = Form(typed, faults=list(refusal.fields) if isinstance(refusal, Invalid) else [])
    if not form.failed:
        form.general.append(i18n.say(refusal))
    return form


HANDLERS = [
    register_page, register, registered, proof_page, prove, invitation_page, accept, queue, claim_page, confirm, refuse, withdraw,
]  # fmt: skip
