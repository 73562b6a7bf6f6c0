"""A new e-mail address: asked with the password, confirmed from a mail to the new one, told to the former one.

The link is worth something for the person who asked, signed in, for that address, once, for two hours (another shop's
token that was bound to nobody is CVE-2026-35407).
"""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace import audit
from marketplace.accounts import tokens
from marketplace.accounts.models import Person
from marketplace.accounts.registration import EMAIL
from marketplace.accounts.tokens import Purpose, Token, TokenRefused
from marketplace.actor import Actor
from marketplace.db import ReadSession, Session
from marketplace.errors import FieldError, Invalid, wrong
from marketplace.ids import new_id
from marketplace.outbox import record
from marketplace.sign_in import passwords
from marketplace.sign_in.events import Change, EmailChangeAsked, SecurityChanged
from marketplace.words import N_


async def ask(session: Session, email: str, *, password: str, by: Actor) -> None:
    """Send a link to the new address. Raises `ProofNeeded`, and `Invalid` about `email` and `password`.

    Whether somebody else has that address is told to nobody here: only the mail to it says so.
    """
    person_id = by.require_recent_proof()
    address = email.strip().lower()
    faults: list[FieldError] = []
    if not EMAIL.fullmatch(address):
        sentence = N_("Écrivez une adresse électronique, par exemple prenom.nom@ville.fr.")
        faults.append(wrong("email", sentence, code="email"))
    try:
        await passwords.confirm(session, password, by=by)
    except Invalid as refusal:
        faults += refusal.fields
    if faults:
        raise Invalid(faults)
    audit.note(session, by, "person.ask_email_change", "person", person_id)
    record(session, EmailChangeAsked(request_id=new_id(), person_id=person_id, email=address))


async def look(reads: ReadSession | Session, token: str, *, secret: str, by: Actor) -> Token:
    """What the link says, to the person it is for. Raises `SignInNeeded`, and `TokenRefused`."""
    person_id = by.require_session()
    found = await tokens.look(reads, secret, Purpose.EMAIL_CHANGE, token)
    if found.person_id != person_id:
        raise TokenRefused
    return found


async def complete(session: Session, token: str, *, secret: str, by: Actor) -> str:
    """Spend the link: its address is the person's from now on, and is returned. Raises as `look`."""
    found = await look(session, token, secret=secret, by=by)
    await tokens.spend(session, secret, Purpose.EMAIL_CHANGE, token)
    person = (
        await session.execute(select(Person).where(Person.id == found.person_id).with_for_update())
    ).scalar_one()
    former, person.email = person.email, found.bound_to
    try:
        await session.flush()
    except IntegrityError:  # somebody else took the address since
        raise TokenRefused from None
    audit.note(
        session, by, "person.change_email", "person", person.id, before={"email": former}, after={"email": person.email}
    )  # fmt: skip
    record(
        session, SecurityChanged(change_id=new_id(), person_id=person.id, what=Change.EMAIL, address=former)
    )
    return person.email
