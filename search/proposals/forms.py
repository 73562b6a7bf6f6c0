"""The forms of proposals: whether to be told of others, and the pool to open."""

from decimal import Decimal

from pydantic import Field

from marketplace.web.schemas import Input, Short
from marketplace.web.typed import Number, TypedDate
from procurement.compass import Nature
from search.proposals.schemas import OpenIn


class AlikeForm(Input):
    autres: bool = False


class OpenForm(Input):
    title: Short
    label: Short
    nature: Nature
    vat_rate: Number = Field(default=Decimal(20), le=100)
    census_ends_on: TypedDate
    commitment_ends_on: TypedDate

    def opened(self) -> OpenIn:
        return OpenIn.model_validate(self.model_dump() | {"vat_rate": str(self.vat_rate)})
