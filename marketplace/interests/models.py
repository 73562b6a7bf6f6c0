"""One tie between a person and a firm, as the person declared it."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.db import Base, Row, choice
from marketplace.ids import OrganisationId, PersonId
from marketplace.words import N_


class InterestKind(StrEnum):
    """What the tie is."""

    SHARES = "shares"
    WORK = "work"
    FAMILY = "family"
    OTHER = "other"


INTEREST_NAMES = {
    InterestKind.SHARES: N_("parts ou actions"),
    InterestKind.WORK: N_("emploi, mandat ou mission"),
    InterestKind.FAMILY: N_("lien familial ou personnel"),
    InterestKind.OTHER: N_("autre lien"),
}


class DeclaredInterest(Row, Base):
    """`since` and `ended_on` are days in Paris. While it is not ended, the person is recused from what bears on the firm."""

    __tablename__ = "declared_interest"

    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.id"), index=True)
    startup_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[InterestKind] = mapped_column(choice(InterestKind))
    detail: Mapped[str]
    since: Mapped[date]
    ended_on: Mapped[date | None]
    startup: Mapped[Organisation] = relationship(lazy="selectin", viewonly=True)

    __table_args__ = (Index(None, "startup_id"),)
