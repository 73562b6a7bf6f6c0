"""The password: signing in with it, proving oneself again, changing it.

An unknown address and a wrong password answer the same, after the same work.
"""

from dataclasses import dataclass

from sqlalchemy import select, text

from marketplace import audit
from marketplace.accounts import passwords
from marketplace.accounts.models import Affiliation, Organisation, Person, Proof
from marketplace.actor import ANONYMOUS, Actor
from marketplace.db import Database, ReadSession, Session
from marketplace.errors import FieldError, Forbidden, Invalid, wrong
from marketplace.ids import PersonId, new_id
from marketplace.outbox import record
from marketplace.sign_in import half_open, sessions, totp
from marketplace.sign_in.events import Change, SecurityChanged
from marketplace.words import N_


class WrongCredentials(Forbidden):
    """The same for an unknown address and a wrong password."""

    code = "wrong_credentials"
    sentence = N_("Adresse ou mot de passe incorrect.")


@dataclass(frozen=True, slots=True)
class Opened:
    """A session is open; its token."""

    token: str


@dataclass(frozen=True, slots=True)
class CodeAwaited:
    """The password was right, and a second factor is awaited; the half-open session's token."""

    token: str


async def sign_in(database: Database, *, email: str, password: str, device: str = "") -> Opened | CodeAwaited:
    """Open a session, or half of one for somebody with a second factor. Raises `WrongCredentials`.

    Takes the database and not a session: nobody is known before, so the new session is written as its person.
    """
    async with database.reading(ANONYMOUS) as reads:
        found = (
            await reads.execute(
                text("select person_id, password_hash from find_sign_in(:email)"), {"email": email.strip()}
            )
        ).one_or_none()
    if not await passwords.verify(password, found.password_hash if found else None) or found is None:
        raise WrongCredentials
    person_id = PersonId(found.person_id)
    async with database.transaction(sessions.himself(person_id)) as session:
        if await totp.enabled(session, person_id):
            return CodeAwaited(await half_open.begin(session, person_id))
        return Opened(await sessions.open_session(session, person_id, proof=Proof.PASSWORD, device=device))


async def confirm(
    session: Session | ReadSession, password: str, *, by: Actor, path: str = "password"
) -> None:
    """Check that the person signed in knows their password. Raises `Invalid` about the field `path`."""
    person_id = by.require_session()
    known = await session.scalar(select(Person.password_hash).where(Person.id == person_id))
    if not await passwords.verify(password, known):
        raise Invalid([wrong(path, N_("Ce n’est pas votre mot de passe actuel."), code="wrong_password")])


async def change(session: Session, *, current: str, new: str, by: Actor) -> None:
    """Replace the person's password by one they have chosen. Raises `Invalid` with every fault of both fields."""
    person_id = by.require_session()
    faults: list[FieldError] = []
    for check in (confirm(session, current, by=by, path="current"), refuse_weak(session, person_id, new)):
        try:
            await check
        except Invalid as refusal:
            faults += refusal.fields
    if faults:
        raise Invalid(faults)
    await replace(session, person_id, new, by=by)


async def refuse_weak(session: Session | ReadSession, person_id: PersonId, password: str) -> None:
    """Raise `Invalid` for a password that is too easy to guess, knowing who the person is."""
    passwords.check_strength(password, words=await words_about(session, person_id))


async def replace(session: Session, person_id: PersonId, password: str, *, by: Actor) -> None:
    """Set a password that was found strong enough, and tell the person by mail."""
    person = (
        await session.execute(select(Person).where(Person.id == person_id).with_for_update())
    ).scalar_one()
    person.password_hash = await passwords.hashed(password)
    await session.flush()
    audit.note(session, by, "person.change_password", "person", person_id)
    record(session, SecurityChanged(change_id=new_id(), person_id=person_id, what=Change.PASSWORD))


async def words_about(session: Session | ReadSession, person_id: PersonId) -> list[str]:
    """What somebody who knows the person would try first: their address, their name, their organisations."""
    person = (await session.execute(select(Person).where(Person.id == person_id))).scalar_one()
    names = await session.scalars(
        select(Organisation.name)
        .join(Affiliation, Affiliation.organisation_id == Organisation.id)
        .where(Affiliation.person_id == person_id)
    )
    return [person.email, person.name, *names]
