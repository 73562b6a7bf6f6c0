"""What the API says of sheets. What a sheet is made of is in `content.py`."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from catalog.solutions.content import DomainId, SheetDraft, SheetIn
from catalog.solutions.models import Basis, Maturity, PriceLine, Reference, Revision, Solution
from catalog.solutions.soundness import price_faults
from catalog.texts import Description, Line
from marketplace.db import Json
from marketplace.web.schemas import Input, Output, Sentence, clean, plain


class SheetRecord(SheetIn):
    """A row of an import: the same content, with its slug and where it comes from. An imported sheet may have no domain."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=120)]
    description: Description | None = None  # type: ignore[assignment]
    domains: list[DomainId] = Field(default=[], max_length=6)
    maturity: Maturity = Maturity.UNKNOWN
    supplier: Line | None = None
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


class IndicatorOut(Output):
    name: str
    unit: str
    before: Decimal | None = None
    after: Decimal
    method: str


class ReferenceOut(Output):
    """A deployment at a town, without who to ask there."""

    id: UUID
    town_name: str
    insee: str | None
    siren: str | None
    started_on: date
    ended_on: date | None
    quantity: str | None
    unit: str | None
    scope: str
    indicators: list[IndicatorOut]

    @classmethod
    def of(cls, row: Reference) -> "ReferenceOut":
        return cls(
            id=row.id, town_name=row.town_name, insee=row.insee, siren=row.siren, started_on=row.started_on,
            ended_on=row.ended_on, quantity=None if row.quantity is None else plain(row.quantity), unit=row.unit, scope=row.scope,
            indicators=[IndicatorOut.model_validate(said) for said in row.indicators],
        )  # fmt: skip


class AttachmentOut(Output):
    """A file of a sheet: `GET /solutions/{slug}/pieces/{file_id}` gives it."""

    file_id: UUID
    kind: str
    title: str
    alt: str | None


class RevisionOut(Output):
    """The revision that is open: being written, waiting, or being reviewed."""

    number: int
    state: str
    base: int
    version: int
    submitted_at: datetime | None
    reason: str | None


class SheetOut(Output):
    """A sheet, whole, as the directory shows it.

    `state`: of its first revision until it is published, then its own. `version`: the open revision's, else the sheet's: what
    `If-Match` wants. `answers`: the questionnaire's public ones; a key that is absent was not answered.
    """

    id: UUID
    slug: str
    name: str
    supplier: str
    supplier_id: UUID | None
    summary: str
    problem: str
    description: str
    domains: list[str]
    cpv: list[str]
    tags: list[str]
    audiences: list[str]
    maturity: Maturity
    available: bool
    website: str | None
    since: date | None
    deployment_weeks_min: int | None
    deployment_weeks_max: int | None
    town_provides: str
    contract_forms: list[str]
    answers: Json
    source: str | None
    licence: str | None
    fictional: bool
    state: str
    version: int
    review_reason: str | None
    published_at: datetime | None
    revised_at: datetime | None
    prices: list[PriceOut]
    references: list[ReferenceOut]
    attachments: list[AttachmentOut]
    revision: RevisionOut | None

    @classmethod
    def of(cls, sheet: Solution) -> "SheetOut":
        return cls(**cls._values(sheet))

    @classmethod
    def _values(cls, sheet: Solution) -> dict[str, Any]:
        same = {
            name: getattr(sheet, name)
            for name in (
                "id", "slug", "name", "summary", "problem", "description", "domains", "cpv", "tags", "audiences", "maturity", "website",
                "since", "deployment_weeks_min", "deployment_weeks_max", "town_provides", "contract_forms", "answers", "source",
                "licence", "fictional", "review_reason", "published_at", "revised_at",
            )
        }  # fmt: skip
        revision = sheet.open_revision
        return same | {
            "supplier": sheet.supplier_name,
            "supplier_id": sheet.startup_id,
            "available": sheet.maturity is not Maturity.STOPPED,
            "state": state_of(sheet),
            "version": version_of(sheet),
            "prices": [PriceOut.of(line) for line in sheet.prices],
            "references": [ReferenceOut.of(row) for row in sheet.references],
            "attachments": [AttachmentOut.model_validate(row) for row in sheet.attachments],
            "revision": RevisionOut.model_validate(revision) if revision else None,
        }


class MySheetOut(SheetOut):
    """A sheet for its startup or a curator. `content`: the open revision's, else the published one, confidential answers included."""

    content: SheetDraft

    @classmethod
    def holding(cls, sheet: Solution, shown: Revision | None) -> "MySheetOut":
        """`shown` is the revision whose content is given: the open one, or the last accepted."""
        content = shown.content if shown else {"name": sheet.name}
        return cls(**cls._values(sheet), content=SheetDraft.model_validate(content))


def state_of(sheet: Solution) -> str:
    """The state that people are told: the first revision's until the sheet is published, then the sheet's."""
    if sheet.state == "draft" and sheet.open_revision is not None:
        return sheet.open_revision.state.value
    return sheet.state.value


def version_of(sheet: Solution) -> int:
    """What an edit must name: the open revision's version, or the sheet's when none is open."""
    return sheet.open_revision.version if sheet.open_revision else sheet.version


class Decision(Input):
    """Why a curator sends a sheet back, suspends or archives it."""

    reason: Sentence
