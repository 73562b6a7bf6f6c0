"""Reads about teams, invitations and claims."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, select, text

from marketplace.accounts.models import Affiliation, Organisation, Person
from marketplace.actor import Actor, Role
from marketplace.db import ReadSession, Session
from marketplace.errors import NotFound, OrganisationNeeded, RoleNeeded, SignInNeeded
from marketplace.ids import PersonId
from marketplace.joining import claiming
from marketplace.joining.lifecycle import ClaimState, InvitationState, is_staff
from marketplace.joining.models import Claim, TeamInvitation
from marketplace.territories.queries import Town
from marketplace.words import N_


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the acting organisation. `last_sign_in` is shown to its administrators."""

    person_id: PersonId
    name: str
    email: str
    roles: tuple[Role, ...]
    last_sign_in: datetime | None


async def members(reads: ReadSession | Session, by: Actor) -> list[Member]:
    """The acting organisation's people, by name. Raises `SignInNeeded`, `OrganisationNeeded`."""
    if not by.signed_in:
        raise SignInNeeded
    if by.organisation_id is None:
        raise OrganisationNeeded
    seen: dict[UUID, datetime] = {
        row.person_id: row.at for row in await reads.execute(text("select * from last_sign_ins()"))
    }
    rows = await reads.execute(
        select(Person, Affiliation)
        .join(Affiliation, Affiliation.person_id == Person.id)
        .where(Affiliation.organisation_id == by.organisation_id)
        .order_by(Person.name, Person.id)
    )
    return [
        Member(person.id, person.name, person.email, in_order(held.role_set), seen.get(person.id))
        for person, held in rows
    ]


async def member(reads: ReadSession | Session, person_id: PersonId, by: Actor) -> Member:
    """One person of the acting organisation. Raises `NotFound`, and as `members`."""
    found = next((one for one in await members(reads, by) if one.person_id == person_id), None)
    if found is None:
        raise NotFound
    return found


def in_order(roles: frozenset[Role]) -> tuple[Role, ...]:
    """`roles` in the order in which they are presented everywhere."""
    return tuple(role for role in Role if role in roles)


async def pending_invitations(reads: ReadSession | Session, by: Actor) -> list[TeamInvitation]:
    """Invitations of the acting organisation that nobody has accepted yet, for its administrators. Raises `RoleNeeded`."""
    found = await reads.scalars(
        select(TeamInvitation)
        .where(
            TeamInvitation.organisation_id == by.require_admin(),
            TeamInvitation.state == InvitationState.PENDING,
        )
        .order_by(TeamInvitation.id)
    )
    return list(found)


async def acting_for(reads: ReadSession | Session, by: Actor, organisation_id: UUID) -> Actor:
    """`by`, acting for another of their organisations. Raises `NotFound` for one that is not theirs."""
    row = (
        await reads.execute(
            select(Organisation, Affiliation)
            .join(Affiliation, Affiliation.organisation_id == Organisation.id)
            .where(Affiliation.person_id == by.person_id, Organisation.id == organisation_id)
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    organisation, held = row
    return Actor(
        person_id=by.person_id, organisation_id=organisation.id, kind=organisation.kind, roles=held.role_set, channel=by.channel,
        name=by.name, organisation_name=organisation.name,
    )  # fmt: skip


async def my_claims(reads: ReadSession | Session, by: Actor) -> list[Claim]:
    """The claims that the acting person made, the latest first."""
    found = await reads.scalars(
        select(Claim)
        .where(Claim.person_id == by.person_id, Claim.state != ClaimState.UNPROVEN)
        .order_by(Claim.id.desc())
    )
    return list(found)


async def waiting_claims(reads: ReadSession | Session, by: Actor) -> list[Claim]:
    """Claims that `by` may decide, the oldest first: all of them for the staff, an administrator's own organisation's.

    Raises `RoleNeeded` to anybody else.
    """
    if not is_staff(by):
        return await own_claims(reads, by)
    return list(await reads.scalars(_waiting(by)))


async def own_claims(reads: ReadSession | Session, by: Actor) -> list[Claim]:
    """Claims to join the acting organisation, for its administrators. Raises `RoleNeeded`."""
    return list(await reads.scalars(_waiting(by).where(Claim.organisation_id == by.require_admin())))


def _waiting(by: Actor) -> Select[Claim]:
    others = Claim.person_id.is_distinct_from(by.person_id)
    return (
        select(Claim).where(Claim.state == ClaimState.WAITING, others).order_by(Claim.state_since, Claim.id)
    )


async def staff_queue(reads: ReadSession | Session, by: Actor) -> list[Claim]:
    """Every claim that waits, for the staff. Raises `RoleNeeded`."""
    if not by.signed_in:
        raise SignInNeeded
    if not is_staff(by):
        raise RoleNeeded(kind=(N_("l’équipe de suivi"), N_("une association")), roles=(N_("administration"), N_("relecture de fiches")))  # fmt: skip
    return await waiting_claims(reads, by)


class Domain(StrEnum):
    """What the claimant's e-mail domain tells, beside those of the organisation's people."""

    SAME = "same"
    WEBMAIL = "webmail"
    OTHER = "other"
    UNKNOWN = "unknown"


DOMAIN_SENTENCES = {
    Domain.SAME: N_("Le domaine est celui d’une personne déjà confirmée de cette organisation."),
    Domain.WEBMAIL: N_("Messagerie publique : l’adresse ne prouve rien de l’organisation."),
    Domain.OTHER: N_("Le domaine n’est pas celui des personnes déjà confirmées de cette organisation."),
    Domain.UNKNOWN: N_("Aucune personne de cette organisation n’est encore connue : rien à comparer."),
}

WEBMAIL = frozenset(
    """aliceadsl.fr aol.com bbox.fr club-internet.fr free.fr gmail.com gmx.com gmx.fr googlemail.com hotmail.com hotmail.fr icloud.com
    laposte.net libertysurf.fr live.com live.fr mac.com mail.com me.com mailo.com msn.com neuf.fr noos.fr numericable.fr orange.fr outlook.com
    outlook.fr pm.me proton.me protonmail.com sfr.fr tutanota.com voila.fr wanadoo.fr yahoo.com yahoo.fr yandex.com ymail.com zoho.com""".split()  # noqa: SIM905
)
"""Domains where anybody may have an address."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What helps to decide a claim: the territory's body of this SIREN, who is known of the organisation, what the e-mail tells."""

    town: Town | None
    organisation: Organisation | None
    administered: bool
    domain: str
    known_domains: tuple[str, ...]
    verdict: Domain


async def evidence(reads: ReadSession | Session, claim: Claim) -> Evidence:
    """See `Evidence`. For whoever may decide the claim: others are told of no domain."""
    organisation = await claiming.organisation_of(reads, claim)
    known: list[str] = []
    administered = False
    if organisation is not None:
        administered = bool(await reads.scalar(text("select administered(:id)"), {"id": organisation.id}))
        rows = await reads.execute(
            text("select domain from known_domains(:id) order by people desc, domain"),
            {"id": organisation.id},
        )
        known = [row.domain for row in rows]
    domain = claim.email.rpartition("@")[2]
    return Evidence(
        town=await claiming.town_of(reads, claim.siret), organisation=organisation, administered=administered, domain=domain,
        known_domains=tuple(known), verdict=_verdict(domain, known),
    )  # fmt: skip


def _verdict(domain: str, known: list[str]) -> Domain:
    if domain in WEBMAIL:
        return Domain.WEBMAIL
    if domain in known:
        return Domain.SAME
    return Domain.OTHER if known else Domain.UNKNOWN
