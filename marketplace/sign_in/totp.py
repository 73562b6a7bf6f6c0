"""Codes by application (TOTP, RFC 6238): six digits, thirty seconds, each of which works once.

The secret is sealed under a key derived from `WEB_SECRET`. The time step of the last code accepted is kept: a code of that
step or an earlier one is refused, so that a code seen over a shoulder is worth nothing (RFC 6238, 5.2).
"""

import hmac
import re
from datetime import UTC, datetime

import pyotp
from nacl.exceptions import CryptoError
from sqlalchemy import delete, select, update

from marketplace import audit, derived_keys
from marketplace.accounts.models import Person
from marketplace.actor import Actor
from marketplace.db import ReadSession, Session
from marketplace.errors import Conflict, Invalid, wrong
from marketplace.ids import PersonId, new_id
from marketplace.outbox import record
from marketplace.sign_in import recovery
from marketplace.sign_in.events import Change, SecurityChanged
from marketplace.sign_in.models import TotpFactor
from marketplace.words import N_

STEP = 30
WINDOW = 1
"""Steps of grace on either side, for clocks that differ."""
ISSUER = "Lot Commun"


class AlreadyEnabled(Conflict):
    code = "second_factor_enabled"
    sentence = N_(
        "Les codes par application sont déjà actifs. Pour changer d’application, désactivez-les d’abord."
    )


class NotStarted(Conflict):
    code = "second_factor_not_started"
    sentence = N_("Commencez par demander un secret pour votre application.")


class SecretLost(Conflict):
    """`WEB_SECRET` is not the one that sealed it."""

    code = "second_factor_unreadable"
    sentence = N_("Le secret de votre application n’est plus lisible : utilisez un code de secours.")


async def enabled(session: Session | ReadSession, person_id: PersonId) -> bool:
    """Whether the person's password is not enough."""
    found = await session.scalar(
        select(TotpFactor.id).where(TotpFactor.person_id == person_id, TotpFactor.confirmed_at.is_not(None))
    )
    return found is not None


async def started(session: Session | ReadSession, person_id: PersonId) -> bool:
    """Whether a secret awaits its first code."""
    found = await session.scalar(
        select(TotpFactor.id).where(TotpFactor.person_id == person_id, TotpFactor.confirmed_at.is_(None))
    )
    return found is not None


async def start(session: Session, *, secret: str, by: Actor) -> None:
    """Make the secret that the person's application will hold; nothing changes until a first code confirms it.

    Raises `ProofNeeded`, and `AlreadyEnabled`.
    """
    person_id = by.require_recent_proof()
    if await enabled(session, person_id):
        raise AlreadyEnabled
    await session.execute(delete(TotpFactor).where(TotpFactor.person_id == person_id))
    sealed = derived_keys.box(secret, "totp", person_id.bytes).encrypt(pyotp.random_base32().encode())
    session.add(TotpFactor(person_id=person_id, sealed_secret=bytes(sealed)))
    await session.flush()


async def pending(session: Session | ReadSession, *, secret: str, by: Actor) -> tuple[str, str]:
    """The secret to type in the application, and its `otpauth:` address. Raises `ProofNeeded`, and `NotStarted`.

    Once it is confirmed, a secret is never shown again.
    """
    person_id = by.require_recent_proof()
    factor = await session.scalar(
        select(TotpFactor).where(TotpFactor.person_id == person_id, TotpFactor.confirmed_at.is_(None))
    )
    if factor is None:
        raise NotStarted
    email = await session.scalar(select(Person.email).where(Person.id == person_id))
    seed = _opened(factor, secret)
    return seed, pyotp.TOTP(seed).provisioning_uri(name=str(email), issuer_name=ISSUER)


async def confirm(session: Session, code: str, *, secret: str, by: Actor) -> list[str]:
    """Turn the codes on by a first one, and return the recovery codes, which are shown this once.

    Raises `ProofNeeded`, `NotStarted`, and `Invalid` about the field `code`.
    """
    person_id = by.require_recent_proof()
    if await enabled(session, person_id):
        raise AlreadyEnabled
    now = datetime.now(UTC)
    if not await _spend(session, person_id, code, secret=secret, confirmed=False):
        if await session.scalar(select(TotpFactor.id).where(TotpFactor.person_id == person_id)) is None:
            raise NotStarted
        sentence = N_(
            "Ce code n’est pas le bon. Vérifiez l’heure de votre téléphone, puis écrivez le code suivant."
        )
        raise Invalid([wrong("code", sentence, code="wrong_code")])
    await session.execute(
        update(TotpFactor).where(TotpFactor.person_id == person_id).values(confirmed_at=now)
    )
    audit.note(session, by, "totp.enable", "person", person_id)
    record(session, SecurityChanged(change_id=new_id(), person_id=person_id, what=Change.TOTP_ON))
    return await recovery.renew(session, secret=secret, by=by)


async def disable(session: Session, *, by: Actor) -> None:
    """Turn the codes off, with the recovery codes. Raises `ProofNeeded`. Twice changes nothing."""
    person_id = by.require_recent_proof()
    was = await enabled(session, person_id)
    await session.execute(delete(TotpFactor).where(TotpFactor.person_id == person_id))
    await recovery.forget(session, person_id)
    if was:
        audit.note(session, by, "totp.disable", "person", person_id)
        record(session, SecurityChanged(change_id=new_id(), person_id=person_id, what=Change.TOTP_OFF))


async def accept(session: Session, person_id: PersonId, code: str, *, secret: str) -> bool:
    """Whether `code` is a good one, which it is once: of two who give it together, one is refused."""
    return await _spend(session, person_id, code, secret=secret, confirmed=True)


async def _spend(session: Session, person_id: PersonId, code: str, *, secret: str, confirmed: bool) -> bool:
    factor = await session.scalar(
        select(TotpFactor).where(
            TotpFactor.person_id == person_id,
            TotpFactor.confirmed_at.is_not(None) if confirmed else TotpFactor.confirmed_at.is_(None),
        )
    )
    if factor is None:
        return False
    try:
        step = _step_of(_opened(factor, secret), code)
    except SecretLost:
        return False  # a recovery code may still be given
    if step is None:
        return False
    # the database decides: the step is taken only by whoever finds an earlier one there
    taken = await session.scalar(
        update(TotpFactor)
        .where(TotpFactor.id == factor.id, TotpFactor.last_step.is_(None) | (TotpFactor.last_step < step))
        .values(last_step=step)
        .returning(TotpFactor.id)
        .execution_options(synchronize_session=False)
    )
    return taken is not None


def _step_of(seed: str, code: str) -> int | None:
    """The time step that `code` belongs to, near now; spaces are nothing."""
    digits = re.sub(r"\s", "", code)
    if not re.fullmatch(r"[0-9]{6}", digits, re.ASCII):
        return None
    now = int(datetime.now(UTC).timestamp()) // STEP
    application = pyotp.TOTP(seed, interval=STEP)
    return next(
        (
            step
            for step in range(now - WINDOW, now + WINDOW + 1)
            if hmac.compare_digest(application.generate_otp(step), digits)
        ),
        None,
    )


def _opened(factor: TotpFactor, secret: str) -> str:
    try:
        return derived_keys.box(secret, "totp", factor.person_id.bytes).decrypt(factor.sealed_secret).decode()
    except CryptoError:
        raise SecretLost from None
