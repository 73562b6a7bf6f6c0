"""The form of a sheet: one price on the page, the commonest case; several through the API."""

from pydantic import Field

from catalog.solutions.content import DomainId, PriceIn, SheetIn, StepIn, UnitId
from catalog.solutions.models import Basis, Maturity
from catalog.solutions.texts import WebAddress
from marketplace.web.schemas import Input, Sentence, Short, Text
from marketplace.web.typed import Euros, Number


class StepForm(Input):
    """One tier as typed; `to` may be left blank."""

    from_: Number | None = Field(default=None, alias="from")
    to: Number | None = None
    price: Euros


class SheetForm(Input):
    """A sheet as its startup types it."""

    name: Short
    summary: Sentence
    description: Text
    domain: DomainId
    maturity: Maturity
    website: WebAddress | None = None
    unit: UnitId = "town"
    basis: Basis = Basis.YEARLY
    vat_rate: Number | None = None
    steps: list[StepForm] = []
    version: int | None = None

    def sheet(self) -> SheetIn:
        """The content it means. The first tier starts at 0 when nothing says otherwise."""
        prices = []
        if self.steps:
            steps = [
                StepIn.model_validate(
                    {
                        "from": step.from_ if step.from_ is not None else "0",
                        "to": step.to,
                        "unit_price_cents": step.price,
                    }
                )
                for step in self.steps
            ]
            vat = {} if self.vat_rate is None else {"vat_rate": self.vat_rate}
            prices = [PriceIn(label=self.name, unit=self.unit, basis=self.basis, steps=steps, **vat)]
        return SheetIn(
            name=self.name, summary=self.summary, description=self.description, domains=[self.domain], maturity=self.maturity,
            website=self.website, prices=prices, audiences=["collectivite-territoriale"],
        )  # fmt: skip
