"""Identities that a provider vouches for, sign-ins under way at it, and the sessions that came of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Row
from marketplace.ids import PersonId


class FederatedIdentity(Row, Base):
    """A person, as a provider knows them: `issuer` and `subject` name them for ever, an e-mail address does not.

    `siret` is the establishment they were last said to work for; `attached_to` the organisations they were attached to
    because of it, each once: somebody whom an administrator has removed does not come back by signing in again.
    """

    __tablename__ = "federated_identity"

    issuer: Mapped[str]
    subject: Mapped[str]
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.id"), index=True)
    siret: Mapped[str | None]
    attached_to: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), default=list)
    last_used_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("issuer", "subject"),)


class FederatedAttempt(Row, Base):
    """A sign-in under way at the provider: what it must bring back, and the browser it began in. Taken once."""

    __tablename__ = "federated_attempt"

    state_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    browser_hash: Mapped[bytes] = mapped_column(LargeBinary)
    nonce: Mapped[str]
    verifier: Mapped[str]
    return_to: Mapped[str]
    expires_at: Mapped[datetime]

    __mapper_args__ = {"eager_defaults": False}  # the application may write attempts, not read them back


class FederatedSession(Row, Base):
    """What ends the provider's session with ours: its identity token, sealed, for as long as our session lives."""

    __tablename__ = "federated_session"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("web_session.id", ondelete="CASCADE"), unique=True)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.id"), index=True)
    id_token: Mapped[str]
