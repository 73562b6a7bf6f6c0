"""Recovery codes: ten, for the day the telephone is lost. Shown once, kept as keyed hashes, each used once."""

import hashlib
import secrets
from datetime import UTC, datetime

from sqlalchemy import delete, func, select, update

from marketplace import audit, derived_keys
from marketplace.actor import Actor
from marketplace.db import ReadSession, Session
from marketplace.errors import Conflict
from marketplace.ids import PersonId, new_id
from marketplace.outbox import record
from marketplace.sign_in import sessions
from marketplace.sign_in.events import Change, SecurityChanged
from marketplace.sign_in.models import RecoveryCode, TotpFactor
from marketplace.words import N_

COUNT = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Nothing that is read for something else: no i, l, o, 0 or 1."""
GROUPS, GROUP = 3, 4
"""Twelve letters: 59 bits, and a limit on how often one may try."""


class SecondFactorNeeded(Conflict):
    code = "second_factor_needed"
    sentence = N_("Activez d’abord les codes par application : les codes de secours les remplacent.")


async def renew(session: Session, *, secret: str, by: Actor) -> list[str]:
    """Ten new codes, to be shown this once; the former ones are worth nothing. Raises `ProofNeeded`, `SecondFactorNeeded`."""
    person_id = by.require_recent_proof()
    factor = select(TotpFactor.id).where(
        TotpFactor.person_id == person_id, TotpFactor.confirmed_at.is_not(None)
    )
    # the lock makes two who renew together take turns: whoever comes last has ten codes that work
    if await session.scalar(factor.with_for_update()) is None:
        raise SecondFactorNeeded
    await forget(session, person_id)
    codes = [_made() for _ in range(COUNT)]
    session.add_all(
        RecoveryCode(person_id=person_id, code_hash=_hash(secret, person_id, code)) for code in codes
    )
    await session.flush()
    audit.note(session, by, "recovery_codes.renew", "person", person_id)
    return codes


async def use(session: Session, person_id: PersonId, code: str, *, secret: str) -> bool:
    """Whether `code` is one of the person's, which it is once. The person is told by mail."""
    used = await session.scalar(
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.code_hash == _hash(secret, person_id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=datetime.now(UTC))
        .returning(RecoveryCode.id)
    )
    if used is None:
        return False
    audit.note(session, sessions.himself(person_id), "recovery_code.use", "person", person_id)
    record(session, SecurityChanged(change_id=new_id(), person_id=person_id, what=Change.RECOVERY_USED))
    return True


async def left(session: Session | ReadSession, person_id: PersonId) -> int:
    """How many codes can still be used."""
    found = await session.scalar(
        select(func.count()).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    )
    return int(found or 0)


async def forget(session: Session, person_id: PersonId) -> None:
    """Make the person's codes worthless."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))


def _made() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))


def _hash(secret: str, person_id: PersonId, code: str) -> bytes:
    """Keyed, so that the codes cannot be tried one by one on a stolen database. Spaces, dashes and capitals are nothing."""
    letters = "".join(letter for letter in code.lower() if letter.isalnum())
    key = derived_keys.derived(secret, "recovery", person_id.bytes)
    return hashlib.blake2b(letters.encode(errors="replace"), key=key, digest_size=32).digest()
