"""What a sheet says, whole: the one model that drafts, reviews, imports, exports and the API share.

`SheetDraft` is a sheet being written: only its name is wanted. `SheetIn` is a sheet that may be submitted. Both are
written to JSON by `stored`, which is what a revision keeps. Some of it is confidential (see `fields.py`).
"""

import re
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from catalog.solutions.models import Basis, Maturity
from catalog.solutions.questionnaire import Answers
from catalog.taxonomy import domains
from catalog.texts import Description, Email, Line, Phrase, Prose, Summary, Tag, Telephone, WebAddress
from marketplace.ids import new_id
from marketplace.units import UNITS
from marketplace.web.schemas import Amount, Input, Quantity, Rate, not_a_truth, plain, written_day
from marketplace.words import N_

CPV = re.compile(r"[0-9]{8}(-[0-9])?", re.ASCII)


def _known_domain(value: str) -> str:
    if value not in domains():
        raise PydanticCustomError(
            "choice", N_("Ce domaine n’existe pas. Choisissez-en un dans la liste des 25 domaines.")
        )
    return value


def _known_unit(value: str) -> str:
    if value not in UNITS:
        raise PydanticCustomError(
            "choice", N_("Cette unité n’existe pas. Choisissez-en une dans la liste des unités.")
        )
    return value


def _cpv(value: str) -> str:
    if not CPV.fullmatch(value):
        raise PydanticCustomError(
            "cpv", N_("Écrivez un code CPV, par exemple 34928500-3 (huit chiffres, un tiret, un chiffre).")
        )
    return value


DomainId = Annotated[str, AfterValidator(_known_domain)]
UnitId = Annotated[str, AfterValidator(_known_unit)]
Cpv = Annotated[str, AfterValidator(_cpv)]
PastDay = Annotated[date, Field(ge=date(1950, 1, 1), le=date(2199, 12, 31)), BeforeValidator(written_day)]
Weeks = Annotated[int, Field(ge=0, le=520), BeforeValidator(not_a_truth)]
TownCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{5,14}$")]


class ContractForm(StrEnum):
    """How a startup agrees to work with a town."""

    ORDER = "order"
    FRAMEWORK = "framework"
    EXPERIMENT = "experiment"
    INNOVATIVE = "innovative"
    PARTNERSHIP = "partnership"
    GROUP = "group"
    CENTRAL_BODY = "central_body"


CONTRACT_FORM_NAMES = {
    ContractForm.ORDER: N_("marché ou bon de commande simple"),
    ContractForm.FRAMEWORK: N_("accord-cadre à bons de commande"),
    ContractForm.EXPERIMENT: N_("convention d’expérimentation"),
    ContractForm.INNOVATIVE: N_("achat innovant"),
    ContractForm.PARTNERSHIP: N_("convention de partenariat"),
    ContractForm.GROUP: N_("groupement de commandes"),
    ContractForm.CENTRAL_BODY: N_("par une centrale d’achat"),
}


class StepIn(Input):
    """One tier. `to` is optional, and then must be the next tier's `from`: a gap or an overlap is refused."""

    from_: Quantity = Field(alias="from")
    to: Quantity | None = None
    unit_price_cents: Amount


class PriceIn(Input):
    """One published price: what is priced, in which unit, for how long, by tiers."""

    label: Line
    unit: UnitId
    basis: Basis
    vat_rate: Rate = Decimal(20)
    mode: Literal["all_units", "graduated"] = "all_units"
    steps: list[StepIn] = Field(max_length=20)

    def rows(self) -> list[dict[str, Any]]:
        """The tiers as they are kept."""
        return [
            {"from": plain(step.from_), "unit_price_cents": int(step.unit_price_cents)} for step in self.steps
        ]


class Indicator(Input):
    """What changed at a reference: a figure before and after, in one unit, and how it was measured."""

    name: Line
    unit: Line
    before: Decimal | None = Field(default=None, max_digits=18, decimal_places=6)
    after: Decimal = Field(max_digits=18, decimal_places=6)
    method: Phrase


class Contact(Input):
    """Who at the reference town can be asked. Confidential: signed-in towns and staff only."""

    name: Line
    role: Line | None = None
    email: Email | None = None
    telephone: Telephone | None = None


class ReferenceIn(Input):
    """A deployment at a town. `town` is an INSEE, SIREN or SIRET code; `id` stays the same through revisions."""

    id: UUID = Field(default_factory=new_id)
    town: TownCode
    started_on: PastDay
    ended_on: PastDay | None = None
    quantity: Quantity | None = None
    unit: UnitId | None = None
    scope: Phrase
    indicators: list[Indicator] = Field(default=[], max_length=6)
    contact: Contact | None = None


class AttachmentKind(StrEnum):
    IMAGE = "image"
    BROCHURE = "brochure"
    CERTIFICATE = "certificate"
    OTHER = "other"


ATTACHMENT_KIND_NAMES = {
    AttachmentKind.IMAGE: N_("image"),
    AttachmentKind.BROCHURE: N_("plaquette"),
    AttachmentKind.CERTIFICATE: N_("certificat"),
    AttachmentKind.OTHER: N_("autre document"),
}


class AttachmentIn(Input):
    """A file of the sheet, uploaded before. An image has an alternative text (`alt`)."""

    file_id: UUID
    kind: AttachmentKind
    title: Line
    alt: Phrase | None = None


class SheetDraft(Input):
    """A sheet being written."""

    name: Line
    summary: Summary | None = None
    problem: Prose | None = None
    description: Description | None = None
    domains: list[DomainId] = Field(default=[], max_length=6)
    cpv: list[Cpv] = Field(default=[], max_length=10)
    tags: list[Tag] = Field(default=[], max_length=12)
    audiences: list[Tag] = Field(default=[], max_length=30)
    maturity: Maturity = Maturity.UNKNOWN
    website: WebAddress | None = None
    since: PastDay | None = None
    deployment_weeks_min: Weeks | None = None
    deployment_weeks_max: Weeks | None = None
    town_provides: Prose | None = None
    contract_forms: list[ContractForm] = Field(default=[], max_length=len(ContractForm))
    prices: list[PriceIn] = Field(default=[], max_length=10)
    answers: Answers = Field(default_factory=Answers)  # made from the questionnaire's table
    references: list[ReferenceIn] = Field(default=[], max_length=200)
    attachments: list[AttachmentIn] = Field(default=[], max_length=20)

    @field_validator("domains", "cpv", "tags", "audiences", "contract_forms")
    @classmethod
    def _once(cls, values: list[Any]) -> list[Any]:
        return list(dict.fromkeys(values))

    def stored(self) -> dict[str, Any]:
        """As a revision keeps it: JSON values; what was left out is left out."""
        kept = self.model_dump(mode="json", by_alias=True, exclude_none=True, include=set(CONTENT))
        for price in kept["prices"]:
            for step in price["steps"]:
                step.pop("to", None)  # the next tier's beginning says it
        return {key: value for key, value in kept.items() if value not in ([], {})}


class SheetIn(SheetDraft):
    """A sheet that may be submitted: what no visitor can do without is there."""

    summary: Summary
    description: Description
    domains: list[DomainId] = Field(min_length=1, max_length=6)
    maturity: Maturity


CONTENT = frozenset(SheetDraft.model_fields)
"""The names of what makes a sheet."""
