"""Passkeys (WebAuthn): a device signs what this site asks, for this site alone, so that no other site can use it.

A challenge is kept here, lives five minutes and serves once. The device must have verified its
person (a finger, a face, a code), its origin and site must be ours, and its count of signatures must grow.
For somebody of the supervising team, the first passkey is registered from any session; the next ones, and their removal,
only from a session that a passkey opened: otherwise a stolen password would make one.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from marketplace import audit
from marketplace.accounts.models import Affiliation, Organisation, Person, Proof
from marketplace.actor import ANONYMOUS, Actor, OrganisationKind, PasskeyNeeded
from marketplace.db import Database, ReadSession, Session
from marketplace.errors import Conflict, Forbidden, NotFound
from marketplace.ids import PersonId, new_id
from marketplace.outbox import record
from marketplace.sign_in import sessions
from marketplace.sign_in.events import Change, SecurityChanged
from marketplace.sign_in.models import Ceremony, Passkey, PasskeyChallenge
from marketplace.web.rates import Rule
from marketplace.words import N_

LIFETIME = timedelta(minutes=5)
NAME = "Lot Commun"
MOST = 20
CEREMONIES = Rule("passkey_options", ((30, 300),))


class PasskeyRefused(Forbidden):
    """Unknown key, wrong site, stale challenge, replayed answer: the same for all."""

    code = "passkey_refused"
    sentence = N_(
        "Cette clé d’accès n’a pas été acceptée. Recommencez ; si cela continue, utilisez une autre façon."
    )


class TooManyPasskeys(Conflict):
    code = "too_many_passkeys"
    sentence = N_("Vous avez déjà {most} clés d’accès : retirez celles qui ne servent plus.")


class PasskeyKnown(Conflict):
    code = "passkey_known"
    sentence = N_("Cette clé d’accès est déjà enregistrée.")


class LastPasskey(Conflict):
    code = "last_passkey"
    sentence = N_(
        "C’est votre dernière clé d’accès, et votre organisation en demande une : ajoutez-en une autre d’abord."
    )


@dataclass(frozen=True, slots=True)
class Site:
    """What a device signs for: the site's name for it (a host), and the origin that pages come from."""

    id: str
    origin: str


class Options(TypedDict):
    """What the browser is asked, and under which challenge."""

    challenge_id: UUID
    options: dict[str, Any]


def site(base_url: str) -> Site:
    """The site that `WEB_BASE_URL` names."""
    parts = urlsplit(base_url)
    return Site(id=parts.hostname or "", origin=f"{parts.scheme}://{parts.netloc}")


async def begin_registration(
    session: Session, *, site: Site, by: Actor, staff_passkey: bool, proof: Proof | None
) -> Options:
    """What a new device must answer. Raises `ProofNeeded`, `PasskeyNeeded` and `TooManyPasskeys`."""
    person_id = by.require_recent_proof()
    await _refuse_weaker(session, person_id, staff_passkey=staff_passkey, proof=proof)
    person = (await session.execute(select(Person).where(Person.id == person_id))).scalar_one()
    known = await mine(session, by)
    if len(known) >= MOST:
        raise TooManyPasskeys(most=MOST)
    made = webauthn.generate_registration_options(
        rp_id=site.id, rp_name=NAME, user_id=person_id.bytes, user_name=person.email, user_display_name=person.name,
        timeout=int(LIFETIME.total_seconds() * 1000),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=key.credential_id) for key in known],
    )  # fmt: skip
    return await _challenged(session, Ceremony.REGISTER, made, person_id)


async def register(
    session: Session, challenge_id: UUID, credential: dict[str, Any], *, name: str, site: Site, by: Actor,
    staff_passkey: bool, proof: Proof | None,
) -> Passkey:  # fmt: skip
    """Keep a device's public key under `name`. Raises as `begin_registration`, and `PasskeyRefused`, `PasskeyKnown`."""
    person_id = by.require_recent_proof()
    await _refuse_weaker(session, person_id, staff_passkey=staff_passkey, proof=proof)
    challenge = await _taken(session, Ceremony.REGISTER, challenge_id, person_id)
    try:
        answer = webauthn.verify_registration_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=site.id, expected_origin=site.origin,
            require_user_verification=True,
        )  # fmt: skip
    except Exception as refusal:  # what a forged answer breaks inside the library is a refusal like another
        raise PasskeyRefused from refusal
    key_id = await session.scalar(
        insert(Passkey)
        .values(
            id=new_id(), person_id=person_id, credential_id=answer.credential_id,
            public_key=answer.credential_public_key, sign_count=answer.sign_count, name=name,
        )
        .on_conflict_do_nothing(index_elements=["credential_id"])
        .returning(Passkey.id)
    )  # fmt: skip
    if key_id is None:
        raise PasskeyKnown
    audit.note(session, by, "passkey.add", "passkey", key_id, after={"name": name})
    record(session, SecurityChanged(change_id=new_id(), person_id=person_id, what=Change.PASSKEY_ADDED))
    return (await session.execute(select(Passkey).where(Passkey.id == key_id))).scalar_one()


async def remove(
    session: Session, passkey_id: UUID, *, by: Actor, staff_passkey: bool, proof: Proof | None
) -> None:
    """Forget one of the person's passkeys. Raises `ProofNeeded`, `PasskeyNeeded`, `LastPasskey`, `NotFound`."""
    person_id = by.require_recent_proof()
    # locked together: two who each remove one of the last two do not remove both
    known = list(
        await session.scalars(
            select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id).with_for_update()
        )
    )
    if passkey_id not in {key.id for key in known}:
        raise NotFound
    await _refuse_weaker(session, person_id, staff_passkey=staff_passkey, proof=proof)
    if len(known) == 1 and staff_passkey and await _of_staff(session, person_id):
        raise LastPasskey
    await session.execute(delete(Passkey).where(Passkey.id == passkey_id))
    audit.note(session, by, "passkey.remove", "passkey", passkey_id)
    record(session, SecurityChanged(change_id=new_id(), person_id=person_id, what=Change.PASSKEY_REMOVED))


async def mine(reads: ReadSession | Session, by: Actor) -> list[Passkey]:
    """The person's passkeys, the oldest first."""
    found = await reads.scalars(select(Passkey).where(Passkey.person_id == by.person_id).order_by(Passkey.id))
    return list(found)


async def begin_sign_in(session: Session, *, site: Site) -> Options:
    """What a device of somebody unknown must answer: it says itself whose it is."""
    made = webauthn.generate_authentication_options(
        rp_id=site.id, user_verification=UserVerificationRequirement.REQUIRED,
        timeout=int(LIFETIME.total_seconds() * 1000),
    )  # fmt: skip
    return await _challenged(session, Ceremony.SIGN_IN, made, None)


async def sign_in(
    database: Database, challenge_id: UUID, credential: dict[str, Any], *, site: Site, device: str = ""
) -> str:
    """Open a session for whoever's device answers, and return its token. Raises `PasskeyRefused`."""
    async with database.transaction(ANONYMOUS) as session:  # spent first, whatever comes of it
        challenge = await _taken(session, Ceremony.SIGN_IN, challenge_id, None)
        key = await _known(session, credential)
    if key is None:
        raise PasskeyRefused
    async with database.transaction(sessions.himself(key.person_id)) as session:
        await _verify(session, key, challenge, credential, site)
        return await sessions.open_session(session, key.person_id, proof=Proof.PASSKEY, device=device)


async def begin_confirmation(session: Session, *, site: Site, by: Actor) -> Options:
    """What one of the person's own devices must answer. Raises `NotFound` when they have none."""
    person_id = by.require_session()
    known = await mine(session, by)
    if not known:
        raise NotFound
    made = webauthn.generate_authentication_options(
        rp_id=site.id, user_verification=UserVerificationRequirement.REQUIRED,
        timeout=int(LIFETIME.total_seconds() * 1000),
        allow_credentials=[PublicKeyCredentialDescriptor(id=key.credential_id) for key in known],
    )  # fmt: skip
    return await _challenged(session, Ceremony.CONFIRM, made, person_id)


async def confirm(
    session: Session, challenge_id: UUID, credential: dict[str, Any], *, site: Site, by: Actor
) -> None:
    """Check that the person signed in holds one of their devices. Raises `PasskeyRefused`."""
    person_id = by.require_session()
    challenge = await _taken(session, Ceremony.CONFIRM, challenge_id, person_id)
    key = await _known(session, credential)
    if key is None or key.person_id != person_id:
        raise PasskeyRefused
    await _verify(session, key, challenge, credential, site)


@dataclass(frozen=True, slots=True)
class _Known:
    id: UUID
    person_id: PersonId
    public_key: bytes
    sign_count: int


async def _verify(
    session: Session, key: _Known, challenge: bytes, credential: dict[str, Any], site: Site
) -> None:
    try:
        answer = webauthn.verify_authentication_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=site.id, expected_origin=site.origin,
            credential_public_key=key.public_key, credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )  # fmt: skip
        handle = credential["response"].get("userHandle")
        whose = webauthn.base64url_to_bytes(handle) if handle else key.person_id.bytes
    except Exception as refusal:  # what a forged answer breaks inside the library is a refusal like another
        raise PasskeyRefused from refusal
    if whose != key.person_id.bytes:
        raise PasskeyRefused
    counted = await session.scalar(
        update(Passkey)
        .where(Passkey.id == key.id, Passkey.sign_count == key.sign_count)
        .values(sign_count=answer.new_sign_count, last_used_at=datetime.now(UTC))
        .returning(Passkey.id)
    )
    if counted is None:  # removed, or used by somebody else at the same instant
        raise PasskeyRefused


async def _known(session: Session, credential: dict[str, Any]) -> _Known | None:
    try:
        credential_id = webauthn.base64url_to_bytes(str(credential.get("id", "")))
    except ValueError:
        return None
    found: Any = (
        await session.execute(text("select * from find_passkey(:credential)"), {"credential": credential_id})
    ).one_or_none()
    if found is None:
        return None
    return _Known(found.passkey_id, PersonId(found.person_id), bytes(found.public_key), found.sign_count)


async def _challenged(session: Session, ceremony: Ceremony, made: Any, person_id: PersonId | None) -> Options:
    challenge = PasskeyChallenge(
        id=new_id(), ceremony=ceremony, challenge=made.challenge, person_id=person_id,
        expires_at=datetime.now(UTC) + LIFETIME,
    )  # fmt: skip
    session.add(challenge)
    await session.flush()
    return {"challenge_id": challenge.id, "options": json.loads(webauthn.options_to_json(made))}


async def _taken(
    session: Session, ceremony: Ceremony, challenge_id: UUID, person_id: PersonId | None
) -> bytes:
    """The challenge, which is gone from now on. Raises `PasskeyRefused`."""
    found: Any = (
        await session.execute(
            text("select * from take_challenge(:id, :ceremony)"),
            {"id": challenge_id, "ceremony": ceremony.value},
        )
    ).one_or_none()
    if found is None or found.person_id != person_id:
        raise PasskeyRefused
    return bytes(found.challenge)


async def _refuse_weaker(
    session: Session, person_id: PersonId, *, staff_passkey: bool, proof: Proof | None
) -> None:
    """Somebody of the team who has a passkey changes their passkeys with it only. Raises `PasskeyNeeded`."""
    if not staff_passkey or proof is Proof.PASSKEY or not await _of_staff(session, person_id):
        return
    if await session.scalar(select(func.count()).where(Passkey.person_id == person_id)):
        raise PasskeyNeeded


async def _of_staff(session: Session, person_id: PersonId) -> bool:
    """Whether the person belongs to the supervising team, for whomever they act now."""
    found = await session.scalar(
        select(Affiliation.id)
        .join(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(Affiliation.person_id == person_id, Organisation.kind == OrganisationKind.SUPERVISOR)
        .limit(1)
    )
    return found is not None
