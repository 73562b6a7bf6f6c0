"""What is stored, for whom. The bytes are in the folder of `storage.py`, under the row's id."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Row
from marketplace.ids import OrganisationId


class StoredFile(Row, Base):
    """One file. Seen by `organisation_id`, by the other party `shared_with`, and by the members of `pool_id`."""

    __tablename__ = "stored_file"

    organisation_id: Mapped[OrganisationId | None] = mapped_column(index=True)
    shared_with: Mapped[OrganisationId | None]
    pool_id: Mapped[UUID | None] = mapped_column(index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    declared_type: Mapped[str | None]
    """What its sender said it was; None for what the product made."""
    scanned_at: Mapped[datetime | None]
    """When the antivirus found nothing in it; None when none looked."""
