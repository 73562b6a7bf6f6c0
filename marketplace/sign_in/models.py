"""What people prove who they are with, besides their password. Each table is its person's alone."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Row, choice
from marketplace.ids import PersonId


class HalfOpenSession(Row, Base):
    """Somebody whose password was right and whose second factor is awaited. It is nobody's session: it acts for no one."""

    __tablename__ = "half_open_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.id"), index=True)
    expires_at: Mapped[datetime]


class TotpFactor(Row, Base):
    """A person's codes by application. `last_step`: the time step of the last code accepted, so that none works twice."""

    __tablename__ = "totp_factor"

    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.id"), unique=True)
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int | None]


class RecoveryCode(Row, Base):
    """One code for the day the telephone is lost. Only its keyed hash is kept."""

    __tablename__ = "recovery_code"

    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.id"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    used_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("person_id", "code_hash"),)


class Passkey(Row, Base):
    """A WebAuthn credential: the public key that a device of the person's answers for."""

    __tablename__ = "passkey"

    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str]
    last_used_at: Mapped[datetime | None]


class Ceremony(StrEnum):
    """What a challenge was made for. One made for one ceremony is worth nothing in another."""

    REGISTER = "register"
    SIGN_IN = "sign_in"
    CONFIRM = "confirm"


class PasskeyChallenge(Row, Base):
    """What a device must sign, once, within minutes. Nobody's when somebody unknown signs in."""

    __tablename__ = "passkey_challenge"

    ceremony: Mapped[Ceremony] = mapped_column(choice(Ceremony))
    challenge: Mapped[bytes] = mapped_column(LargeBinary)
    person_id: Mapped[PersonId | None] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime]

    __mapper_args__ = {"eager_defaults": False}  # the application may write challenges, not read them back
