"""Registering an organisation by its SIRET: somebody says that they act for it, proves their address, and is confirmed.

Nothing here tells whether an address or an organisation is already known: the first answer and the mail are the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, false, insert, or_, select, text, true
from stdnum.fr import siret as siret_number

from marketplace import audit, outbox
from marketplace.accounts import registration, tokens
from marketplace.accounts.events import AdminAdded, ClaimDecided, ClaimProven, ClaimStarted
from marketplace.accounts.models import Affiliation, Organisation, TownKind
from marketplace.accounts.roles import fitting, refused_as
from marketplace.accounts.tokens import Purpose, TokenRefused
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import Database, ReadSession, Session, acting, owned
from marketplace.errors import Conflict, FieldError, Invalid, NotFound, wrong
from marketplace.ids import PersonId, new_id
from marketplace.joining import newcomers, team
from marketplace.joining.inviting import AlreadyMember
from marketplace.joining.lifecycle import CLAIM, ClaimState, ClaimWho, is_staff, who
from marketplace.joining.models import Claim
from marketplace.lifecycle import apply
from marketplace.territories.queries import Town, UnknownTown, find_town
from marketplace.words import N_

OPEN = (OrganisationKind.TOWN, OrganisationKind.STARTUP)
"""What may be registered. Supervisors and associations are made by the operator."""


class AlreadyAsked(Conflict):
    code = "already_asked"
    sentence = N_("Vous avez déjà une demande en attente pour cette organisation.")


class OtherKind(Conflict):
    """The organisation is known as something else than what the claim says."""

    code = "other_kind"
    sentence = N_(
        "Ce SIREN est déjà celui d’une organisation d’un autre type : {name}. Refusez la demande, avec ce motif."
    )


class RegisteredMeanwhile(Conflict):
    code = "registered_meanwhile"
    sentence = N_(
        "Cette organisation vient d’être inscrite par une autre demande : relisez celle-ci, puis recommencez."
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What a claim's link says to its holder. `known`: the address has an account."""

    claim_id: UUID
    email: str
    person_name: str
    kind: OrganisationKind
    name: str
    siret: str
    known: bool


async def start(
    session: Session, *, email: str, person_name: str, kind: OrganisationKind, siret: str, name: str | None,
    town_kind: TownKind | None, roles: Sequence[str], by: Actor, now: datetime,
) -> None:  # fmt: skip
    """Somebody, known or not, claims the body of `siret`; their address is asked for proof by mail.

    A commune or an EPCI of the territory data needs no `name` and no `town_kind`. Raises `Invalid` with every wrong field.
    """
    faults: list[FieldError] = []
    address = number = ""
    wanted: list[str] = []
    try:
        address = registration.address_of(email)
    except Invalid as fault:
        faults += fault.fields
    try:
        wanted = fitting(kind, roles)
    except Invalid as fault:
        faults += fault.fields
    if kind not in OPEN:
        faults.append(wrong("kind", N_("Seuls un acheteur public ou une entreprise s’inscrivent ici."), code="kind"))  # fmt: skip
    try:
        number = checked_siret(siret)
    except Invalid as fault:
        faults += fault.fields
    town = await town_of(session, number) if number else None
    if town is not None and kind is OrganisationKind.STARTUP:
        faults.append(
            wrong("siret", N_("Ce SIRET est celui d’un acheteur public : {name}. Inscrivez-le comme acheteur public."), code="kind", name=town.name)
        )  # fmt: skip
    if number and town is None:
        if not name:
            faults.append(wrong("name", N_("Écrivez le nom de l’organisation : ce SIRET n’est pas celui d’une commune ni d’une intercommunalité."), code="required"))  # fmt: skip
        if kind is OrganisationKind.TOWN and town_kind is None:
            faults.append(wrong("town_kind", N_("Choisissez le type d’acheteur public."), code="required"))
    if faults:
        raise Invalid(faults)
    claim = Claim(
        id=new_id(), email=address, person_name=person_name, kind=kind, siret=number, siren=number[:9],
        name=town.name if town else name, town_kind=_town_kind(kind, town, town_kind), roles=wanted,
        state=ClaimState.UNPROVEN, state_since=now,
    )  # fmt: skip
    session.add(claim)
    await session.flush()
    token_id = await tokens.issue(session, Purpose.CLAIM, bound_to=address, subject_id=claim.id)
    audit.note(session, by, "claim.start", "claim", claim.id, after={"kind": kind, "siret": number})
    outbox.record(session, ClaimStarted(claim_id=claim.id, token_id=token_id))


async def look(session: Session | ReadSession, secret: str, token: str) -> Asked:
    """What a claim's link says, spending nothing. Raises `TokenRefused`."""
    sound = await tokens.look(session, secret, Purpose.CLAIM, token)
    found = (await session.execute(text("select * from find_claim(:id)"), {"id": sound.id})).one_or_none()
    if found is None or sound.subject_id is None:
        raise TokenRefused
    return Asked(
        claim_id=sound.subject_id, email=sound.bound_to, person_name=found.person_name, kind=OrganisationKind(found.kind), name=found.name,
        siret=found.siret, known=found.known,
    )  # fmt: skip


async def prove(database: Database, secret: str, token: str, *, password: str | None, now: datetime) -> Asked:
    """The address is proven: the claim waits for whoever verifies. Somebody new chooses a password, and has an account.

    Takes the database and not a session: nobody is known before, so the claim is written as its person.
    Raises `TokenRefused`, `Invalid`, `AlreadyMember`, `AlreadyAsked`.
    """
    async with database.reading(newcomers.newcomer()) as reads:
        asked = await look(reads, secret, token)
        person_id = (
            await reads.execute(text("select person_id from find_sign_in(:email)"), {"email": asked.email})
        ).scalar_one_or_none()
    if person_id is None:
        hashed = await newcomers.first_password(password, words=(asked.person_name, asked.email, asked.name))
        by = newcomers.newcomer(asked.person_name)
    else:
        by = Actor(person_id=PersonId(person_id), channel="session")
    async with database.transaction(by) as session:
        await tokens.spend(session, secret, Purpose.CLAIM, token)
        if person_id is None:
            await newcomers.settle(
                session, email=asked.email, name=asked.person_name, password_hash=hashed, by=by
            )
        claim = (await session.execute(select(Claim).where(Claim.id == asked.claim_id))).scalar_one()
        await _refuse_needless(session, claim, by)
        async with refused_as(session, {"uq_claim_waiting": AlreadyAsked}):
            claim.person_id = by.person_id
            await apply(
                session, CLAIM, claim, "prove", who={ClaimWho.CLAIMANT}, by=by, now=now,
                event=ClaimProven(claim_id=claim.id),
            )  # fmt: skip
    return asked


async def confirm(session: Session, claim_id: UUID, *, by: Actor, now: datetime) -> Claim:
    """The claimant acts for the organisation, made if it is new: with the roles they asked for, and `admin` if nobody has it.

    Raises `NotFound`, `NotTheirMove`, `MoveRefused`, `OtherKind`, `AlreadyMember`.
    """
    claim = await find(session, claim_id, locked=True)
    whose = who(claim.person_id, claim.organisation_id, by)
    CLAIM.check(claim.state, "confirm", whose)
    assert claim.person_id is not None
    organisation = await organisation_of(session, claim)
    if organisation is None:
        async with refused_as(session, {"uq_organisation_": RegisteredMeanwhile}):
            organisation = await _registered(session, claim, by)
    if organisation.kind is not claim.kind:
        raise OtherKind(name=organisation.name)
    await team.hold(session, organisation.id)
    administered = await session.scalar(text("select administered(:id)"), {"id": organisation.id})
    claim.organisation_id = organisation.id
    claim.roles = sorted({*claim.roles} if administered else {*claim.roles, Role.ADMIN.value})
    await apply(
        session, CLAIM, claim, "confirm", who=whose, by=by, now=now, event=ClaimDecided(claim_id=claim.id),
        facts={"organisation": str(organisation.id), "person": str(claim.person_id), "roles": claim.roles},
    )  # fmt: skip
    async with refused_as(session, {"uq_affiliation_person_id_organisation_id": AlreadyMember}):
        # without RETURNING: whoever confirms for another organisation cannot read its members back
        await session.execute(
            insert(Affiliation)
            .values(id=new_id(), person_id=claim.person_id, organisation_id=organisation.id, roles=claim.roles)
            .execution_options(synchronize_session=False)
        )  # fmt: skip
    if Role.ADMIN in claim.role_set:
        outbox.record(session, AdminAdded(organisation_id=organisation.id, person_id=claim.person_id))
    return claim


async def refuse(session: Session, claim_id: UUID, reason: str, *, by: Actor, now: datetime) -> Claim:
    """Refuse a claim, for a reason that is mailed. Raises `NotFound`, `NotTheirMove`, `MoveRefused`."""
    claim = await find(session, claim_id, locked=True)
    whose = who(claim.person_id, claim.organisation_id, by)
    CLAIM.check(claim.state, "refuse", whose)
    claim.reason = reason
    await apply(
        session, CLAIM, claim, "refuse", who=whose, by=by, now=now, event=ClaimDecided(claim_id=claim.id),
        facts={"reason": reason},
    )  # fmt: skip
    return claim


async def withdraw(session: Session, claim_id: UUID, *, by: Actor, now: datetime) -> None:
    """Take one's own claim back. Raises `NotFound`, `NotTheirMove`, `MoveRefused`."""
    claim = await find(session, claim_id)
    whose = who(claim.person_id, claim.organisation_id, by)
    await apply(session, CLAIM, claim, "withdraw", who=whose, by=by, now=now)


async def find(session: Session | ReadSession, claim_id: UUID, *, locked: bool = False) -> Claim:
    """A proven claim that the actor made, or may decide. Raises `NotFound`."""
    wanted = select(Claim).where(Claim.id == claim_id, Claim.state != ClaimState.UNPROVEN, _seen(session))
    found = await session.scalar(wanted.with_for_update() if locked else wanted)
    if found is None:
        raise NotFound
    return found


def _seen(session: Session | ReadSession) -> ColumnElement[bool]:
    by = acting(session)
    if is_staff(by):
        return true()
    mine = Claim.person_id == by.person_id if by.person_id else false()
    return or_(mine, owned(session, Claim.organisation_id)) if Role.ADMIN in by.roles else mine


def checked_siret(siret: str) -> str:
    """The fourteen digits of `siret`. Raises `Invalid` when its key is wrong (Luhn; La Poste's own establishments sum to a multiple of 5)."""
    number = siret_number.compact(siret.replace("\u00a0", " ").replace("\u202f", " "))
    if not (number.isascii() and siret_number.is_valid(number)):
        raise Invalid(
            [wrong("siret", N_("Ce numéro SIRET n’existe pas : vérifiez les quatorze chiffres."), code="siret")]
        )  # fmt: skip
    return str(number)


async def town_of(session: Session | ReadSession, siret: str) -> Town | None:
    """The commune or EPCI of the territory data whose SIREN begins `siret`."""
    try:
        return await find_town(session, siret[:9])
    except UnknownTown:
        return None


async def organisation_of(session: Session | ReadSession, claim: Claim) -> Organisation | None:
    """The organisation that the claim is about, if it is here already."""
    town = await town_of(session, claim.siret)
    same = Organisation.siren == claim.siren
    found: Organisation | None = await session.scalar(
        select(Organisation).where(same | (Organisation.insee == town.insee) if town and town.insee else same)
    )
    return found


def _town_kind(kind: OrganisationKind, town: Town | None, typed: TownKind | None) -> TownKind | None:
    if kind is not OrganisationKind.TOWN:
        return None
    return TownKind(town.kind) if town else typed


async def _registered(session: Session, claim: Claim, by: Actor) -> Organisation:
    if await town_of(session, claim.siret) is not None:
        return await registration.register_town(session, claim.siret, by=by)
    return await registration.register_organisation(
        session, kind=claim.kind, name=claim.name, siren=claim.siren, siret=claim.siret, town_kind=claim.town_kind, by=by
    )  # fmt: skip


async def _refuse_needless(session: Session, claim: Claim, by: Actor) -> None:
    """Refuse a claim of somebody who is a member already, or who waits for the same; note the organisation it is about."""
    organisation = await organisation_of(session, claim)
    if organisation is None:
        return
    member = await session.scalar(
        select(Affiliation.id).where(
            Affiliation.person_id == by.person_id, Affiliation.organisation_id == organisation.id
        )
    )
    if member is not None:
        raise AlreadyMember
    claim.organisation_id = organisation.id
