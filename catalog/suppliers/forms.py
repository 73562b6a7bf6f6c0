"""The forms of the profile, of stakes and of certificates: what people type, and what it means."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

from catalog.suppliers.facts import Band, ContactKind, Headcount, Holder, LegalForm
from catalog.suppliers.kinds import CertificateKind
from catalog.suppliers.schemas import (
    BankIn,
    CapacityIn,
    CertificateIn,
    ContactIn,
    IdentityIn,
    Percent,
    StakeIn,
    Year,
)
from catalog.suppliers.texts import Area, Postcode, Presentation, VatNumber
from catalog.texts import Email, Line, Phrase, Telephone, WebAddress
from marketplace.errors import FieldError, Invalid, wrong
from marketplace.web.schemas import Input
from marketplace.web.typed import Euros, TypedDate, typed_number
from marketplace.words import N_

Whole = Annotated[int, Field(ge=0, le=40_000)]


class Versioned(Input):
    version: int | None = None


class IdentityForm(Versioned):
    legal_form: LegalForm | None = None
    founded_on: TypedDate | None = None
    headcount: Headcount | None = None
    turnover: Euros | None = None
    turnover_year: Year | None = None
    street: Line | None = None
    postal_code: Postcode | None = None
    city: Line | None = None
    website: WebAddress | None = None
    presentation: Presentation | None = None
    vat_number: VatNumber | None = None

    def identity(self) -> IdentityIn:
        told = self.model_dump(exclude={"version", "turnover"})
        return IdentityIn(**told, turnover_cents=self.turnover)


IDENTITY_FIELDS = {"turnover_cents": "turnover"}
"""The form's name of a field that the verb calls otherwise."""


class ContactsForm(Versioned):
    """Three contacts, each all or nothing: a name, an address, and a telephone number if there is one."""

    sales_name: Line | None = None
    sales_email: Email | None = None
    sales_phone: Telephone | None = None
    technical_name: Line | None = None
    technical_email: Email | None = None
    technical_phone: Telephone | None = None
    data_protection_name: Line | None = None
    data_protection_email: Email | None = None
    data_protection_phone: Telephone | None = None

    def contacts(self) -> list[ContactIn]:
        """Raises `Invalid` for contacts that are begun and not finished."""
        faults: list[FieldError] = []
        found = []
        for kind in ContactKind:
            told = {part: getattr(self, f"{kind}_{part}") for part in ("name", "email", "phone")}
            if not any(told.values()):
                continue
            lacking = [part for part in ("name", "email") if not told[part]]
            faults += [
                wrong(f"{kind}_{part}", N_("Donnez le nom et l’adresse électronique de ce contact."), code="required")
                for part in lacking
            ]  # fmt: skip
            if not lacking:
                found.append(ContactIn(kind=kind, **told))
        if faults:
            raise Invalid(faults)
        return found


class BankForm(BankIn):
    version: int | None = None

    def bank(self) -> BankIn:
        return BankIn(**self.model_dump(exclude={"version"}))


class CapacityForm(Versioned):
    """`where`: everywhere, or listed. Departments are typed as codes with spaces or commas between."""

    towns_at_once: Annotated[int, Field(ge=1, le=40_000)] | None = None
    towns_served: Whole | None = None
    lead_weeks: Annotated[int, Field(ge=0, le=260)] | None = None
    where: Annotated[str, Field(pattern="^(everywhere|listed)$")] | None = None
    regions: list[Area] = Field(default=[], max_length=30)
    departments: Annotated[str, Field(max_length=600)] | None = None
    overseas: bool = False

    def capacity(self) -> CapacityIn:
        """Raises `Invalid` for what is no code at all."""
        codes = [code for code in re.split(r"[\s,;]+", self.departments or "") if code]
        odd = tuple(code[:20] for code in codes if not re.fullmatch(r"[0-9A-Za-z]{2,3}", code))
        if odd or len(codes) > 120:
            raise Invalid(
                [
                    wrong(
                        "departments", N_("Ces codes n’existent pas : {codes}. Exemples : 18, 2A, 974."),
                        code="unknown_area", codes=odd[:10] or ("…",),
                    )
                ]
            )  # fmt: skip
        everywhere = self.where == "everywhere"
        return CapacityIn(
            towns_at_once=self.towns_at_once, towns_served=self.towns_served, lead_weeks=self.lead_weeks, everywhere=everywhere,
            regions=[] if everywhere else self.regions, departments=[] if everywhere else codes, overseas=self.overseas,
        )  # fmt: skip


class StakeForm(Versioned):
    holder: Line
    kind: Holder
    percent: Annotated[Percent, BeforeValidator(typed_number)] | None = None
    band: Band | None = None
    since: TypedDate
    until: TypedDate | None = None
    source: Phrase | None = None

    def stake(self) -> StakeIn:
        return StakeIn(**self.model_dump(exclude={"version"}))


class CertificateForm(Input):
    """`file` comes beside: see `marketplace.files.accepting`."""

    kind: CertificateKind
    title: Line | None = None
    number: Line | None = None
    issuer: Line
    issued_on: TypedDate
    expires_on: TypedDate | None = None
    amount: Euros | None = None

    def certificate(self) -> CertificateIn:
        return CertificateIn(**self.model_dump(exclude={"amount"}), amount_cents=self.amount)


CERTIFICATE_FIELDS = {"amount_cents": "amount"}
