"""The forms of consultations and offers."""

from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from marketplace.web.schemas import Input, Sentence, Short, Text
from marketplace.web.typed import Euros, Number, TypedDate
from procurement.quotes.schemas import Criterion, NewConsultation, QuoteIn


class CriterionForm(Input):
    label: Short
    weight: int
    kind: Literal["price", "quality", "environment"]


class ConsultationForm(Input):
    """Criteria are numbered as they come; the price and the environment are two of them."""

    quotes_due_on: TypedDate
    criteria: list[CriterionForm]

    def consultation(self) -> NewConsultation:
        criteria = [
            Criterion(
                id="price" if c.kind == "price" else f"c{i}", label=c.label, weight=c.weight, kind=c.kind
            )
            for i, c in enumerate(self.criteria)
        ]
        return NewConsultation(quotes_due_on=self.quotes_due_on, criteria=criteria)


class OfferStep(Input):
    """One tier of an offer, flat: `line` is the line's number on the page."""

    line: int
    from_: Number | None = Field(default=None, alias="from")
    to: Number | None = None
    price: Euros | None = None


class OfferLine(Input):
    line_id: str
    mode: Literal["all_units", "graduated"] = "all_units"
    pack: Number = Decimal(1)
    supply_limit: Number | None = None
    vat_rate: Number = Decimal(20)


class OfferForm(Input):
    """An offer as typed."""

    lines: list[OfferLine]
    steps: list[OfferStep]
    cost_label: Short | None = None
    cost_amount: Euros | None = None
    cost_split: Literal["equal", "quantity", "amount", "population"] = "equal"
    delivery_weeks: int = Field(ge=1, le=104)
    validity_days: int = Field(default=120, ge=30, le=365)
    quality: Text
    environment: Text

    def offer(self) -> QuoteIn:
        """What it means; a line without any price is not offered."""
        lines: list[dict[str, Any]] = []
        for i, line in enumerate(self.lines):
            steps = [s for s in self.steps if s.line == i and s.price is not None]
            if steps:
                lines.append(
                    {
                        "line_id": line.line_id, "pack": line.pack, "supply_limit": line.supply_limit, "vat_rate": line.vat_rate,
                        "tiers": {
                            "mode": line.mode,
                            "steps": [{"from": s.from_ if s.from_ is not None else Decimal(0), "to": s.to, "unit_price_cents": s.price} for s in steps],
                        },
                    }
                )  # fmt: skip
        costs = []
        if self.cost_label and self.cost_amount is not None:
            costs = [{"label": self.cost_label, "amount_cents": self.cost_amount, "split": self.cost_split}]
        return QuoteIn.model_validate(
            {
                "lines": lines, "shared_costs": costs, "delivery_weeks": self.delivery_weeks, "validity_days": self.validity_days,
                "quality": self.quality, "environment": self.environment,
            }
        )  # fmt: skip


class AwardForm(Input):
    reasons: Text


class ReasonForm(Input):
    reason: Sentence
