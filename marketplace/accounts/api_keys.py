"""API keys: shown once, kept as a hash, scoped to one organisation and to reading or writing, ended after a year at most.

A key never has more rights than its maker: roles are read at each request (`find_api_key`), and a key whose maker left the
organisation is worth nothing. Keys are kept on the real clock, not the market's, which demo mode moves.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select, update

from marketplace import audit
from marketplace.accounts.events import ApiKeyExpiring
from marketplace.accounts.models import Affiliation, ApiKey, KeyScope, Person
from marketplace.actor import Actor, Role
from marketplace.db import ReadSession, Session
from marketplace.errors import FieldError, Forbidden, Invalid, NotFound, SignInNeeded, wrong
from marketplace.words import N_

PREFIX = "lc_"
LIFETIME = timedelta(days=90)
LONGEST = timedelta(days=366)
"""A year, whichever."""
WARNED_BEFORE = timedelta(days=7)
READING_ROLES = frozenset({Role.READER, Role.AUDITOR})
"""Who has no other role writes nothing: the page offers them no key that writes."""


class NotTheirKey(Forbidden):
    code = "not_their_key"
    sentence = N_("Seuls la personne qui a fait cette clé et les administrateurs peuvent la révoquer.")


class KeyState(StrEnum):
    """`orphan`: its maker left the organisation."""

    LIVE = "live"
    ENDING = "ending"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ORPHAN = "orphan"


KEY_STATE_NAMES = {
    KeyState.LIVE: N_("active"),
    KeyState.ENDING: N_("expire bientôt"),
    KeyState.EXPIRED: N_("expirée"),
    KeyState.REVOKED: N_("révoquée"),
    KeyState.ORPHAN: N_("sans effet : son auteur a quitté l’organisation"),
}


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key as its organisation sees it. `maker` is empty for somebody who left."""

    key: ApiKey
    maker: str
    state: KeyState
    revocable: bool


def secret_hash(secret: str) -> bytes:
    """What is kept of a key. A plain hash will do: the secret is 256 random bits, not a password."""
    return hashlib.sha256(secret.encode()).digest()


async def create(
    session: Session, *, name: str, scope: KeyScope, expires_at: datetime | None, by: Actor
) -> tuple[ApiKey, str]:
    """A new key for the acting organisation, and its secret, which is never shown again. Without an end it lasts 90 days.

    Raises `Invalid` for an end that is past or more than a year away. Anybody may make one: it does no more than they may.
    """
    if by.person_id is None or by.organisation_id is None:
        raise SignInNeeded
    now = datetime.now(UTC)
    faults: list[FieldError] = []
    if expires_at is not None and expires_at <= now:
        faults.append(wrong("expires_at", N_("Donnez une date à venir."), code="past"))
    if expires_at is not None and expires_at > now + LONGEST:
        faults.append(
            wrong("expires_at", N_("Une clé dure un an au plus : donnez une date plus proche."), code="far")
        )
    if faults:
        raise Invalid(faults)
    secret = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey(
        organisation_id=by.organisation_id,
        person_id=by.person_id,
        name=name,
        prefix=secret[:9],
        secret_hash=secret_hash(secret),
        scope=scope,
        expires_at=expires_at or now + LIFETIME,
    )
    session.add(key)
    await session.flush()
    audit.note(session, by, "api_key.create", "api_key", key.id, after={"name": name, "scope": scope})
    return key, secret


async def revoke(session: Session, key_id: UUID, *, now: datetime, by: Actor) -> None:
    """Make a key of the acting organisation worthless: its maker may, and administrators. Revoking twice changes nothing.

    Raises `NotFound`, also for another organisation's key, and `NotTheirKey`.
    """
    theirs = (ApiKey.id == key_id, ApiKey.organisation_id == by.organisation_id)
    maker = await session.scalar(select(ApiKey.person_id).where(*theirs))
    if maker is None:
        raise NotFound
    if not _may_revoke(maker, by):
        raise NotTheirKey
    key = (await session.execute(select(ApiKey).where(*theirs).with_for_update())).scalar_one()
    if key.revoked_at is None:
        key.revoked_at = now
        audit.note(session, by, "api_key.revoke", "api_key", key.id)
        await session.flush()


async def used(session: Session, key_id: UUID) -> None:
    """Note that a key was used."""
    await session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=func.now()))


async def of_organisation(reads: ReadSession | Session, by: Actor) -> list[KeyView]:
    """The acting organisation's keys with their makers, the latest first."""
    rows = await reads.execute(
        select(ApiKey, Person.name, Affiliation.id)
        .outerjoin(
            Affiliation,
            (Affiliation.person_id == ApiKey.person_id)
            & (Affiliation.organisation_id == ApiKey.organisation_id),
        )
        .outerjoin(Person, Person.id == Affiliation.person_id)
        .where(ApiKey.organisation_id == by.organisation_id)
        .order_by(ApiKey.id.desc())
    )
    now = datetime.now(UTC)
    return [
        KeyView(
            key=key,
            maker=maker or "",
            state=_state(key, member=affiliation is not None, now=now),
            revocable=_may_revoke(key.person_id, by),
        )
        for key, maker, affiliation in rows
    ]


async def due_key_warnings(session: Session, now: datetime) -> Sequence[ApiKeyExpiring]:
    """The keys whose makers are to be told that they end within a week (asked by the sweep; on the real clock)."""
    del now
    found = await session.scalars(
        select(ApiKey.id).where(
            ApiKey.warned_at.is_(None),
            ApiKey.revoked_at.is_(None),
            ApiKey.expires_at > func.now(),
            ApiKey.expires_at <= func.now() + WARNED_BEFORE,
            ApiKey.created_at < ApiKey.expires_at - WARNED_BEFORE,
        )
    )
    return [ApiKeyExpiring(key_id=key_id) for key_id in found]


def _may_revoke(maker: UUID, by: Actor) -> bool:
    return maker == by.person_id or Role.ADMIN in by.roles


def _state(key: ApiKey, *, member: bool, now: datetime) -> KeyState:
    if key.revoked_at is not None:
        return KeyState.REVOKED
    if key.expires_at is not None and key.expires_at <= now:
        return KeyState.EXPIRED
    if not member:
        return KeyState.ORPHAN
    ends_soon = key.expires_at is not None and key.expires_at <= now + WARNED_BEFORE
    return KeyState.ENDING if ends_soon else KeyState.LIVE
