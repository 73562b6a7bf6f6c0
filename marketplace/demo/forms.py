"""The form of demo mode's clock."""

from pydantic import Field

from marketplace.web.schemas import Input


class AdvanceForm(Input):
    days: int = Field(ge=1, le=3650)
    suite: str = "/demo/horloge"
