"""One answer of the product to a search, a match or a choice."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, choice
from marketplace.ids import OrganisationId, PersonId, new_id


class AnswerKind(StrEnum):
    """What was asked: words, a need to be matched, or the sheets that a town keeps."""

    SEARCH = "search"
    MATCH = "match"
    SHORTLIST = "shortlist"


class SearchLog(Base):
    """What was asked and what was answered, never changed afterwards.

    `asked` are the values of the question (text, filters, musts, town…), `ordered` the sheets in order as `{slug, score}`,
    `excluded` those that a hard filter left out, `answer` the explanation that was given, `index` the state of the index.
    No column is filled by the database: a visitor may write a row that nobody may read back.
    """

    __tablename__ = "search_log"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime]
    kind: Mapped[AnswerKind] = mapped_column(choice(AnswerKind))
    organisation_id: Mapped[OrganisationId | None] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[PersonId | None]
    asked: Mapped[Json]
    ordered: Mapped[list[Json]]
    excluded: Mapped[list[Json]]
    weights: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    total: Mapped[int]
    engine: Mapped[str]
    index: Mapped[str]

    __table_args__ = (
        Index("ix_search_log_organisation_id_at", "organisation_id", "at"),
        Index("ix_search_log_at", "at"),
    )
