"""Where the facts of published sheets are kept. A projection: lost, it is made again (`marketplace reindex`)."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json
from marketplace.ids import SolutionId


class SheetFacts(Base):
    """The facts of one published sheet (`shape.Facts`), as of the sheet's `version`."""

    __tablename__ = "sheet_facts"

    solution_id: Mapped[SolutionId] = mapped_column(
        ForeignKey("solution.id", ondelete="CASCADE"), primary_key=True
    )
    slug: Mapped[str]
    version: Mapped[int]
    facts: Mapped[Json]
    at: Mapped[datetime]
