"""The typed variables of the founding agreement, whoever fills it: the pool's worker, or `marketplace document`."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from marketplace.web.schemas import Amount, Input

Text = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class Party(Input):
    name: Text
    kind: Literal["commune", "epci", "syndicat", "department", "region", "ccas", "other"]
    siren: str | None = None
    insee: str | None = None
    department: str = ""


class Cpv(Input):
    code: Text
    label: str


class Fees(Input):
    mode: Literal["free", "equal", "quantity", "population"] = "free"
    amount_cents: Amount = Field(default=0, validate_default=True)


class Need(Input):
    town: Text
    firm: Text
    max: Text


class Line(Input):
    label: Text
    unit: Text
    firm_total: Text
    max_total: Text
    needs: list[Need]


class Estimate(Input):
    low_cents: Amount
    high_cents: Amount


class Procedure(Input):
    label: Text
    reference: Text
    date: date


class FoundingAgreementValues(Input):
    """Everything that the clauses need. A group has at least two members."""

    reference: Text
    object: Text
    domain: Text
    nature: Literal["supplies", "services", "works"]
    cpv: list[Cpv] = []
    coordinator: Party
    members: list[Party] = Field(min_length=2)
    mission: Literal["a", "b", "c"]
    one_off: bool = True
    committee: Literal["pool", "coordinator"]
    fees: Fees = Fees()
    lines: list[Line]
    rule: Literal["pro_rata_firm", "commitment_order", "equal", "smaller_first"]
    missed_threshold: Literal["extend", "continue", "individual", "abandon"]
    minimum: str | None = None
    estimate: Estimate
    procedure: Procedure
    needs_deadline: date
    duration_months: int = Field(ge=1, le=96)
    withdrawal_notice_months: int = Field(default=3, ge=0, le=24)
    court: str = ""
    generated_on: date
