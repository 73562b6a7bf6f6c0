"""Mails about accounts and teams. A link is made here, from the token's id and the instance's secret: no event carries it."""

from uuid import UUID

from sqlalchemy import select

from marketplace import clock
from marketplace.accounts import tokens
from marketplace.accounts.events import (
    AdminAdded,
    ApiKeyExpiring,
    ClaimDecided,
    ClaimProven,
    ClaimStarted,
    InvitationSent,
    RolesChanged,
)
from marketplace.accounts.models import ApiKey, Organisation, Person
from marketplace.accounts.tokens import Purpose
from marketplace.actor import ROLE_NAMES, OrganisationKind, Role
from marketplace.db import Session
from marketplace.joining.lifecycle import ClaimState, InvitationState
from marketplace.joining.models import Claim, TeamInvitation
from marketplace.notifications.writing import TEAM_FOOTER, tell, tell_person
from marketplace.settings import needed
from workers.tools import Tools

ADMINS = frozenset({Role.ADMIN})
VERIFIERS = (
    (OrganisationKind.SUPERVISOR, frozenset({Role.ADMIN, Role.CURATOR})),
    (OrganisationKind.ASSOCIATION, ADMINS),
)
"""Who verifies registrations: `marketplace.joining.lifecycle.is_staff`."""


async def team_invitation(session: Session, event: InvitationSent, tools: Tools) -> None:
    invitation = await session.get(TeamInvitation, event.invitation_id)
    if (
        invitation is None
        or invitation.state is not InvitationState.PENDING
        or invitation.token_id != event.token_id
    ):
        return  # withdrawn, accepted or sent again since
    organisation = await _organisation(session, invitation.organisation_id)
    link = _link(tools, "/invitation", event.token_id, Purpose.INVITATION, invitation.email)
    await tell_person(
        session, invitation.email, key=f"team_invitation:{event.token_id}", confidential=True,
        subject=f"Invitation à agir pour {organisation.name}",
        body=f"{organisation.name} vous invite à agir en son nom sur Lot Commun, avec ces rôles : {_said(invitation.roles)}.\n\n"
        f"Ouvrez ce lien avant le {clock.paris_day(invitation.expires_at):%d/%m/%Y}. Il ne vaut que pour votre adresse, une seule fois :\n\n{link}",
    )  # fmt: skip


async def claim_started(session: Session, event: ClaimStarted, tools: Tools) -> None:
    claim = await session.get(Claim, event.claim_id)
    if claim is None or claim.state is not ClaimState.UNPROVEN:
        return
    link = _link(tools, "/inscription/preuve", event.token_id, Purpose.CLAIM, claim.email)
    await tell_person(
        session, claim.email, key=f"claim:{event.token_id}", confidential=True,
        subject="Confirmez votre adresse",
        body=f"Quelqu’un demande, avec votre adresse, à agir sur Lot Commun pour {claim.name} (SIRET {claim.siret}).\n\n"
        f"Si c’est vous, ouvrez ce lien dans les deux jours ; la demande sera ensuite vérifiée par une personne :\n\n{link}",
    )  # fmt: skip


async def claim_proven(session: Session, event: ClaimProven, tools: Tools) -> None:
    claim = await session.get(Claim, event.claim_id)
    if claim is None or claim.state is not ClaimState.WAITING:
        return
    said = {
        "subject": f"Inscription à vérifier : {claim.name}",
        "body": f"{claim.person_name} ({claim.email}) demande à agir pour {claim.name}, SIRET {claim.siret}.\n\n"
        f"{tools.settings.web.base_url}/demandes/{claim.id}",
    }
    for kind, roles in VERIFIERS:
        for staff in await session.scalars(select(Organisation.id).where(Organisation.kind == kind)):
            await tell(
                session, staff, key=f"claim_waiting:{claim.id}", roles=roles, footer=TEAM_FOOTER, beside=claim.person_id, **said
            )  # fmt: skip
    if claim.organisation_id is not None:
        await tell(
            session, claim.organisation_id, key=f"claim_waiting:{claim.id}", roles=ADMINS, footer=TEAM_FOOTER, beside=claim.person_id, **said
        )  # fmt: skip


async def claim_decided(session: Session, event: ClaimDecided, tools: Tools) -> None:
    claim = await session.get(Claim, event.claim_id)
    if claim is None:
        return
    accepted = claim.state is ClaimState.CONFIRMED
    account = f"{tools.settings.web.base_url}/compte"
    await tell_person(
        session, await _address(session, claim), key=f"claim_decided:{claim.id}",
        subject=("Demande acceptée : " if accepted else "Demande refusée : ") + claim.name,
        body=f"Vous agissez désormais pour {claim.name}, avec ces rôles : {_said(claim.roles)}.\n\n{account}"
        if accepted
        else f"Votre demande d’agir pour {claim.name} est refusée. Motif :\n\n{claim.reason}\n\n{account}",
    )  # fmt: skip


async def admin_added(session: Session, event: AdminAdded, tools: Tools) -> None:
    person = await session.get(Person, event.person_id)
    if person is None:
        return
    organisation = await _organisation(session, event.organisation_id)
    await tell(
        session, organisation.id, key=f"admin_added:{event.change_id}", roles=ADMINS, beside=person.id, footer=TEAM_FOOTER,
        subject=f"Nouvel administrateur de {organisation.name}",
        body=f"{person.name} ({person.email}) administre maintenant {organisation.name}. Si ce n’est pas voulu, retirez ce rôle :\n\n"
        f"{tools.settings.web.base_url}/organisation/equipe",
    )  # fmt: skip


async def roles_changed(session: Session, event: RolesChanged, tools: Tools) -> None:
    person = await session.get(Person, event.person_id)
    if person is None or event.own:
        return
    organisation = await _organisation(session, event.organisation_id)
    await tell_person(
        session, person.email, key=f"roles_changed:{event.change_id}",
        subject=f"Vos rôles pour {organisation.name} ont changé",
        body=(
            f"Vos rôles pour {organisation.name} sont maintenant : {_said(event.roles)}."
            if event.roles
            else f"Vous n’agissez plus pour {organisation.name}. Les clés d’API que vous y aviez créées sont révoquées."
        )
        + f"\n\n{tools.settings.web.base_url}/compte",
    )  # fmt: skip


async def key_expiring(session: Session, event: ApiKeyExpiring, tools: Tools) -> None:
    """Once a key: its maker is told, a week before."""
    key = await session.get(ApiKey, event.key_id, with_for_update=True)
    if key is None or key.revoked_at or key.warned_at or key.expires_at is None:
        return
    person = await session.get_one(Person, key.person_id)
    organisation = await session.get_one(Organisation, key.organisation_id)
    await tell_person(
        session, person.email, key=event.key, subject=f"Votre clé d’API expire bientôt : {key.name}",
        body=f"La clé « {key.name} » ({key.prefix}…), faite pour {organisation.name}, cessera de fonctionner le "
        f"{clock.paris_day(key.expires_at):%d/%m/%Y}. Faites-en une nouvelle, remplacez-la dans votre logiciel, puis "
        f"révoquez celle-ci :\n\n{tools.settings.web.base_url}/organisation/cles",
    )  # fmt: skip
    key.warned_at = await clock.now(session)


async def _organisation(session: Session, organisation_id: object) -> Organisation:
    found: Organisation = (
        await session.execute(select(Organisation).where(Organisation.id == organisation_id))
    ).scalar_one()
    return found


async def _address(session: Session, claim: Claim) -> str:
    """The claimant's present address: it may have changed since."""
    found = await session.scalar(select(Person.email).where(Person.id == claim.person_id))
    return found or claim.email


def _said(roles: list[str] | tuple[str, ...]) -> str:
    return ", ".join(ROLE_NAMES[role] for role in Role if role in roles)


def _link(tools: Tools, path: str, token_id: UUID, purpose: Purpose, bound_to: str) -> str:
    secret = needed(tools.settings.web.secret, "WEB_SECRET").get_secret_value()
    return f"{tools.settings.web.base_url}{path}/{tokens.written(secret, token_id, purpose, bound_to)}"
