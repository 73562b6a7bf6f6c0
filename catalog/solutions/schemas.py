"""What a sheet is made of, for drafts, imports and answers."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, HttpUrl, StringConstraints, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import Basis, Maturity, PriceLine, Solution
from catalog.taxonomy import domains
from marketplace.errors import FieldError, Invalid
from marketplace.pricing import faults
from marketplace.units import UNITS
from marketplace.web.schemas import Amount, Input, Output, Quantity, Rate, Sentence, Short, Text, clean, plain
from marketplace.words import N_


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


def _web_address(value: str) -> str:
    return str(TypeAdapter(HttpUrl).validate_python(value))


DomainId = Annotated[str, AfterValidator(_known_domain)]
UnitId = Annotated[str, AfterValidator(_known_unit)]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(clean)]
WebAddress = Annotated[str, StringConstraints(max_length=300), AfterValidator(_web_address)]


class StepIn(Input):
    """One tier. `to` is optional, and then must be the next tier's `from`: a gap or an overlap is refused."""

    from_: Quantity = Field(alias="from")
    to: Quantity | None = None
    unit_price_cents: Amount


class PriceIn(Input):
    """One published price: what is priced, in which unit, for how long, by tiers."""

    label: Short
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


class SheetIn(Input):
    """The content of a sheet, as its startup writes it."""

    name: Short
    summary: Sentence
    description: Text
    domains: list[DomainId] = Field(min_length=1, max_length=4)
    tags: list[Tag] = Field(default=[], max_length=12)
    audiences: list[Tag] = Field(default=[], max_length=12)
    maturity: Maturity
    website: WebAddress | None = None
    since: date | None = None
    prices: list[PriceIn] = Field(default=[], max_length=10)


class SheetRecord(SheetIn):
    """A row of an import: the same content, with its slug and where it comes from. An imported sheet may have no domain."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=120)]
    summary: Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(clean)]
    description: Annotated[str, StringConstraints(max_length=20_000), AfterValidator(clean)] = ""
    domains: list[DomainId] = Field(default=[], max_length=6)
    audiences: list[Tag] = Field(default=[], max_length=30)
    maturity: Maturity = Maturity.UNKNOWN
    supplier: Short | None = None
    supplier_siren: Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")] | None = None
    source: Annotated[str, StringConstraints(max_length=500), AfterValidator(clean)] | None = None
    licence: Annotated[str, StringConstraints(max_length=500), AfterValidator(clean)] | None = None
    fictional: bool = False

    @model_validator(mode="after")
    def _sound_prices(self) -> "SheetRecord":
        found = price_faults(self.prices)
        if found:
            raise PydanticCustomError("choice", "; ".join(f"{fault.path} : {fault}" for fault in found))
        return self


def price_faults(prices: list[PriceIn]) -> list[FieldError]:
    """What is wrong with published prices beyond each value: tier tables, and two modes for one unit."""
    found: list[FieldError] = []
    modes: dict[str, str] = {}
    for i, price in enumerate(prices):
        found += faults([(step.from_, step.to) for step in price.steps], f"prices[{i}].steps")
        if modes.setdefault(price.unit, price.mode) != price.mode:
            found.append(
                FieldError(
                    f"prices[{i}].mode",
                    N_("Les prix d’une même unité suivent le même mode de paliers."),
                    "mode",
                )
            )
    return found


def refuse_price_faults(prices: list[PriceIn]) -> None:
    """Raise `Invalid` with every fault of the prices."""
    if found := price_faults(prices):
        raise Invalid(found)


class StepOut(Output):
    from_: str = Field(alias="from")
    unit_price_cents: int


class PriceOut(Output):
    """A published price."""

    label: str
    unit: str
    basis: Basis
    vat_rate: str
    mode: str
    steps: list[StepOut]

    @classmethod
    def of(cls, line: PriceLine) -> "PriceOut":
        return cls(
            label=line.label, unit=line.unit, basis=line.basis, vat_rate=plain(line.vat_rate), mode=line.mode,
            steps=[StepOut.model_validate(step) for step in line.steps],
        )  # fmt: skip


class SheetOut(Output):
    """A sheet, whole."""

    id: UUID
    slug: str
    name: str
    supplier: str
    summary: str
    description: str
    domains: list[str]
    tags: list[str]
    audiences: list[str]
    maturity: Maturity
    available: bool
    website: str | None
    since: date | None
    source: str | None
    licence: str | None
    fictional: bool
    state: SolutionState
    version: int
    review_reason: str | None
    prices: list[PriceOut]

    @classmethod
    def of(cls, sheet: Solution) -> "SheetOut":
        return cls(
            id=sheet.id, slug=sheet.slug, name=sheet.name, supplier=sheet.supplier_name, summary=sheet.summary,
            description=sheet.description, domains=sheet.domains, tags=sheet.tags, audiences=sheet.audiences,
            maturity=sheet.maturity, available=sheet.maturity is not Maturity.STOPPED, website=sheet.website,
            since=sheet.since, source=sheet.source, licence=sheet.licence, fictional=sheet.fictional, state=sheet.state,
            version=sheet.version, review_reason=sheet.review_reason, prices=[PriceOut.of(line) for line in sheet.prices],
        )  # fmt: skip


class Decision(Input):
    """Why a curator sends a sheet back, suspends or archives it."""

    reason: Sentence
