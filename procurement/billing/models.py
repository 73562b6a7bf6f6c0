"""Billing mandates, numbering series, invoices and payments by mandat."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, Row, choice
from marketplace.ids import InvoiceId, OrderId, OrganisationId, PersonId, PoolId, new_id
from marketplace.money import Cents
from procurement.billing.lifecycle import InvoiceState


class BillingMandate(Row, Base):
    """A supplier's written mandate to issue its invoices in its name, in a series of its own (CGI 289 I-2)."""

    __tablename__ = "billing_mandate"

    supplier_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"))
    prefix: Mapped[str] = mapped_column(unique=True)
    text_version: Mapped[str]
    given_by: Mapped[PersonId | None]
    given_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_billing_mandate_one_live",
            "supplier_id",
            unique=True,
            postgresql_where=text("revoked_at is null"),
        ),
    )


class InvoiceSeries(Base):
    """The last number given in a series: a row, never a sequence, so that a rollback leaves no gap."""

    __tablename__ = "invoice_series"

    prefix: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    supplier_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"))
    last: Mapped[int]


class IssuedBy(StrEnum):
    """Whose number it is: the supplier's own, or one of ours under its mandate."""

    SUPPLIER = "supplier"
    MANDATE = "mandate"


class Invoice(Row, Base):
    """One invoice for one order, its amounts equal to the order's to the cent."""

    __tablename__ = "invoice"

    id: Mapped[InvoiceId] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[OrderId] = mapped_column(ForeignKey("purchase_order.id"), unique=True)
    pool_id: Mapped[PoolId] = mapped_column(ForeignKey("pool.id"), index=True)
    town_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"), index=True)
    supplier_id: Mapped[OrganisationId | None] = mapped_column(ForeignKey("organisation.id"))
    issued_by: Mapped[IssuedBy] = mapped_column(choice(IssuedBy))
    number: Mapped[str]
    issued_on: Mapped[date]
    due_on: Mapped[date]
    state: Mapped[InvoiceState] = mapped_column(choice(InvoiceState), default=InvoiceState.ISSUED)
    state_since: Mapped[datetime]
    ht_cents: Mapped[Cents]
    vat_cents: Mapped[Cents]
    ttc_cents: Mapped[Cents]
    vat: Mapped[list[Json]]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (UniqueConstraint("supplier_id", "number"),)
    __mapper_args__ = {"version_id_col": version}


class MandatePayment(Row, Base):
    """A mandat recorded by the town; the supplier confirms that the money came, or disputes it."""

    __tablename__ = "mandate_payment"

    invoice_id: Mapped[InvoiceId] = mapped_column(ForeignKey("invoice.id"), index=True)
    town_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"))
    supplier_id: Mapped[OrganisationId | None] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[str]
    slip: Mapped[str | None]
    paid_on: Mapped[date]
    cents: Mapped[Cents]
    recorded_by: Mapped[PersonId | None]
    confirmed_by: Mapped[PersonId | None]
    confirmed_at: Mapped[datetime | None]
    disputed_at: Mapped[datetime | None]
    reason: Mapped[str | None]
