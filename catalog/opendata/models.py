"""One file of sheets that somebody sent: what became of its rows, and the same file with its errors."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, Row, choice
from marketplace.ids import OrganisationId, PersonId


class Side(StrEnum):
    """As whom: a startup, whose rows become drafts and revisions of its own sheets, or a curator, whose rows are published."""

    STARTUP = "startup"
    CURATOR = "curator"


class SheetImport(Row, Base):
    """Seen by the person who sent it, for the organisation they acted for; forgotten after a month.

    `outcomes` are the rows'. `saved_at` is empty for a trial, whose `content` is kept so that it can be saved; `report` is
    the file with its errors, when there are some.
    """

    __tablename__ = "sheet_import"

    organisation_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.id"), index=True)
    side: Mapped[Side] = mapped_column(choice(Side))
    file_name: Mapped[str]
    outcomes: Mapped[list[Json]]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    report: Mapped[bytes | None] = mapped_column(LargeBinary)
    saved_at: Mapped[datetime | None]
