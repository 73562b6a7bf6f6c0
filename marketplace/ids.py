"""Typed ids. Every id is a UUIDv7 made in Python, so that rows sort by the time they were made."""

from typing import NewType
from uuid import UUID

from uuid_utils.compat import uuid7

PersonId = NewType("PersonId", UUID)
OrganisationId = NewType("OrganisationId", UUID)
SolutionId = NewType("SolutionId", UUID)
NeedId = NewType("NeedId", UUID)
PoolId = NewType("PoolId", UUID)
PoolLineId = NewType("PoolLineId", UUID)
MembershipId = NewType("MembershipId", UUID)
ConsultationId = NewType("ConsultationId", UUID)
QuoteId = NewType("QuoteId", UUID)
OrderId = NewType("OrderId", UUID)
InvoiceId = NewType("InvoiceId", UUID)

ALL = (
    PersonId,
    OrganisationId,
    SolutionId,
    NeedId,
    PoolId,
    PoolLineId,
    MembershipId,
    ConsultationId,
    QuoteId,
    OrderId,
    InvoiceId,
)


def new_id() -> UUID:
    """A fresh, time-ordered id."""
    return uuid7()
