"""Somebody new: their account, made by themselves once their address is proven. The one place where a first password is checked."""

from marketplace import audit
from marketplace.accounts import passwords
from marketplace.accounts.models import Person
from marketplace.accounts.roles import refused_as
from marketplace.actor import Actor
from marketplace.db import Session
from marketplace.errors import Conflict
from marketplace.ids import PersonId, new_id
from marketplace.words import N_


class AccountExists(Conflict):
    """Somebody made an account with this address in the meantime."""

    code = "account_exists"
    sentence = N_("Un compte existe maintenant avec cette adresse : connectez-vous, puis ouvrez le lien de nouveau.")  # fmt: skip


def newcomer(name: str = "") -> Actor:
    """An actor for somebody who has no account yet: the account that `settle` makes is theirs."""
    return Actor(person_id=PersonId(new_id()), channel="session", name=name)


async def first_password(password: str | None, *, words: tuple[str, ...]) -> str:
    """The hash of a first password. `words`: what it must not be made of (name, address). Raises `Invalid` on `password`."""
    passwords.check_strength(password or "", words=words)
    assert password
    return await passwords.hashed(password)


async def settle(session: Session, *, email: str, name: str, password_hash: str, by: Actor) -> None:
    """The account of `by`, who is new (`newcomer`). The address must have been proven. Raises `AccountExists`."""
    assert by.person_id is not None
    async with refused_as(session, {"uq_person_email": AccountExists}):
        session.add(Person(id=by.person_id, email=email, name=name, password_hash=password_hash))
    audit.note(session, by, "person.register", "person", by.person_id)
