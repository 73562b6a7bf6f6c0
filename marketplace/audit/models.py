"""The two insert-only tables."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, Row


class AuditLine(Row, Base):
    """One act. `action` is « noun.verb »; `subject` the noun, `subject_id` the row."""

    __tablename__ = "audit_line"

    person_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None]
    channel: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[UUID | None]
    before: Mapped[Json | None]
    after: Mapped[Json | None]

    __table_args__ = (
        Index(None, "subject", "subject_id"),
        Index(None, "created_at", "id"),
        Index(None, "organisation_id", "created_at"),
    )
    __mapper_args__ = {"eager_defaults": False}  # who writes a line may often not read it back


class AuditSeal(Base):
    """One link of the chain: the line's place, and the hash of its content and of the link before."""

    __tablename__ = "audit_seal"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    line_id: Mapped[UUID] = mapped_column(unique=True)
    sealed_at: Mapped[datetime]
    hash: Mapped[bytes] = mapped_column(LargeBinary)
