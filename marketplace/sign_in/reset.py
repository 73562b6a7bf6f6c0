"""A forgotten password. Asking answers the same, at the same time, whatever the address: the worker looks it up.

A new password ends every session of the person, and opens none: whoever holds the mailbox still has to give the second
factor, or the passkey.
"""

from sqlalchemy import select

from marketplace.accounts import tokens
from marketplace.accounts.models import Person
from marketplace.accounts.tokens import Purpose, Token, TokenRefused
from marketplace.actor import ANONYMOUS
from marketplace.db import Database, ReadSession, Session
from marketplace.ids import PersonId, new_id
from marketplace.outbox import record
from marketplace.sign_in import passwords, sessions
from marketplace.sign_in.events import ResetAsked


async def ask(session: Session, email: str) -> None:
    """Send a link to `email` if it is somebody's address here. Nothing that the asker sees depends on it."""
    record(session, ResetAsked(request_id=new_id(), email=email.strip().lower()))
    await session.flush()


async def look(reads: ReadSession | Session, token: str, *, secret: str) -> Token:
    """What the link of a mail says, spending nothing. Raises `TokenRefused`."""
    return await tokens.look(reads, secret, Purpose.PASSWORD_RESET, token)


async def reset(database: Database, token: str, password: str, *, secret: str) -> None:
    """Spend the link and set the password; every session of the person ends. Raises `TokenRefused`, and `Invalid`.

    A password that is refused spends nothing.
    """
    async with database.reading(ANONYMOUS) as reads:
        found = await look(reads, token, secret=secret)
        person_id = _person_of(found)
    by = sessions.himself(person_id)
    async with database.transaction(by) as session:
        if await session.scalar(select(Person.email).where(Person.id == person_id)) != found.bound_to:
            raise TokenRefused  # the mail went to an address that is no longer theirs
        await passwords.refuse_weak(session, person_id, password)
        await tokens.spend(session, secret, Purpose.PASSWORD_RESET, token)
        await passwords.replace(session, person_id, password, by=by)
        await sessions.end_others(session, None, by=by)


def _person_of(token: Token) -> PersonId:
    if token.person_id is None:
        raise TokenRefused
    return token.person_id
