"""A proposal to buy together, and what each town of it answers. Lock order: the proposal, then its sides."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.db import Base, Row, choice
from marketplace.ids import NeedId, OrganisationId, PoolId
from search.proposals.grouping import Magnitude
from search.proposals.lifecycle import SideState


class Proposal(Row, Base):
    """All that its towns are told of one another before they accept: the domain, the unit, how many, and an order of size."""

    __tablename__ = "pool_proposal"

    domain: Mapped[str]
    unit: Mapped[str]
    towns: Mapped[int]
    low: Mapped[Decimal | None]
    high: Mapped[Decimal | None]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    pool_id: Mapped[PoolId | None] = mapped_column(ForeignKey("pool.id"))

    __table_args__ = (Index(None, "domain", "unit", "made_at"),)

    @property
    def magnitude(self) -> Magnitude | None:
        return None if self.low is None or self.high is None else Magnitude(self.low, self.high)


class Side(Row, Base):
    """One town of a proposal, with its own need. Read by that town alone until it and another have accepted."""

    __tablename__ = "proposal_side"

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("pool_proposal.id", ondelete="CASCADE"))
    town_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"), index=True)
    need_id: Mapped[NeedId] = mapped_column(ForeignKey("need.id"), index=True)
    state: Mapped[SideState] = mapped_column(choice(SideState))
    state_since: Mapped[datetime]

    town: Mapped[Organisation] = relationship(lazy="raise")

    __table_args__ = (UniqueConstraint("proposal_id", "town_id"),)
