"""What invoices and payments say."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints

from marketplace.web.schemas import Amount, Input, Output
from procurement.billing.lifecycle import InvoiceState
from procurement.billing.models import IssuedBy

Number = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[\w./ -]+$")]


class OwnInvoice(Input):
    """The supplier's own invoice. Its amounts must be the order's, to the cent."""

    number: Number
    issued_on: date
    ht_cents: Amount
    vat_cents: Amount
    ttc_cents: Amount


class NewMandate(Input):
    """`POST /billing-mandate`: accept the mandate's text; `prefix` names the series."""

    prefix: str


class PaymentIn(Input):
    """A mandat de paiement recorded by the town."""

    number: Number
    slip: Number | None = None
    paid_on: date
    cents: Amount


class InvoiceOut(Output):
    id: UUID
    order_id: UUID
    number: str
    issued_by: IssuedBy
    issued_on: date
    due_on: date
    state: InvoiceState
    ht_cents: int
    vat_cents: int
    ttc_cents: int
    vat: list[dict[str, Any]]
    file_id: UUID | None
    version: int


class PaymentOut(Output):
    id: UUID
    invoice_id: UUID
    number: str
    slip: str | None
    paid_on: date
    cents: int
    confirmed_at: datetime | None
    disputed_at: datetime | None


class MandateOut(Output):
    prefix: str
    text_version: str
    given_at: datetime
