"""A purchase order and its lines: copies of what was awarded, which nothing in the catalogue can rewrite."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.db import Base, Json, Row, choice
from marketplace.ids import OrderId, OrganisationId, PersonId, PoolId, new_id
from marketplace.money import Cents
from procurement.orders.lifecycle import OrderState


class PurchaseOrder(Row, Base):
    """What one town orders. `vat` is one entry a rate: {rate, base_cents, vat_cents}."""

    __tablename__ = "purchase_order"

    id: Mapped[OrderId] = mapped_column(primary_key=True, default=new_id)
    pool_id: Mapped[PoolId] = mapped_column(ForeignKey("pool.id"))
    town_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"), index=True)
    supplier_id: Mapped[OrganisationId | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    supplier_name: Mapped[str]
    number: Mapped[str] = mapped_column(unique=True)
    state: Mapped[OrderState] = mapped_column(choice(OrderState), default=OrderState.PREPARED)
    state_since: Mapped[datetime]
    ht_cents: Mapped[Cents]
    vat_cents: Mapped[Cents]
    ttc_cents: Mapped[Cents]
    vat: Mapped[list[Json]]
    engagement: Mapped[str | None]
    service_code: Mapped[str | None]
    issued_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[PersonId | None]
    refusal: Mapped[str | None]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    version: Mapped[int] = mapped_column(default=1)

    town: Mapped[Organisation] = relationship(lazy="raise", foreign_keys=[town_id])
    lines: Mapped[list["OrderLine"]] = relationship(
        order_by="OrderLine.position", lazy="raise", cascade="all, delete-orphan"
    )

    __table_args__ = (UniqueConstraint("pool_id", "town_id"),)
    __mapper_args__ = {"version_id_col": version}


class OrderLine(Row, Base):
    """One line. `unit_price_cents` is empty where the price has tranches, and for a share of a common cost."""

    __tablename__ = "order_line"

    order_id: Mapped[OrderId] = mapped_column(ForeignKey("purchase_order.id"))
    position: Mapped[int]
    label: Mapped[str]
    unit: Mapped[str | None]
    quantity: Mapped[Decimal | None]
    unit_price_cents: Mapped[Cents | None]
    vat_rate: Mapped[Decimal]
    ht_cents: Mapped[Cents]

    __table_args__ = (UniqueConstraint("order_id", "position"),)
