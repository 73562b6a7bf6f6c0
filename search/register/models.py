"""One frozen record of the register."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, choice
from marketplace.ids import NeedId, OrganisationId, PersonId, PoolId, new_id
from search.log.models import AnswerKind


class SourcingRecord(Base):
    """A piece of evidence of its town: the table takes no change and no removal, from any role (a trigger refuses).

    `content` is the canonical text that `sha256` covers (see `content.py`); the other columns repeat what lists show of it.
    Names of people are not in it: `person_id` leads to one until that person is erased.
    """

    __tablename__ = "sourcing_record"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    frozen_at: Mapped[datetime]
    town_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[PersonId]
    kind: Mapped[AnswerKind] = mapped_column(choice(AnswerKind))
    title: Mapped[str]
    text: Mapped[str]
    total: Mapped[int]
    need_id: Mapped[NeedId | None] = mapped_column(ForeignKey("need.id"))
    pool_id: Mapped[PoolId | None] = mapped_column(ForeignKey("pool.id"))
    content: Mapped[str]
    sha256: Mapped[str]

    __table_args__ = (
        Index("ix_sourcing_record_town_id_frozen_at", "town_id", "frozen_at"),
        Index("ix_sourcing_record_need_id", "need_id"),
        Index("ix_sourcing_record_pool_id", "pool_id"),
        CheckConstraint("sha256 = encode(sha256(convert_to(content, 'UTF8')), 'hex')", name="sha256"),
    )
