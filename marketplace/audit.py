"""Who did what, on whose behalf, with before and after. Insert-only: no role of the product may update or delete.

Sealed offers leave only hashes here. (The hash chain over these rows comes with the accounts issue.)
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from marketplace.actor import Actor
from marketplace.db import Base, Json, Row, Session


class AuditLine(Row, Base):
    __tablename__ = "audit_line"

    person_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None]
    channel: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[UUID | None]
    before: Mapped[Json | None]
    after: Mapped[Json | None]

    __table_args__ = (Index(None, "subject", "subject_id"),)
    __mapper_args__ = {"eager_defaults": False}  # the application may write lines, not read them back


def note(
    session: Session,
    by: Actor,
    action: str,
    subject: str,
    subject_id: UUID | None,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write one line with the session's transaction. `action` is « noun.verb », values are JSON."""
    session.add(
        AuditLine(
            person_id=by.person_id,
            organisation_id=by.organisation_id,
            channel=by.channel,
            action=action,
            subject=subject,
            subject_id=subject_id,
            before=before,
            after=after,
        )
    )
