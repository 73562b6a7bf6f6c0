"""The need of one town."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Row
from marketplace.ids import NeedId, OrganisationId, PersonId, new_id


class Need(Row, Base):
    """What a town wants done: text, domain of the taxonomy, and an order of size in `unit` over `years`.

    `alike_until`: until when the town wants to be told of others with the same need; None when it did not ask.
    """

    __tablename__ = "need"

    id: Mapped[NeedId] = mapped_column(primary_key=True, default=new_id)
    town_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"), index=True)
    person_id: Mapped[PersonId | None]
    text: Mapped[str]
    domain: Mapped[str]
    unit: Mapped[str]
    quantity: Mapped[Decimal | None]
    years: Mapped[int]
    alike_until: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_need_alike", "domain", "unit", postgresql_where=sql("alike_until is not null")),
    )
