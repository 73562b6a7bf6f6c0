"""From what a provider vouches for to a person with a session: who they are here, and which town they are attached to.

    known (issuer, subject)                         → that person
    unknown, nobody here has the address            → a new person
    unknown, somebody has it who can prove nothing  → linked: the provider vouches for the address
    unknown, somebody has it who signs in already   → `SignInAsUsual`: they sign in as they do, once, and then link

Everything is written as the person it is about, under row-level security; the two things that nobody may do for themselves
(opening the account of a town of the territory, becoming its reader) are narrow functions of the database.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from marketplace import audit, outbox
from marketplace.accounts.models import Affiliation, Organisation, Person, WebSession
from marketplace.accounts.registration import EMAIL
from marketplace.actor import ANONYMOUS, Actor, OrganisationKind
from marketplace.db import Database, ReadSession, Session
from marketplace.errors import Forbidden
from marketplace.ids import OrganisationId, PersonId, new_id
from marketplace.sign_in import sealed, sessions
from marketplace.sign_in.identity_events import IdentityLinked, PersonAttached
from marketplace.sign_in.identity_models import FederatedAttempt, FederatedIdentity, FederatedSession
from marketplace.sign_in.proconnect import Asserted, AttemptOver
from marketplace.sign_in.sessions import Proof
from marketplace.words import N_

ATTEMPT_LIVES = timedelta(minutes=10)
SEALED_TOKEN = "id_token"  # noqa: S105  a purpose, not a secret


class AddressNotVouched(Forbidden):
    code = "address_not_vouched"
    sentence = N_(
        "ProConnect ne garantit pas votre adresse électronique : aucun compte ne peut être ouvert avec elle. "
        "Vérifiez votre adresse auprès de votre fournisseur d’identité, puis recommencez."
    )


class OtherAccount(Forbidden):
    code = "other_account"
    sentence = N_("Le compte connecté n’est pas celui de cette adresse : rien n’a été relié.")


class SignInAsUsual(Exception):
    """Somebody has this address and another way to sign in: they must use it once."""

    def __init__(self, person_id: PersonId) -> None:
        super().__init__()
        self.person_id = person_id


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a sign-in under way must bring back, and where it leads."""

    nonce: str
    verifier: str
    return_to: str


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody signed in. `attached_to` names the town they have just been attached to; `acts` is false without an organisation."""

    token: str
    attached_to: str | None
    acts: bool


async def begin(database: Database, *, state: str, browser: str, attempt: Attempt) -> None:
    """Remember a sign-in that goes to the provider. Only hashes of `state` and of the browser's cookie are kept."""
    async with database.transaction(ANONYMOUS) as session:
        session.add(
            FederatedAttempt(
                state_hash=_hash(state), browser_hash=_hash(browser), nonce=attempt.nonce, verifier=attempt.verifier,
                return_to=attempt.return_to, expires_at=datetime.now(UTC) + ATTEMPT_LIVES,
            )
        )  # fmt: skip


async def take(database: Database, *, state: str, browser: str) -> Attempt:
    """The sign-in of `state`, begun in this browser, and its end. Raises `AttemptOver`: unknown, old, used, or another's."""
    async with database.transaction(ANONYMOUS) as session:
        found = (
            await session.execute(
                text("select * from take_federated_attempt(:state, :browser)"),
                {"state": _hash(state), "browser": _hash(browser)},
            )
        ).one_or_none()
    if found is None:
        raise AttemptOver
    return Attempt(nonce=found.nonce, verifier=found.verifier, return_to=found.return_to)


async def enter(database: Database, asserted: Asserted, *, secret: str, device: str = "") -> Entered:
    """A session for whom the provider vouches for. Raises `SignInAsUsual`, `AddressNotVouched`.

    Takes the database and not a session: nobody is known before, so what is new is written as its person.
    """
    try:
        return await _enter(database, asserted, secret, device)
    except IntegrityError:  # the same person came in by two doors at once: the other has made the account
        return await _enter(database, asserted, secret, device)


async def _enter(database: Database, asserted: Asserted, secret: str, device: str) -> Entered:
    known, new = await _who(database, asserted)
    person = sessions.himself(known)
    async with database.transaction(person) as session:
        if new:
            assert asserted.email is not None
            session.add(Person(id=known, email=asserted.email, name=asserted.name, password_hash=None))
            await session.flush()
            audit.note(session, person, "person.register", "person", known, after={"email": asserted.email})
        identity = await _linked(session, person, asserted, tell=not new)
        town, attached = await _town_of(session, person, identity)
        belongs = town is not None and await _belongs(session, known, town.id)
        token = await sessions.open_session(
            session,
            known,
            organisation_id=town.id if belongs and town else None,
            proof=Proof.PROCONNECT,
            device=device,
        )
        opened = (
            await session.execute(
                select(WebSession.id, WebSession.organisation_id).where(
                    WebSession.token_hash == sessions.token_hash(token)
                )
            )
        ).one()
        session.add(
            FederatedSession(
                session_id=opened.id, person_id=known,
                id_token=sealed.seal(secret, SEALED_TOKEN, {"id_token": asserted.id_token}),
            )
        )  # fmt: skip
        return Entered(
            token=token, attached_to=town.name if town and attached else None, acts=opened.organisation_id is not None
        )  # fmt: skip


async def _who(database: Database, asserted: Asserted) -> tuple[PersonId, bool]:
    """The person, and whether they are still to be made."""
    async with database.transaction(ANONYMOUS) as session:  # never a replica, which may not know them yet
        known = await session.scalar(
            text("select find_federated_identity(:issuer, :subject)"),
            {"issuer": asserted.issuer, "subject": asserted.subject},
        )
        if known is not None:
            return PersonId(known), False
        if asserted.email is None or not EMAIL.fullmatch(asserted.email):
            raise AddressNotVouched
        same = (
            await session.execute(
                text("select person_id, must_prove from find_same_address(:email)"), {"email": asserted.email}
            )
        ).one_or_none()
    if same is None:
        return PersonId(new_id()), True
    if same.must_prove:
        raise SignInAsUsual(PersonId(same.person_id))
    return PersonId(same.person_id), False


async def link(session: Session, by: Actor, asserted: Asserted, *, person_id: PersonId) -> str | None:
    """Link the signed-in person to what the provider vouched for. Returns the town they are newly attached to.

    Raises `OtherAccount` unless they are who has the address. Linking twice changes nothing.
    """
    if by.channel != "session" or by.person_id != person_id:
        raise OtherAccount
    taken = await session.scalar(
        text("select find_federated_identity(:issuer, :subject)"),
        {"issuer": asserted.issuer, "subject": asserted.subject},
    )
    if taken is not None and taken != person_id:
        raise OtherAccount
    identity = await _linked(session, by, asserted, tell=True)
    town, attached = await _town_of(session, by, identity)
    return town.name if town and attached else None


async def id_token_of(reads: ReadSession | Session, session_id: UUID, *, secret: str) -> str | None:
    """The identity token that a session of one's own came from, if it came from a provider."""
    kept = await reads.scalar(
        select(FederatedSession.id_token).where(FederatedSession.session_id == session_id)
    )
    found = sealed.unseal(secret, SEALED_TOKEN, kept) if kept else None
    return str(found["id_token"]) if found else None


async def establishment(reads: ReadSession | Session, by: Actor) -> str | None:
    """The SIRET that a provider last gave for the acting person."""
    found: str | None = await reads.scalar(
        select(FederatedIdentity.siret)
        .where(FederatedIdentity.person_id == by.person_id, FederatedIdentity.siret.is_not(None))
        .order_by(FederatedIdentity.last_used_at.desc())
        .limit(1)
    )
    return found


async def _linked(session: Session, person: Actor, asserted: Asserted, *, tell: bool) -> FederatedIdentity:
    """The identity's row, made if new, with what the provider says today. `tell`: a new link is told to its person."""
    now = datetime.now(UTC)
    identity: FederatedIdentity | None = await session.scalar(
        select(FederatedIdentity)
        .where(
            FederatedIdentity.issuer == asserted.issuer,
            FederatedIdentity.subject == asserted.subject,
            FederatedIdentity.person_id == person.person_id,
        )
        .with_for_update()
    )
    if identity is not None:
        await session.execute(
            update(FederatedIdentity)
            .where(FederatedIdentity.id == identity.id)
            .values(last_used_at=now, siret=asserted.siret or identity.siret)
        )
        await session.refresh(identity)
        return identity
    assert person.person_id is not None
    identity = FederatedIdentity(
        issuer=asserted.issuer, subject=asserted.subject, person_id=person.person_id, siret=asserted.siret, last_used_at=now
    )  # fmt: skip
    session.add(identity)
    await session.flush()
    audit.note(
        session, person, "federated_identity.link", "person", person.person_id, after={"issuer": asserted.issuer}
    )  # fmt: skip
    if tell:
        outbox.record(session, IdentityLinked(identity_id=identity.id))
    return identity


async def _town_of(
    session: Session, person: Actor, identity: FederatedIdentity
) -> tuple[Organisation | None, bool]:
    """The town of the establishment that the provider gave, and whether the person has just become its reader."""
    if identity.siret is None:
        return None, False
    town = await _organisation(session, identity.siret)
    if town is None:
        await session.execute(
            text("select open_town_of_territory(:id, :siren)"), {"id": new_id(), "siren": identity.siret[:9]}
        )
        town = await _organisation(session, identity.siret)
        if town is None:
            return None, False
        audit.note(
            session, person, "organisation.register", "organisation", town.id, after={"kind": town.kind, "name": town.name}
        )  # fmt: skip
    attached = await session.scalar(
        text("select attach_as_reader(:id, :identity, :town)"),
        {"id": new_id(), "identity": identity.id, "town": town.id},
    )
    if attached:
        assert person.person_id is not None
        audit.note(
            session, person, "affiliation.attach", "organisation", town.id,
            after={"person_id": str(person.person_id), "roles": ["reader"], "siret": identity.siret},
        )  # fmt: skip
        outbox.record(session, PersonAttached(person_id=person.person_id, organisation_id=town.id))
    return town, bool(attached)


async def _organisation(session: Session, siret: str) -> Organisation | None:
    """The town that has an account here under this SIRET, or, failing that, under its SIREN."""
    found: Organisation | None = await session.scalar(
        select(Organisation)
        .where(
            Organisation.kind == OrganisationKind.TOWN,
            (Organisation.siret == siret) | (Organisation.siren == siret[:9]),
        )
        .order_by((Organisation.siret == siret).desc().nulls_last())
        .limit(1)
    )
    return found


async def _belongs(session: Session, person_id: PersonId, organisation_id: OrganisationId) -> bool:
    found = await session.scalar(
        select(Affiliation.id).where(
            Affiliation.person_id == person_id, Affiliation.organisation_id == organisation_id
        )
    )
    return found is not None


def _hash(value: str) -> bytes:
    return hashlib.sha256(value.encode(errors="replace")).digest()
