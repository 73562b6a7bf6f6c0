"""A kept search, and the sheets that it already found. Lock order: the search, then its finds, then a notice."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, Row, choice
from marketplace.ids import OrganisationId, PersonId, SolutionId
from marketplace.words import N_
from search.finding.asking import Criteria


class Alert(StrEnum):
    """How often somebody is told of new sheets."""

    NONE = "none"
    DAILY = "daily"
    WEEKLY = "weekly"


ALERT_NAMES = {
    Alert.NONE: N_("jamais"),
    Alert.DAILY: N_("chaque jour"),
    Alert.WEEKLY: N_("chaque semaine"),
}


class SavedSearch(Row, Base):
    """One person's, for the organisation that they act for. `criteria`: `Criteria.document()`, `digest` its `digest()`.

    `looked_on`: the Paris day of the last look for new sheets; None until the first, which only notes what is there.
    `deleted_at`: it can be taken back until the purge.
    """

    __tablename__ = "saved_search"

    organisation_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    criteria: Mapped[Json]
    digest: Mapped[str]
    alert: Mapped[Alert] = mapped_column(choice(Alert), default=Alert.NONE)
    version: Mapped[int] = mapped_column(default=1)
    looked_on: Mapped[date | None]
    deleted_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_saved_search_same", "person_id", "organisation_id", "digest", unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
        Index(
            "ix_saved_search_alert", "alert", "looked_on",
            postgresql_where=text("alert <> 'none' and deleted_at is null"),
        ),
    )  # fmt: skip

    @property
    def asked(self) -> Criteria:
        return Criteria.of(self.criteria)


class SavedSearchFind(Base):
    """A sheet that a search with an alert has found. `notice_key`: the notice that told it; None for what was there before."""

    __tablename__ = "saved_search_find"

    search_id: Mapped[UUID] = mapped_column(
        ForeignKey("saved_search.id", ondelete="CASCADE"), primary_key=True
    )
    solution_id: Mapped[SolutionId] = mapped_column(primary_key=True)
    notice_key: Mapped[str | None]

    __table_args__ = (
        Index("ix_saved_search_find_told", "solution_id", postgresql_where=text("notice_key is not null")),
    )
