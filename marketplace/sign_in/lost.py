"""Somebody who lost their telephone, their codes and their passkeys: the operator, who made sure who asks, forgets them."""

from sqlalchemy import delete, select

from marketplace import audit
from marketplace.accounts.models import Person, WebSession
from marketplace.actor import SYSTEM, Actor
from marketplace.db import Session
from marketplace.errors import Invalid, wrong
from marketplace.ids import new_id
from marketplace.outbox import record
from marketplace.sign_in.events import Change, SecurityChanged
from marketplace.sign_in.models import Passkey, RecoveryCode, TotpFactor
from marketplace.words import N_


async def forget_factors(session: Session, email: str, *, by: Actor = SYSTEM) -> None:
    """Leave the person of `email` their password alone, and end their sessions. They are told by mail.

    With the worker's rights. Raises `Invalid` for an address that has no account.
    """
    person_id = await session.scalar(select(Person.id).where(Person.email == email.strip().lower()))
    if person_id is None:
        raise Invalid([wrong("email", N_("Aucun compte n’a cette adresse."), code="unknown")])
    for table in (Passkey, RecoveryCode, TotpFactor, WebSession):
        await session.execute(delete(table).where(table.person_id == person_id))
    audit.note(session, by, "person.forget_factors", "person", person_id)
    record(session, SecurityChanged(change_id=new_id(), person_id=person_id, what=Change.FORGOTTEN))
