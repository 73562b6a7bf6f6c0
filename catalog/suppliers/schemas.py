"""What the profile, its stakes and its certificates are written with, and what is answered to whom."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, WithJsonSchema

from catalog.suppliers.facts import (
    PERSONS,
    Band,
    Category,
    ContactKind,
    Headcount,
    Holder,
    LegalForm,
    Origin,
    category,
)
from catalog.suppliers.kinds import CertificateKind
from catalog.suppliers.lifecycle import CertificateState
from catalog.suppliers.models import Certificate, Stake, Supplier, SupplierBank, SupplierContact
from catalog.suppliers.standing import Standing, State
from catalog.suppliers.texts import Area, Bic, Iban, Postcode, Presentation, VatNumber
from catalog.texts import Email, Line, Phrase, Telephone, WebAddress
from marketplace.accounts.models import Organisation
from marketplace.web.schemas import Amount, Day, Input, Output, Quantity, plain

Year = Annotated[int, Field(ge=1900, le=2199)]
Percent = Annotated[
    Quantity, Field(gt=0, le=100), WithJsonSchema({"type": "string", "examples": ["12.5"], "description": "pourcentage"})
]  # fmt: skip


class IdentityIn(Input):
    """Who the startup is. The name, the SIREN and the SIRET are those of its account."""

    legal_form: LegalForm | None = None
    founded_on: Day | None = None
    headcount: Headcount | None = None
    turnover_cents: Amount | None = None
    turnover_year: Year | None = None
    street: Line | None = None
    postal_code: Postcode | None = None
    city: Line | None = None
    website: WebAddress | None = None
    presentation: Presentation | None = None
    vat_number: VatNumber | None = None


class SiretIn(Input):
    """The SIRET that the account lacks."""

    siret: Annotated[str, StringConstraints(min_length=1, max_length=40)]


class ContactIn(Input):
    kind: ContactKind
    name: Line
    email: Email
    phone: Telephone | None = None


class ContactsIn(Input):
    """Every contact at once: those left out are removed."""

    contacts: list[ContactIn] = Field(max_length=3)


class BankIn(Input):
    """The account that is paid. `holder`: its name on the bank's statement."""

    holder: Line
    iban: Iban
    bic: Bic | None = None


class CapacityIn(Input):
    """`regions` and `departments` are codes of the COG; neither goes with `everywhere`."""

    towns_at_once: Annotated[int, Field(ge=1, le=40_000)] | None = None
    towns_served: Annotated[int, Field(ge=0, le=40_000)] | None = None
    lead_weeks: Annotated[int, Field(ge=0, le=260)] | None = None
    everywhere: bool = False
    regions: list[Area] = Field(default=[], max_length=30)
    departments: list[Area] = Field(default=[], max_length=120)
    overseas: bool = False


class StakeIn(Input):
    """`percent`, or else `band`; « not told » when both are left out."""

    holder: Line
    kind: Holder
    percent: Percent | None = None
    band: Band | None = None
    since: Day
    until: Day | None = None
    source: Phrase | None = None


class CertificateIn(Input):
    """What a document says of itself. `title` is for the kinds of which several may stand side by side."""

    kind: CertificateKind
    title: Line | None = None
    number: Line | None = None
    issuer: Line
    issued_on: Day
    expires_on: Day | None = None
    amount_cents: Amount | None = None


class Refusal(Input):
    """Why a document is refused: its startup reads it."""

    reason: Phrase


class StakeOut(Output):
    id: UUID
    holder: str | None
    kind: Holder
    percent: str | None
    band: Band | None
    since: date
    until: date | None
    declared_on: date
    source: str | None
    origin: Origin
    version: int

    @classmethod
    def of(cls, stake: Stake, *, public: bool = False) -> "StakeOut":
        """`public` leaves out the names of persons."""
        shown = None if public and stake.kind in PERSONS else stake.holder
        return cls(
            id=stake.id, holder=shown, kind=stake.kind, percent=None if stake.percent is None else plain(stake.percent),
            band=stake.band, since=stake.since, until=stake.until, declared_on=stake.declared_on, source=stake.source,
            origin=stake.origin, version=stake.version,
        )  # fmt: skip


class ContactOut(Output):
    kind: ContactKind
    name: str
    email: str
    phone: str | None


class BankOut(Output):
    """The IBAN is masked."""

    holder: str
    iban: str
    bic: str | None

    @classmethod
    def of(cls, bank: SupplierBank) -> "BankOut":
        return cls(holder=bank.holder, iban=masked(bank.iban), bic=bank.bic)


class IdentityOut(Output):
    legal_form: LegalForm | None = None
    founded_on: date | None = None
    headcount: Headcount | None = None
    turnover_cents: int | None = None
    turnover_year: int | None = None
    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    website: str | None = None
    presentation: str | None = None
    vat_number: str | None = None


class CapacityOut(Output):
    """As declared on `capacity_on`; null is « not told »."""

    towns_at_once: int | None = None
    towns_served: int | None = None
    lead_weeks: int | None = None
    everywhere: bool = False
    regions: list[str] = []
    departments: list[str] = []
    overseas: bool = False
    capacity_on: date | None = None


class SupplierOwn(Output):
    """A profile, for its startup. `missing`: the names of what would complete it."""

    id: UUID
    name: str
    siren: str | None
    siret: str | None
    identity: IdentityOut
    category: Category | None
    capacity: CapacityOut
    contacts: list[ContactOut]
    bank: BankOut | None
    stakes: list[StakeOut]
    missing: list[str]
    version: int


class StandingOut(Output):
    """Whether a document is up to date, for everybody: never the document, never its number."""

    kind: CertificateKind
    state: State
    issued_on: date | None
    expires_on: date | None

    @classmethod
    def of(cls, standing: Standing) -> "StandingOut":
        return cls.model_validate(standing)


class SupplierOut(Output):
    """A profile, for everybody. `contacts` is null for whoever is not signed in for a town, the staff or the startup."""

    id: UUID
    name: str
    siren: str | None
    siret: str | None
    identity: IdentityOut
    category: Category | None
    capacity: CapacityOut
    stakes: list[StakeOut]
    certificates: list[StandingOut]
    contacts: list[ContactOut] | None


class SupplierMoved(Output):
    """The profile's version after a change, to send back with the next."""

    id: UUID
    version: int


class CertificateOut(Output):
    """A document of the file, for its startup and for curators."""

    id: UUID
    startup_id: UUID
    kind: CertificateKind
    title: str
    number: str | None
    issuer: str
    issued_on: date
    expires_on: date | None
    amount_cents: int | None
    state: CertificateState
    state_since: datetime
    reason: str | None
    replaced_at: datetime | None
    expired: bool

    @classmethod
    def of(cls, certificate: Certificate, on: date) -> "CertificateOut":
        told = {name: getattr(certificate, name) for name in cls.model_fields if name != "expired"}
        return cls(**told, expired=certificate.expired(on))


def masked(iban: str) -> str:
    """Its country, its key and its last three characters: enough to recognise one's own."""
    return f"{iban[:4]} … {iban[-3:]}"


def identity_of(supplier: Supplier | None) -> IdentityOut:
    return IdentityOut() if supplier is None else IdentityOut.model_validate(supplier)


def capacity_out(supplier: Supplier | None) -> CapacityOut:
    return CapacityOut() if supplier is None else CapacityOut.model_validate(supplier)


def category_of(supplier: Supplier | None) -> Category | None:
    return None if supplier is None else category(supplier.headcount, supplier.turnover_cents)


def own(
    organisation: Organisation,
    supplier: Supplier | None,
    contacts: list[SupplierContact],
    bank: SupplierBank | None,
    stakes: list[Stake],
    missing: list[str],
) -> SupplierOwn:
    return SupplierOwn(
        id=organisation.id, name=organisation.name, siren=organisation.siren, siret=organisation.siret,
        identity=identity_of(supplier), category=category_of(supplier), capacity=capacity_out(supplier),
        contacts=[ContactOut.model_validate(contact) for contact in contacts], bank=BankOut.of(bank) if bank else None,
        stakes=[StakeOut.of(stake) for stake in stakes], missing=missing, version=supplier.version if supplier else 0,
    )  # fmt: skip
