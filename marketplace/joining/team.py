"""Changing what members may do for an organisation, and ending it. Always for the acting organisation.

Rights are read at every request, so a change holds from the next one. What was derived from the membership ends with it:
sessions stop acting for the organisation, keys are revoked, invitations that the person sent are withdrawn.
The organisation's row is held first: of two administrators who remove each other at once, the second is no longer one.
"""

from datetime import datetime

from sqlalchemy import select, text, update

from marketplace import audit, outbox
from marketplace.accounts.events import AdminAdded, RolesChanged
from marketplace.accounts.models import Affiliation, ApiKey
from marketplace.accounts.roles import ONE_HAT, TwoHats, fitting, refuse_two_hats, refused_as
from marketplace.actor import KIND_NAMES, ROLE_NAMES, Actor, Role
from marketplace.db import Session
from marketplace.errors import Conflict, NotFound, OrganisationNeeded, RoleNeeded, SignInNeeded
from marketplace.ids import OrganisationId, PersonId
from marketplace.joining.lifecycle import INVITATION, InvitationState, InvitationWho
from marketplace.joining.models import TeamInvitation
from marketplace.lifecycle import apply
from marketplace.words import N_


class LastAdmin(Conflict):
    """An organisation that has an administrator keeps one."""

    code = "last_admin"
    sentence = N_(
        "C’est le dernier administrateur de l’organisation : donnez d’abord ce rôle à quelqu’un d’autre."
    )


async def hold(session: Session, organisation_id: OrganisationId) -> None:
    """Hold an organisation's team until the transaction ends: nobody else changes it meanwhile."""
    await session.execute(text("select hold_team(:id)"), {"id": organisation_id})


async def change_roles(session: Session, person_id: PersonId, roles: list[str], *, by: Actor, now: datetime) -> None:  # fmt: skip
    """Give a member exactly `roles`. Raises `RoleNeeded`, `NotFound`, `Invalid`, `LastAdmin`, `TwoHats`."""
    organisation_id = by.require_admin()
    assert by.kind is not None
    wanted = fitting(by.kind, roles)
    team = await _held(session, organisation_id)
    _still_admin(team, by)
    member = _member(team, person_id)
    before = sorted(member.roles)
    if wanted == before:
        return
    if Role.ADMIN not in wanted:
        _refuse_last_admin(team, member)
    await refuse_two_hats(session, person_id, by.kind, wanted, beside=organisation_id)
    async with refused_as(session, {ONE_HAT: TwoHats}):
        member.roles = wanted
    if Role.ADMIN in before and Role.ADMIN not in wanted:
        await _withdraw_invitations(session, member, by=by, now=now)
    audit.note(
        session, by, "affiliation.change_roles", "affiliation", member.id,
        before={"person": str(person_id), "roles": before}, after={"person": str(person_id), "roles": wanted},
    )  # fmt: skip
    _announce(session, member, wanted, by)
    if Role.ADMIN in wanted and Role.ADMIN not in before:
        outbox.record(session, AdminAdded(organisation_id=organisation_id, person_id=person_id))


async def remove(session: Session, person_id: PersonId, *, by: Actor, now: datetime) -> None:
    """End a member's membership, and every right that came of it. Raises `RoleNeeded`, `NotFound`, `LastAdmin`."""
    organisation_id = by.require_admin()
    team = await _held(session, organisation_id)
    _still_admin(team, by)
    await _end(session, team, _member(team, person_id), by=by, now=now)


async def leave(session: Session, *, by: Actor, now: datetime) -> None:
    """Stop acting for the acting organisation. Raises `LastAdmin`."""
    if by.person_id is None:
        raise SignInNeeded
    if by.organisation_id is None:
        raise OrganisationNeeded
    team = await _held(session, by.organisation_id)
    await _end(session, team, _member(team, by.person_id), by=by, now=now)


async def _end(session: Session, team: list[Affiliation], member: Affiliation, *, by: Actor, now: datetime) -> None:  # fmt: skip
    _refuse_last_admin(team, member)
    sessions = await session.scalar(text("select stop_sessions(:person)"), {"person": member.person_id})
    revoked = await session.scalars(
        update(ApiKey)
        .where(
            ApiKey.organisation_id == member.organisation_id,
            ApiKey.person_id == member.person_id,
            ApiKey.revoked_at.is_(None),
        )
        .values(revoked_at=now)
        .returning(ApiKey.id)
    )
    keys = list(revoked)
    for key_id in keys:
        audit.note(session, by, "api_key.revoke", "api_key", key_id, after={"because": "affiliation.remove"})
    await _withdraw_invitations(session, member, by=by, now=now)
    audit.note(
        session, by, "affiliation.remove", "affiliation", member.id,
        before={"person": str(member.person_id), "roles": sorted(member.roles)},
        after={"sessions_stopped": sessions, "keys_revoked": len(keys)},
    )  # fmt: skip
    _announce(session, member, [], by)
    await session.delete(member)
    await session.flush()


def _announce(session: Session, member: Affiliation, roles: list[str], by: Actor) -> None:
    outbox.record(
        session,
        RolesChanged(
            organisation_id=member.organisation_id, person_id=member.person_id, roles=tuple(roles), own=member.person_id == by.person_id
        ),
    )  # fmt: skip


async def _withdraw_invitations(session: Session, member: Affiliation, *, by: Actor, now: datetime) -> None:
    """Nobody comes in any more through somebody who no longer administers."""
    if Role.ADMIN not in by.roles:
        return
    sent = await session.scalars(
        select(TeamInvitation)
        .where(
            TeamInvitation.organisation_id == member.organisation_id,
            TeamInvitation.invited_by == member.person_id,
            TeamInvitation.state == InvitationState.PENDING,
        )
        .order_by(TeamInvitation.id)
    )
    for invitation in list(sent):
        await apply(session, INVITATION, invitation, "withdraw", who={InvitationWho.ADMIN}, by=by, now=now)


async def _held(session: Session, organisation_id: OrganisationId) -> list[Affiliation]:
    """The whole team, held, as it is once it is held."""
    await hold(session, organisation_id)
    found = await session.scalars(
        select(Affiliation)
        .where(Affiliation.organisation_id == organisation_id)
        .order_by(Affiliation.id)
        .execution_options(populate_existing=True)
    )
    return list(found)


def _member(team: list[Affiliation], person_id: PersonId) -> Affiliation:
    found = next((member for member in team if member.person_id == person_id), None)
    if found is None:
        raise NotFound
    return found


def _still_admin(team: list[Affiliation], by: Actor) -> None:
    """Refuse who lost the role between the request's beginning and the hold."""
    if not any(m.person_id == by.person_id and Role.ADMIN in m.role_set for m in team):
        assert by.kind is not None
        raise RoleNeeded(kind=KIND_NAMES[by.kind], roles=(ROLE_NAMES[Role.ADMIN],))


def _refuse_last_admin(team: list[Affiliation], member: Affiliation) -> None:
    admins = [m for m in team if Role.ADMIN in m.role_set]
    if admins == [member]:
        raise LastAdmin
