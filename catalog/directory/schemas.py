"""What the API says of a cost and of a comparison."""

from uuid import UUID

from catalog.directory.asked import Asked
from catalog.directory.comparing import Comparison
from catalog.directory.costing import Estimate
from catalog.directory.showing import Known
from catalog.solutions.models import Basis, Solution
from marketplace.web.schemas import Output, plain


class CostLineOut(Output):
    """One published price. Without a quantity for its unit, what it costs is null and left out of the totals."""

    label: str
    unit: str
    basis: Basis
    vat_rate: str
    quantity: str | None
    unit_price_cents: int | None
    each_ht_cents: int | None
    total_ht_cents: int | None


class VatOut(Output):
    """The VAT of one rate, on the sum of its bases, rounded once."""

    rate: str
    base_cents: int
    vat_cents: int


class CostTownOut(Output):
    """For whom a cost is computed."""

    code: str
    name: str
    population: int | None


class CostOut(Output):
    """What a sheet's published prices cost a town. All amounts are euro cents, HT unless said.

    `complete`: every price is in the totals. Otherwise `missing_units` says for which units to give a quantity.
    """

    slug: str
    town: CostTownOut | None
    years: int
    lines: list[CostLineOut]
    missing_units: list[str]
    complete: bool
    one_off_ht_cents: int
    yearly_ht_cents: int
    total_ht_cents: int
    vat: list[VatOut]
    vat_cents: int
    total_ttc_cents: int
    per_inhabitant_ttc_cents: int | None

    @classmethod
    def of(cls, sheet: Solution, asked: Asked, found: Estimate) -> "CostOut":
        town = asked.town
        return cls(
            slug=sheet.slug,
            town=CostTownOut(code=town.code, name=town.name, population=town.population) if town else None,
            years=found.years,
            lines=[
                CostLineOut(
                    label=line.label, unit=line.unit, basis=line.basis, vat_rate=plain(line.vat_rate),
                    quantity=None if line.quantity is None else plain(line.quantity), unit_price_cents=line.unit_price,
                    each_ht_cents=line.each, total_ht_cents=line.over,
                )
                for line in found.lines
            ],
            missing_units=list(found.missing), complete=found.complete, one_off_ht_cents=found.one_off,
            yearly_ht_cents=found.yearly, total_ht_cents=found.total_ht,
            vat=[VatOut(rate=plain(group.rate), base_cents=group.base, vat_cents=group.vat) for group in found.groups],
            vat_cents=found.vat, total_ttc_cents=found.total_ttc, per_inhabitant_ttc_cents=found.per(asked.population),
        )  # fmt: skip


class ColumnOut(Output):
    """One sheet of a comparison."""

    id: UUID
    slug: str
    name: str
    supplier: str
    available: bool
    fictional: bool


class CellOut(Output):
    """What one sheet says of a criterion, in words. `known`: said, unanswered, unknown (asked, does not know), reserved, moot."""

    known: Known
    lines: list[str]


class CriterionOut(Output):
    """One row; `cells` are in the order of `columns`."""

    key: str
    label: str
    differs: bool
    cells: list[CellOut]


class GroupOut(Output):
    """The rows of one subject."""

    key: str
    title: str
    rows: list[CriterionOut]


class ComparisonOut(Output):
    """Up to five sheets side by side. `dropped`: slugs that name no published sheet. `address`: the same as a page."""

    columns: list[ColumnOut]
    groups: list[GroupOut]
    dropped: list[str]
    differences: int
    address: str

    @classmethod
    def of(cls, found: Comparison, base_url: str) -> "ComparisonOut":
        return cls(
            columns=[
                ColumnOut(
                    id=sheet.id, slug=sheet.slug, name=sheet.name, supplier=sheet.supplier_name, available=not column.stopped,
                    fictional=sheet.fictional,
                )
                for column in found.columns
                for sheet in (column.sheet,)
            ],
            groups=[
                GroupOut(
                    key=group.key, title=group.title,
                    rows=[
                        CriterionOut(
                            key=row.key, label=row.label, differs=row.differs,
                            cells=[CellOut(known=cell.known, lines=list(cell.lines)) for cell in row.cells],
                        )
                        for row in group.rows
                    ],
                )
                for group in found.groups
            ],
            dropped=found.dropped, differences=found.differences, address=base_url.rstrip("/") + found.address(),
        )  # fmt: skip
