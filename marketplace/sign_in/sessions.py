"""Signing in with a password, saying on whose behalf one acts, and signing out.

The session's token is ours, fresh at every sign-in and at every change of rights; what the browser brings is only ever
looked up. PostgreSQL keeps its hash.
"""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, text, update

from marketplace import audit
from marketplace.accounts import passwords
from marketplace.accounts.models import Affiliation, WebSession
from marketplace.actor import ANONYMOUS, Actor
from marketplace.db import Database, Session
from marketplace.errors import Forbidden, NotFound
from marketplace.ids import OrganisationId, PersonId
from marketplace.words import N_

LIFETIME = timedelta(hours=12)


class WrongCredentials(Forbidden):
    """The same for an unknown address and a wrong password."""

    code = "wrong_credentials"
    sentence = N_("Adresse ou mot de passe incorrect.")


def token_hash(token: str) -> bytes:
    """What is kept of a session's token."""
    return hashlib.sha256(token.encode()).digest()


async def sign_in(database: Database, *, email: str, password: str) -> str:
    """Open a session and return its token. Raises `WrongCredentials`.

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
    person = Actor(person_id=PersonId(found.person_id), channel="session")
    async with database.transaction(person) as session:
        first = await session.scalar(
            select(Affiliation.organisation_id)
            .where(Affiliation.person_id == found.person_id)
            .order_by(Affiliation.id)
            .limit(1)
        )
        audit.note(session, person, "person.sign_in", "person", found.person_id)
        return await _open(session, PersonId(found.person_id), first)


async def leave(database: Database, by: Actor, session_id: UUID | None) -> None:
    """End the session that a new sign-in replaces in the same browser, whoever's it was."""
    if session_id is not None:
        async with database.transaction(by) as session:
            await sign_out(session, session_id)


async def act_for(session: Session, by: Actor, session_id: UUID, organisation_id: OrganisationId) -> str:
    """Change on whose behalf the person acts. The token is replaced. Raises `NotFound` for an organisation not theirs."""
    assert by.person_id is not None
    belongs = await session.scalar(
        select(Affiliation.id).where(
            Affiliation.person_id == by.person_id, Affiliation.organisation_id == organisation_id
        )
    )
    if belongs is None:
        raise NotFound
    await session.execute(delete(WebSession).where(WebSession.id == session_id))
    return await _open(session, by.person_id, organisation_id)


async def sign_out(session: Session, session_id: UUID) -> None:
    """End a session: its token is worth nothing from now on."""
    await session.execute(delete(WebSession).where(WebSession.id == session_id))


async def seen(session: Session, session_id: UUID) -> None:
    """Note that a session is alive, and prolong it."""
    now = datetime.now(UTC)
    await session.execute(
        update(WebSession)
        .where(WebSession.id == session_id)
        .values(last_seen_at=now, expires_at=now + LIFETIME)
    )


async def _open(session: Session, person_id: PersonId, organisation_id: OrganisationId | None) -> str:
    token = secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    session.add(
        WebSession(
            token_hash=token_hash(token),
            person_id=person_id,
            organisation_id=organisation_id,
            last_seen_at=now,
            expires_at=now + LIFETIME,
        )
    )
    await session.flush()
    return token
