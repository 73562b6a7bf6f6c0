"""The forms of invoices, payments and the billing mandate."""

from marketplace.web.schemas import Input, Sentence
from marketplace.web.typed import Euros, TypedDate
from procurement.billing.schemas import Number, OwnInvoice, PaymentIn


class InvoiceForm(Input):
    """A supplier's own invoice as typed; its PDF comes beside it."""

    number: Number
    issued_on: TypedDate
    ht: Euros
    vat: Euros
    ttc: Euros

    def invoice(self) -> OwnInvoice:
        return OwnInvoice(
            number=self.number, issued_on=self.issued_on, ht_cents=self.ht, vat_cents=self.vat, ttc_cents=self.ttc
        )  # fmt: skip


FIELDS = {"ht_cents": "ht", "vat_cents": "vat", "ttc_cents": "ttc", "cents": "amount"}
"""Where the page shows what the domain says of an amount."""


class PaymentForm(Input):
    """A mandat as typed."""

    number: Number
    slip: Number | None = None
    paid_on: TypedDate
    amount: Euros

    def payment(self) -> PaymentIn:
        return PaymentIn(number=self.number, slip=self.slip, paid_on=self.paid_on, cents=self.amount)


class DisputeForm(Input):
    reason: Sentence


class MandateForm(Input):
    """Accepting the billing mandate: the prefix of the series, and the ticked box."""

    prefix: str
    agreed: bool = False
