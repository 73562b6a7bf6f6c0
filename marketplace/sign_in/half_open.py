"""Between a right password and a second factor: ten minutes in which nobody is signed in."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, text

from marketplace.accounts.models import Proof
from marketplace.actor import ANONYMOUS
from marketplace.db import Database, Session
from marketplace.errors import Invalid, SignInNeeded, wrong
from marketplace.ids import PersonId
from marketplace.sign_in import recovery, sessions, totp
from marketplace.sign_in.models import HalfOpenSession
from marketplace.words import N_

LIFETIME = timedelta(minutes=10)


class HalfOpenEnded(SignInNeeded):
    code = "sign_in_again"
    sentence = N_("Le temps pour donner le code est passé : recommencez depuis l’adresse et le mot de passe.")


@dataclass(frozen=True, slots=True)
class HalfOpen:
    """Whose second factor is awaited."""

    id: UUID
    person_id: PersonId


async def begin(session: Session, person_id: PersonId) -> str:
    """Await somebody's second factor. Returns the token of the half-open session."""
    token = sessions.new_token()
    session.add(
        HalfOpenSession(
            token_hash=sessions.token_hash(token),
            person_id=person_id,
            expires_at=datetime.now(UTC) + LIFETIME,
        )
    )
    await session.flush()
    return token


async def find(database: Database, token: str) -> HalfOpen:
    """Whose second factor `token` awaits. Raises `HalfOpenEnded`."""
    async with database.reading(ANONYMOUS) as reads:
        found = (
            await reads.execute(
                text("select * from find_half_open_session(:token)"), {"token": sessions.token_hash(token)}
            )
        ).one_or_none()
    if found is None:
        raise HalfOpenEnded
    return HalfOpen(found.half_open_id, PersonId(found.person_id))


async def complete(database: Database, half: HalfOpen, *, code: str, secret: str, device: str = "") -> str:
    """Open the session that `code` (by application, or a recovery code) completes, and return its token.

    Raises `Invalid` about the field `code`, and `HalfOpenEnded` when it was completed meanwhile.
    """
    async with database.transaction(sessions.himself(half.person_id)) as session:
        if await totp.accept(session, half.person_id, code, secret=secret):
            proof = Proof.TOTP
        elif await recovery.use(session, half.person_id, code, secret=secret):
            proof = Proof.RECOVERY
        else:
            raise Invalid(
                [wrong("code", N_("Ce code n’est pas bon, ou il a déjà servi : attendez le suivant."), code="wrong_code")]
            )  # fmt: skip
        ended = await session.scalar(
            delete(HalfOpenSession).where(HalfOpenSession.id == half.id).returning(HalfOpenSession.id)
        )
        if ended is None:
            raise HalfOpenEnded
        return await sessions.open_session(session, half.person_id, proof=proof, device=device)
