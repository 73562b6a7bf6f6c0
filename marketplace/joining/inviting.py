"""Inviting somebody to act for one's organisation, by e-mail. Only an administrator invites; only the invited accept."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select, text

from marketplace import audit, outbox
from marketplace.accounts import registration, tokens
from marketplace.accounts.events import AdminAdded, InvitationSent
from marketplace.accounts.models import Affiliation, Person
from marketplace.accounts.roles import ONE_HAT, TwoHats, fitting, refuse_two_hats, refused_as
from marketplace.accounts.tokens import LIFETIMES, Purpose, TokenRefused
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import Database, ReadSession, Session
from marketplace.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, SignInNeeded, wrong
from marketplace.ids import OrganisationId, new_id
from marketplace.joining import newcomers
from marketplace.joining.lifecycle import INVITATION, InvitationState, InvitationWho
from marketplace.joining.models import TeamInvitation
from marketplace.lifecycle import apply
from marketplace.words import N_


class AlreadyMember(Conflict):
    code = "already_member"
    sentence = N_(
        "Cette personne agit déjà pour cette organisation : changez plutôt ses rôles dans l’équipe."
    )


class AlreadyInvited(Conflict):
    code = "already_invited"
    sentence = N_("Cette adresse est déjà invitée : envoyez de nouveau l’invitation, ou retirez-la.")


class InvitationForAnother(Forbidden):
    """Whoever is signed in is not the person that the invitation names."""

    code = "invitation_for_another"
    sentence = N_(
        "Cette invitation est pour {email}. Déconnectez-vous, puis ouvrez-la avec le compte de cette adresse."
    )


@dataclass(frozen=True, slots=True)
class Invited:
    """What the holder of an invitation's link may know. `known`: the address has an account."""

    token_id: UUID
    invitation_id: UUID
    email: str
    organisation_id: OrganisationId
    organisation: str
    kind: OrganisationKind
    roles: tuple[Role, ...]
    known: bool


async def invite(session: Session, *, email: str, roles: list[str], by: Actor) -> TeamInvitation:
    """An invitation, whose link is mailed. Raises `RoleNeeded` to all but administrators, `Invalid` with every wrong field."""
    organisation_id = by.require_admin()
    assert by.kind is not None
    assert by.person_id is not None
    faults: list[DomainError] = []
    address, wanted = "", list[str]()
    try:
        address = registration.address_of(email)
        await _refuse_known(session, organisation_id, address)
    except Invalid as fault:
        faults.append(fault)
    try:
        wanted = fitting(by.kind, roles)
    except Invalid as fault:
        faults.append(fault)
    if faults:
        raise Invalid([field for fault in faults if isinstance(fault, Invalid) for field in fault.fields])
    invitation = TeamInvitation(
        id=new_id(), organisation_id=organisation_id, email=address, roles=wanted, invited_by=by.person_id,
        state=InvitationState.PENDING, state_since=datetime.now(UTC),
    )  # fmt: skip
    await _link(session, invitation)
    async with refused_as(session, {"uq_team_invitation_pending": AlreadyInvited}):
        session.add(invitation)
    audit.note(
        session, by, "team_invitation.create", "team_invitation", invitation.id, after={"roles": wanted}
    )  # fmt: skip
    return invitation


async def send_again(session: Session, invitation_id: UUID, *, by: Actor) -> TeamInvitation:
    """A new link, for as long as a first one; the links before are worth nothing. Raises `NotFound`, `MoveRefused`."""
    invitation = await _of_organisation(session, invitation_id, by)
    INVITATION.check(invitation.state, "withdraw", {InvitationWho.ADMIN})
    await _link(session, invitation)
    await session.flush()
    audit.note(session, by, "team_invitation.send_again", "team_invitation", invitation.id)
    return invitation


async def withdraw(session: Session, invitation_id: UUID, *, by: Actor, now: datetime) -> None:
    """Make an invitation worthless. Raises `NotFound`, `MoveRefused`."""
    invitation = await _of_organisation(session, invitation_id, by)
    await apply(session, INVITATION, invitation, "withdraw", who={InvitationWho.ADMIN}, by=by, now=now)


async def look(session: Session | ReadSession, secret: str, token: str) -> Invited:
    """What an invitation's link says, spending nothing. Raises `TokenRefused`: used, withdrawn, expired or forged."""
    sound = await tokens.look(session, secret, Purpose.INVITATION, token)
    found = (
        await session.execute(text("select * from find_invitation(:id)"), {"id": sound.id})
    ).one_or_none()
    if found is None or sound.subject_id is None:
        raise TokenRefused
    return Invited(
        token_id=sound.id, invitation_id=sound.subject_id, email=sound.bound_to, organisation_id=OrganisationId(found.organisation_id),
        organisation=found.name, kind=OrganisationKind(found.kind), roles=tuple(Role(role) for role in found.roles), known=found.known,
    )  # fmt: skip


async def accept(
    database: Database, secret: str, token: str, *, by: Actor, now: datetime, name: str | None = None, password: str | None = None
) -> Invited:  # fmt: skip
    """Act for the organisation from now on. Somebody new gives `name` and `password`; somebody known must be signed in.

    Takes the database and not a session: somebody new writes as themselves, once their account is.
    Raises `TokenRefused`, `SignInNeeded`, `InvitationForAnother`, `AlreadyMember`, `TwoHats`, `Invalid`.
    """
    async with database.reading(by) as reads:
        invited = await look(reads, secret, token)
        if by.person_id is not None:
            mine = await reads.scalar(select(Person.email).where(Person.id == by.person_id))
            if mine != invited.email:
                raise InvitationForAnother(email=invited.email)
    password_hash = None
    if by.person_id is None:
        if invited.known:
            raise SignInNeeded
        password_hash = await _introduced(invited.email, name, password)
        by = newcomers.newcomer(name or "")
    async with database.transaction(by) as session:
        await tokens.spend(session, secret, Purpose.INVITATION, token)
        if password_hash is not None:
            await newcomers.settle(
                session, email=invited.email, name=name or "", password_hash=password_hash, by=by
            )
        await _join(session, invited, by=by, now=now)
    return invited


async def _join(session: Session, invited: Invited, *, by: Actor, now: datetime) -> None:
    assert by.person_id is not None
    invitation = await session.scalar(
        select(TeamInvitation).where(TeamInvitation.id == invited.invitation_id).with_for_update()
    )
    if invitation is None or invitation.token_id != invited.token_id:
        raise TokenRefused
    INVITATION.check(invitation.state, "accept", {InvitationWho.INVITED})
    await refuse_two_hats(
        session, by.person_id, invited.kind, invitation.roles, beside=invited.organisation_id
    )
    refusals: dict[str, type[DomainError]] = {
        "uq_affiliation_person_id_organisation_id": AlreadyMember,
        ONE_HAT: TwoHats,
    }
    async with refused_as(session, refusals):
        session.add(
            Affiliation(person_id=by.person_id, organisation_id=invited.organisation_id, roles=invitation.roles)
        )  # fmt: skip
    await apply(
        session, INVITATION, invitation, "accept", who={InvitationWho.INVITED}, by=by, now=now,
        facts={"person": str(by.person_id), "roles": invitation.roles},
    )  # fmt: skip
    if Role.ADMIN in invitation.role_set:
        outbox.record(session, AdminAdded(organisation_id=invited.organisation_id, person_id=by.person_id))


async def _introduced(email: str, name: str | None, password: str | None) -> str:
    """The hash of a newcomer's password. Raises `Invalid` with every wrong field."""
    faults = []
    if not (name or "").strip():
        faults.append(wrong("name", N_("Écrivez votre nom, comme il doit être lu par vos collègues."), code="required"))  # fmt: skip
    try:
        hashed = await newcomers.first_password(password, words=(name or "", email))
    except Invalid as fault:
        raise Invalid([*faults, *fault.fields]) from fault
    if faults:
        raise Invalid(faults)
    return hashed


async def _refuse_known(session: Session, organisation_id: OrganisationId, address: str) -> None:
    member = await session.scalar(
        select(Affiliation.id)
        .join(Person, Person.id == Affiliation.person_id)
        .where(Affiliation.organisation_id == organisation_id, Person.email == address)
    )
    invited = await session.scalar(
        select(TeamInvitation.id).where(
            TeamInvitation.organisation_id == organisation_id,
            TeamInvitation.email == address,
            TeamInvitation.state == InvitationState.PENDING,
        )
    )
    for found, refusal in ((member, AlreadyMember), (invited, AlreadyInvited)):
        if found is not None:
            raise Invalid([wrong("email", refusal.sentence, code=refusal.code)])


async def _link(session: Session, invitation: TeamInvitation) -> None:
    """A new link for `invitation`, which is announced."""
    token_id = await tokens.issue(
        session, Purpose.INVITATION, bound_to=invitation.email, subject_id=invitation.id
    )
    invitation.token_id = token_id
    invitation.expires_at = datetime.now(UTC) + LIFETIMES[Purpose.INVITATION]
    outbox.record(session, InvitationSent(invitation_id=invitation.id, token_id=token_id))


async def _of_organisation(session: Session, invitation_id: UUID, by: Actor) -> TeamInvitation:
    found = await session.scalar(
        select(TeamInvitation)
        .where(TeamInvitation.id == invitation_id, TeamInvitation.organisation_id == by.require_admin())
        .with_for_update()
    )
    if found is None:
        raise NotFound
    return found
