"""Pages: my organisation's team."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from pydantic import Field

from marketplace import clock
from marketplace.actor import ROLE_DUTIES, ROLE_NAMES, ROLES_OF, Role
from marketplace.db import ReadSession, Session
from marketplace.ids import PersonId
from marketplace.joining import inviting, queries, team
from marketplace.joining.api import count_invitation, leave_organisation
from marketplace.joining.schemas import NewInvitation
from marketplace.web.creating import creating
from marketplace.web.forms import Form
from marketplace.web.pages import page, redirect
from marketplace.web.schemas import Input
from marketplace.web.transaction import By, Reads, Writes, actor_of
from marketplace.words import N_

TEAM = "/organisation/equipe"


class RolesForm(Input):
    roles: list[Role] = Field(default_factory=list, max_length=10)


class InvitationForm(NewInvitation):
    roles: list[Role] = Field(default_factory=list, max_length=10)


@get(TEAM)
async def team_page(request: Request[Any, Any, Any], reads: Reads) -> Response[str]:
    return await _team(request, reads, Form())


@post(f"{TEAM}/invitations", status_code=303)
@creating
async def invite(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    await count_invitation(request)
    form = await Form.read(request, InvitationForm)
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            await inviting.invite(session, email=typed.email, roles=list(typed.roles), by=by)
    if form.failed:
        return await _team(request, session, form)
    return redirect(TEAM, N_("L’invitation part par courriel à {email}."), email=form.value().email)


@post(f"{TEAM}/invitations/{{invitation_id:uuid}}/envoi", status_code=303)
async def send_again(
    request: Request[Any, Any, Any], session: Writes, by: By, invitation_id: FromPath[UUID]
) -> Redirect:
    await count_invitation(request)
    invitation = await inviting.send_again(session, invitation_id, by=by)
    return redirect(TEAM, N_("L’invitation part de nouveau à {email} ; l’ancien lien ne vaut plus rien."), email=invitation.email)  # fmt: skip


@post(f"{TEAM}/invitations/{{invitation_id:uuid}}/retrait", status_code=303)
async def withdraw(session: Writes, by: By, invitation_id: FromPath[UUID]) -> Redirect:
    await inviting.withdraw(session, invitation_id, by=by, now=await clock.now(session))
    return redirect(TEAM, N_("L’invitation est retirée : son lien ne vaut plus rien."))


@get(f"{TEAM}/{{person_id:uuid}}")
async def member_page(request: Request[Any, Any, Any], reads: Reads, person_id: FromPath[UUID]) -> Response[str]:  # fmt: skip
    return await _member(request, reads, person_id, Form())


@post(f"{TEAM}/{{person_id:uuid}}/roles", status_code=303)
async def change_roles(request: Request[Any, Any, Any], session: Writes, by: By, person_id: FromPath[UUID]) -> Response[Any]:  # fmt: skip
    form = await Form.read(request, RolesForm)
    async with form.attempt(session):
        if not form.failed:
            await team.change_roles(
                session, PersonId(person_id), list(form.value().roles), by=by, now=await clock.now(session)
            )
    if form.failed:
        return await _member(request, session, person_id, form)
    return redirect(TEAM, N_("Les rôles sont changés : ils valent dès maintenant."))


@post(f"{TEAM}/{{person_id:uuid}}/retrait", status_code=303)
async def remove(request: Request[Any, Any, Any], session: Writes, by: By, person_id: FromPath[UUID]) -> Response[Any]:  # fmt: skip
    form: Form[Any] = Form(value=Input())
    async with form.attempt(session):
        await team.remove(session, PersonId(person_id), by=by, now=await clock.now(session))
    if form.failed:
        return await _member(request, session, person_id, form)
    return redirect(
        TEAM if person_id != by.person_id else "/compte",
        N_("Cette personne n’agit plus pour votre organisation ; ses clés d’API sont révoquées."),
    )


@post("/compte/organisations/{organisation_id:uuid}/depart", status_code=303)
async def leave(request: Request[Any, Any, Any], organisation_id: FromPath[UUID]) -> Redirect:
    name = await leave_organisation(request, organisation_id)
    return redirect("/compte", N_("Vous n’agissez plus pour {name}."), name=name)


async def _team(
    request: Request[Any, Any, Any], reads: ReadSession | Session, form: Form[Any]
) -> Response[str]:
    by = actor_of(request)
    members = await queries.members(reads, by)
    admin = Role.ADMIN in by.roles
    assert by.kind is not None
    return page(
        request, "joining/team.html", status=422 if form.failed else 200, form=form, members=members, admin=admin, role_names=ROLE_NAMES,
        invitations=await queries.pending_invitations(reads, by) if admin else [],
        claims=await queries.own_claims(reads, by) if admin else [],
        roles=_choices(by.kind), now=await clock.now(reads), in_order=queries.in_order,
    )  # fmt: skip


async def _member(
    request: Request[Any, Any, Any], reads: ReadSession | Session, person_id: UUID, form: Form[Any]
) -> Response[str]:
    by = actor_of(request)
    by.require_admin()
    assert by.kind is not None
    return page(
        request, "joining/member.html", status=422 if form.failed else 200, form=form, roles=_choices(by.kind),
        member=await queries.member(reads, PersonId(person_id), by),
    )  # fmt: skip


def _choices(kind: Any) -> list[tuple[str, str]]:
    return [(role.value, ROLE_DUTIES[role]) for role in Role if role in ROLES_OF[kind]]


HANDLERS = [team_page, invite, send_again, withdraw, member_page, change_roles, remove, leave]
