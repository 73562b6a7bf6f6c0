"""What a need says."""

from datetime import datetime
from uuid import UUID

from catalog.solutions.content import DomainId, UnitId
from marketplace.web.schemas import Input, Output, Quantity, Text, Years


class NewNeed(Input):
    """`POST /needs`. `alike`: tell my town, for six months, when others have the same need; nobody is named before both accept.

    From three towns on, other towns are told of their number, as a step (3, 5, 10, 20 at least).
    """

    text: Text
    domain: DomainId
    unit: UnitId
    quantity: Quantity | None = None
    years: Years = 1
    alike: bool = False


class NeedOut(Output):
    """A need of my town."""

    id: UUID
    text: str
    domain: str
    unit: str
    quantity: Quantity | None
    years: int
    alike_until: datetime | None
    created_at: datetime
