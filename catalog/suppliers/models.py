"""A startup's profile and what belongs to it. Who reads which table is said by the policies of migration 0015.

Locks are taken in this order: the startup (`locking.startup`), then its profile, then its stakes or certificates.
"""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.suppliers.facts import Band, ContactKind, Headcount, Holder, LegalForm, Origin
from catalog.suppliers.kinds import CertificateKind
from catalog.suppliers.lifecycle import CertificateState
from marketplace.accounts.models import Organisation
from marketplace.db import Base, Row, choice
from marketplace.files.models import StoredFile
from marketplace.ids import OrganisationId
from marketplace.money import Cents


class Supplier(Row, Base):
    """What a startup says of itself: everybody may read it. Its name, SIREN and SIRET are the organisation's.

    `version` counts every change of the profile, its contacts and bank details included.
    """

    __tablename__ = "supplier"

    startup_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"), unique=True)
    legal_form: Mapped[LegalForm | None] = mapped_column(choice(LegalForm))
    founded_on: Mapped[date | None]
    headcount: Mapped[Headcount | None] = mapped_column(choice(Headcount))
    turnover_cents: Mapped[Cents | None]
    turnover_year: Mapped[int | None]
    street: Mapped[str | None]
    postal_code: Mapped[str | None]
    city: Mapped[str | None]
    website: Mapped[str | None]
    presentation: Mapped[str | None]
    vat_number: Mapped[str | None]
    towns_at_once: Mapped[int | None]
    towns_served: Mapped[int | None]
    lead_weeks: Mapped[int | None]
    everywhere: Mapped[bool] = mapped_column(default=False)
    regions: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    departments: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    overseas: Mapped[bool] = mapped_column(default=False)
    capacity_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class SupplierContact(Row, Base):
    """Somebody to speak to. Read by the startup, by towns and by staff."""

    __tablename__ = "supplier_contact"

    startup_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[ContactKind] = mapped_column(choice(ContactKind))
    name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str | None]

    __table_args__ = (UniqueConstraint("startup_id", "kind"),)


class SupplierBank(Row, Base):
    """Where the startup is paid. Read by the startup alone."""

    __tablename__ = "supplier_bank"

    startup_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"), unique=True)
    holder: Mapped[str]
    iban: Mapped[str]
    bic: Mapped[str | None]


class Stake(Row, Base):
    """A share of a startup, as told by it or by a curator. `percent`, or else `band`. In force from `since` to `until`."""

    __tablename__ = "stake"

    startup_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"), index=True)
    holder: Mapped[str]
    kind: Mapped[Holder] = mapped_column(choice(Holder))
    percent: Mapped[Decimal | None]
    band: Mapped[Band | None] = mapped_column(choice(Band))
    since: Mapped[date]
    until: Mapped[date | None]
    declared_on: Mapped[date]
    source: Mapped[str | None]
    origin: Mapped[Origin] = mapped_column(choice(Origin))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def in_force(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)


class Certificate(Row, Base):
    """One document of the candidature file. `replaced_at`: since when a newer one stands in its place; it stays in the history.

    `warned`: the last warning given before its end (30 or 7 days, then 0).
    """

    __tablename__ = "certificate"

    startup_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"), index=True)
    kind: Mapped[CertificateKind] = mapped_column(choice(CertificateKind))
    title: Mapped[str] = mapped_column(default="", server_default="")
    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_file.id"), index=True)
    number: Mapped[str | None]
    issuer: Mapped[str]
    issued_on: Mapped[date]
    expires_on: Mapped[date | None]
    amount_cents: Mapped[Cents | None]
    state: Mapped[CertificateState] = mapped_column(
        choice(CertificateState), default=CertificateState.OFFERED
    )
    state_since: Mapped[datetime]
    reason: Mapped[str | None]
    replaced_at: Mapped[datetime | None]
    warned: Mapped[int | None]

    startup: Mapped[Organisation] = relationship(lazy="raise", viewonly=True)
    file: Mapped[StoredFile] = relationship(lazy="raise", viewonly=True)

    __table_args__ = (Index(None, "state"),)

    def expired(self, on: date) -> bool:
        return self.expires_on is not None and self.expires_on < on
