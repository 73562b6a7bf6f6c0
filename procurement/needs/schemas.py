"""What a need says."""

from datetime import datetime
from uuid import UUID

from catalog.solutions.content import DomainId, UnitId
from marketplace.web.schemas import Input, Output, Quantity, Text, Years


class NewNeed(Input):
    """`POST /needs`."""

    text: Text
    domain: DomainId
    unit: UnitId
    quantity: Quantity | None = None
    years: Years = 1


class NeedOut(Output):
    """A need of my town."""

    id: UUID
    text: str
    domain: str
    unit: str
    quantity: Quantity | None
    years: int
    created_at: datetime
