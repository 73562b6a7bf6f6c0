"""What billing announces."""

from dataclasses import dataclass
from typing import ClassVar

from marketplace.ids import InvoiceId, PoolId
from marketplace.outbox import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceIssued(Event):
    topic: ClassVar[str] = "invoice.issued"
    invoice_id: InvoiceId

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.invoice_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePaid(Event):
    topic: ClassVar[str] = "invoice.paid"
    invoice_id: InvoiceId
    pool_id: PoolId
