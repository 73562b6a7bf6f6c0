"""Sessions: opening one, changing its token, saying on whose behalf one acts, and ending them.

A session's token is ours, fresh at every sign-in, at every proof and at every change of rights; what the browser brings
is only ever looked up. PostgreSQL keeps its hash. A session ends after 12 idle hours, and 7 days after it was opened.
"""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update

from marketplace import audit
from marketplace.accounts.models import Affiliation, Proof, WebSession
from marketplace.actor import Actor
from marketplace.db import Database, ReadSession, Session
from marketplace.errors import NotFound
from marketplace.ids import OrganisationId, PersonId

LIFETIME = timedelta(hours=12)
LONGEST = timedelta(days=7)

__all__ = ["LIFETIME", "LONGEST", "Proof", "open_session"]


def token_hash(token: str) -> bytes:
    """What is kept of a session's token."""
    return hashlib.sha256(token.encode()).digest()


def new_token() -> str:
    """A token nobody can guess: 256 random bits."""
    return secrets.token_urlsafe(32)


async def open_session(
    session: Session,
    person_id: PersonId,
    *,
    organisation_id: OrganisationId | None = None,
    proof: Proof,
    device: str = "",
) -> str:
    """Open a session for somebody who has just given `proof`, and return its token.

    It acts for `organisation_id`, or for the first organisation that the person belongs to. The transaction's actor is
    that person: nobody opens another's session.
    """
    if organisation_id is None:
        organisation_id = await session.scalar(
            select(Affiliation.organisation_id)
            .where(Affiliation.person_id == person_id)
            .order_by(Affiliation.id)
            .limit(1)
        )
    token = new_token()
    now = datetime.now(UTC)
    opened = WebSession(
        token_hash=token_hash(token), person_id=person_id, organisation_id=organisation_id, last_seen_at=now,
        expires_at=now + LIFETIME, proof=proof, proved_at=now, device=device,
    )  # fmt: skip
    session.add(opened)
    await session.flush()
    audit.note(
        session, himself(person_id), "person.sign_in", "person", person_id, after={"proof": proof, "device": device}
    )  # fmt: skip
    return token


def himself(person_id: PersonId) -> Actor:
    """Somebody who is known and acts for no organisation yet: for the transaction that opens their session."""
    return Actor(person_id=person_id, channel="session")


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
    return await _replaced(session, session_id, organisation_id=organisation_id)


async def renewed(session: Session, session_id: UUID) -> str:
    """A new token for a session whose person changed how they sign in; the former one is worth nothing."""
    return await _replaced(session, session_id)


async def proved(session: Session, session_id: UUID, proof: Proof) -> str:
    """The person proved again who they are. Returns the session's new token.

    A passkey raises what the session was opened with; a password never lowers it.
    """
    facts = {"proof": proof} if proof is Proof.PASSKEY else {}
    return await _replaced(session, session_id, proved_at=datetime.now(UTC), **facts)


async def sign_out(session: Session, session_id: UUID) -> None:
    """End a session: its token is worth nothing from now on."""
    await session.execute(delete(WebSession).where(WebSession.id == session_id))


async def mine(reads: ReadSession | Session, by: Actor) -> list[WebSession]:
    """The person's open sessions, the last seen first."""
    found = await reads.scalars(
        select(WebSession)
        .where(WebSession.person_id == by.person_id, WebSession.expires_at > func.now())
        .order_by(WebSession.last_seen_at.desc(), WebSession.id)
    )
    return list(found)


async def end_one(session: Session, session_id: UUID, *, by: Actor) -> None:
    """End one of the person's own sessions. Raises `NotFound`."""
    ended = await session.scalar(
        delete(WebSession)
        .where(WebSession.id == session_id, WebSession.person_id == by.person_id)
        .returning(WebSession.id)
    )
    if ended is None:
        raise NotFound
    audit.note(session, by, "session.end", "session", session_id)


async def end_others(session: Session, kept: UUID | None, *, by: Actor) -> int:
    """End every session of the person but `kept`. Returns how many ended."""
    ended = await session.scalars(
        delete(WebSession)
        .where(WebSession.person_id == by.person_id, WebSession.id.is_distinct_from(kept))
        .returning(WebSession.id)
    )
    count = len(list(ended))
    audit.note(session, by, "session.end_others", "person", by.person_id, after={"ended": count})
    return count


async def seen(session: Session, session_id: UUID) -> None:
    """Note that a session is alive, and prolong it, never beyond its longest life."""
    now = datetime.now(UTC)
    await session.execute(
        update(WebSession)
        .where(WebSession.id == session_id)
        .values(last_seen_at=now, expires_at=func.least(now + LIFETIME, WebSession.created_at + LONGEST))
    )


async def _replaced(session: Session, session_id: UUID, **changes: object) -> str:
    token = new_token()
    changed = await session.scalar(
        update(WebSession)
        .where(WebSession.id == session_id)
        .values(token_hash=token_hash(token), **changes)
        .returning(WebSession.id)
    )
    if changed is None:  # it was ended meanwhile, from another device
        raise NotFound
    return token
