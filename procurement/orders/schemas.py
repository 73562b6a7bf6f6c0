"""What orders say."""

from typing import Any
from uuid import UUID

from marketplace.web.schemas import Input, Output, Short, plain
from procurement.orders.lifecycle import OrderState
from procurement.orders.models import PurchaseOrder


class Issue(Input):
    """`POST /orders/{id}/issue`."""

    engagement: Short
    service_code: Short | None = None


class OrderLineOut(Output):
    label: str
    unit: str | None
    quantity: str | None
    unit_price_cents: int | None
    vat_rate: str
    ht_cents: int


class OrderOut(Output):
    """One order, as its town and its supplier see it."""

    id: UUID
    pool_id: UUID
    number: str
    state: OrderState
    town_id: UUID
    town: str
    insee: str | None
    supplier: str
    engagement: str | None
    service_code: str | None
    ht_cents: int
    vat_cents: int
    ttc_cents: int
    vat: list[dict[str, Any]]
    lines: list[OrderLineOut]
    refusal: str | None
    file_id: UUID | None
    version: int

    @classmethod
    def of(cls, order: PurchaseOrder) -> "OrderOut":
        return cls(
            id=order.id, pool_id=order.pool_id, number=order.number, state=order.state, town_id=order.town_id,
            town=order.town.name, insee=order.town.insee, supplier=order.supplier_name, engagement=order.engagement,
            service_code=order.service_code, ht_cents=order.ht_cents, vat_cents=order.vat_cents, ttc_cents=order.ttc_cents,
            vat=order.vat, refusal=order.refusal, file_id=order.file_id, version=order.version,
            lines=[
                OrderLineOut(
                    label=line.label, unit=line.unit, quantity=None if line.quantity is None else plain(line.quantity),
                    unit_price_cents=line.unit_price_cents, vat_rate=plain(line.vat_rate), ht_cents=line.ht_cents,
                )
                for line in order.lines
            ],
        )  # fmt: skip
