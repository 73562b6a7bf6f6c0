"""API keys: shown once, kept as a hash, scoped to one organisation and to reading or writing."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update

from marketplace import audit
from marketplace.accounts.models import ApiKey, KeyScope
from marketplace.actor import Actor
from marketplace.db import ReadSession, Session
from marketplace.errors import NotFound, SignInNeeded

PREFIX = "lc_"


def secret_hash(secret: str) -> bytes:
    """What is kept of a key. A plain hash will do: the secret is 256 random bits, not a password."""
    return hashlib.sha256(secret.encode()).digest()


async def create(
    session: Session, *, name: str, scope: KeyScope, expires_at: datetime | None, by: Actor
) -> tuple[ApiKey, str]:
    """A new key for the acting organisation, and its secret, which is never shown again."""
    if by.person_id is None or by.organisation_id is None:
        raise SignInNeeded
    secret = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey(
        organisation_id=by.organisation_id,
        person_id=by.person_id,
        name=name,
        prefix=secret[:9],
        secret_hash=secret_hash(secret),
        scope=scope,
        expires_at=expires_at,
    )
    session.add(key)
    await session.flush()
    audit.note(session, by, "api_key.create", "api_key", key.id, after={"name": name, "scope": scope})
    return key, secret


async def revoke(session: Session, key_id: UUID, *, now: datetime, by: Actor) -> None:
    """Make a key of the acting organisation worthless. Raises `NotFound`. Revoking twice changes nothing."""
    key = await session.scalar(
        select(ApiKey)
        .where(ApiKey.id == key_id, ApiKey.organisation_id == by.organisation_id)
        .with_for_update()
    )
    if key is None:
        raise NotFound
    if key.revoked_at is None:
        key.revoked_at = now
        audit.note(session, by, "api_key.revoke", "api_key", key.id)
        await session.flush()


async def used(session: Session, key_id: UUID) -> None:
    """Note that a key was used."""
    await session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=func.now()))


async def of_organisation(reads: ReadSession | Session, by: Actor) -> list[ApiKey]:
    """The acting organisation's keys, the latest first."""
    found = await reads.scalars(
        select(ApiKey).where(ApiKey.organisation_id == by.organisation_id).order_by(ApiKey.id.desc())
    )
    return list(found)
