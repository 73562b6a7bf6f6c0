"""One-time tokens: a link that proves one thing, once, for a while (an invitation, a new password, a new address).

What travels in the link is `<id>.<mac>`: the row's id and a keyed hash of the id, the purpose and what the token is bound
to. Nothing at rest, in the database or in a backup, is enough to make one. Reading a link (`look`) spends nothing, since
mail scanners follow links; `spend` uses it up, atomically.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, delete, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, ReadSession, Row, Session, choice
from marketplace.errors import NotFound
from marketplace.ids import PersonId, new_id
from marketplace.words import N_


class Purpose(StrEnum):
    """What a token proves. A token of one purpose is worth nothing for another."""

    INVITATION = "invitation"
    CLAIM = "claim"
    PASSWORD_RESET = "password_reset"  # noqa: S105  a purpose, not a password
    EMAIL_CHANGE = "email_change"
    CONFIRMATION = "confirmation"


LIFETIMES = {
    Purpose.INVITATION: timedelta(days=14),
    Purpose.CLAIM: timedelta(days=2),
    Purpose.PASSWORD_RESET: timedelta(minutes=30),
    Purpose.EMAIL_CHANGE: timedelta(hours=2),
    Purpose.CONFIRMATION: timedelta(days=30),
}


class TokenRefused(NotFound):
    """Unknown, forged, used or expired: the four look the same."""

    code = "token_refused"
    sentence = N_("Ce lien n’est plus valable : il a déjà servi, ou il a expiré. Demandez-en un nouveau.")


class OneTimeToken(Row, Base):
    """`bound_to`: what the token is about, as text (an e-mail address); `subject_id`: the row it is about, if there is one."""

    __tablename__ = "one_time_token"

    purpose: Mapped[Purpose] = mapped_column(choice(Purpose))
    person_id: Mapped[PersonId | None]
    subject_id: Mapped[UUID | None]
    bound_to: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "purpose", "bound_to"),)
    __mapper_args__ = {"eager_defaults": False}  # the application may write tokens, not read them back


@dataclass(frozen=True, slots=True)
class Token:
    """What a sound token says."""

    id: UUID
    purpose: Purpose
    person_id: PersonId | None
    subject_id: UUID | None
    bound_to: str


async def issue(
    session: Session,
    purpose: Purpose,
    *,
    bound_to: str,
    person_id: PersonId | None = None,
    subject_id: UUID | None = None,
) -> UUID:
    """A new token's id. The link itself is made by whoever sends it, with `written` and the instance's secret."""
    token = OneTimeToken(
        id=new_id(), purpose=purpose, person_id=person_id, subject_id=subject_id, bound_to=bound_to,
        expires_at=datetime.now(UTC) + LIFETIMES[purpose],
    )  # fmt: skip
    session.add(token)
    await session.flush()
    return token.id


def written(secret: str, token_id: UUID, purpose: Purpose, bound_to: str) -> str:
    """The token as it travels. `secret` is `WEB_SECRET`."""
    mac = hmac.new(secret.encode(), f"{purpose}|{token_id}|{bound_to}".encode(), hashlib.sha256).hexdigest()
    return f"{token_id.hex}.{mac}"


async def look(session: Session | ReadSession, secret: str, purpose: Purpose, token: str) -> Token:
    """What `token` says, spending nothing. Raises `TokenRefused`."""
    return await _checked(session, secret, purpose, token, "find_one_time_token")


async def spend(session: Session, secret: str, purpose: Purpose, token: str) -> Token:
    """What `token` says, and its end: of two who spend it at once, one is refused. Raises `TokenRefused`."""
    return await _checked(session, secret, purpose, token, "spend_one_time_token")


async def withdraw_from(session: Session, purpose: Purpose, person_id: PersonId) -> None:
    """Make every unused token of `purpose` that somebody holds worthless. With the worker's rights."""
    await session.execute(
        delete(OneTimeToken).where(
            OneTimeToken.purpose == purpose,
            OneTimeToken.person_id == person_id,
            OneTimeToken.used_at.is_(None),
        )
    )


async def _checked(
    session: Session | ReadSession, secret: str, purpose: Purpose, token: str, function: str
) -> Token:
    token_id = _id_of(token)
    if token_id is None:
        raise TokenRefused
    found: Any = (
        await session.execute(
            text(f"select * from {function}(:id, :purpose)"), {"id": token_id, "purpose": purpose.value}
        )
    ).one_or_none()
    if found is None or not hmac.compare_digest(
        written(secret, token_id, purpose, found.bound_to).encode(), token.encode(errors="replace")
    ):
        raise TokenRefused
    return Token(
        id=token_id, purpose=purpose, person_id=found.person_id, subject_id=found.subject_id, bound_to=found.bound_to
    )  # fmt: skip


def _id_of(token: str) -> UUID | None:
    try:
        return UUID(hex=token.partition(".")[0])
    except ValueError:
        return None
