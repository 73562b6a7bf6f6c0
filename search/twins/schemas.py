"""What the API says of a town's twins and of its declared assets."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from marketplace import clock
from marketplace.web.schemas import Input, Output, Quantity, Truth
from search.twins.assets import AssetKind, Assets, Declared
from search.twins.doing import Deployment, Doer, Doing, OpenPool
from search.twins.queries import Twin
from search.twins.similarity import WEIGHTS, Profile
from search.twins.wording import said

Year = Annotated[int, Field(ge=1900, le=2200)]


class AssetIn(Input):
    """One figure. Its unit is that of the same code."""

    kind: AssetKind
    quantity: Quantity
    year: Year


class AssetsIn(Input):
    """`PUT /assets`: replaces everything. `public`: everybody may read them; else they count for your comparisons alone."""

    public: Truth
    assets: Annotated[list[AssetIn], Field(max_length=40)]

    def declared(self) -> list[tuple[AssetKind, Declared]]:
        return [(one.kind, Declared(one.quantity, one.year)) for one in self.assets]


class AssetOut(Output):
    kind: AssetKind
    unit: str
    quantity: Quantity
    year: int


class AssetsOut(Output):
    """What my town declared. Version 0: nothing yet."""

    public: bool
    assets: list[AssetOut]
    version: int
    updated_at: datetime | None

    @classmethod
    def of(cls, assets: Assets) -> "AssetsOut":
        rows = [
            AssetOut(kind=kind, unit=kind.value, quantity=one.quantity, year=one.year)
            for kind, one in assets.declared.items()
        ]
        return cls(public=assets.public, assets=rows, version=assets.version, updated_at=assets.updated_at)


class FigureOut(Output):
    kind: str
    quantity: Quantity


class ProfileOut(Output):
    """What is compared of a town. `main`: whether it is the most populous commune of its intercommunality, `share` its part
    of the inhabitants, `communes` how many an intercommunality has.
    """

    code: str
    name: str
    kind: str
    population: int | None
    epci_kind: str | None
    department: str
    region: str
    main: bool | None
    share: float | None
    communes: int | None
    programmes: list[str]
    assets: list[FigureOut]

    @classmethod
    def of(cls, profile: Profile) -> "ProfileOut":
        figures = [
            FigureOut(kind=kind, quantity=Decimal(quantity)) for kind, quantity in profile.assets.items()
        ]
        return cls(
            code=profile.code, name=profile.name, kind=profile.kind, population=profile.population, epci_kind=profile.epci_kind,
            department=profile.department, region=profile.region, main=profile.main,
            share=None if profile.share is None else round(profile.share, 4), communes=profile.communes,
            programmes=sorted(profile.programmes), assets=figures,
        )  # fmt: skip


class TwinReasonOut(Output):
    """One part of a likeness: the mean of the values by their weights is the likeness."""

    signal: str
    value: float
    weight: int
    sentence: str


class TwinOut(Output):
    town: ProfileOut
    likeness: float
    reasons: list[TwinReasonOut]

    @classmethod
    def of(cls, twin: Twin, you: str) -> "TwinOut":
        return cls(
            town=ProfileOut.of(twin.profile), likeness=round(twin.likeness.value, 4), reasons=reasons_of(twin, you)
        )  # fmt: skip


def reasons_of(twin: Twin, you: str) -> list[TwinReasonOut]:
    """The reasons of a likeness, said."""
    return [
        TwinReasonOut(
            signal=reason.signal,
            value=round(reason.value, 4),
            weight=reason.weight,
            sentence=said(reason, you),
        )
        for reason in twin.likeness.reasons
    ]


class DeploymentOut(Output):
    """A published reference. `stopped`: the service is no longer offered. `level`: what proves it."""

    slug: str
    name: str
    supplier: str
    domains: list[str]
    since: date
    until: date | None
    quantity: Quantity | None
    unit: str | None
    level: str
    stopped: bool
    fictional: bool

    @classmethod
    def of(cls, one: Deployment) -> "DeploymentOut":
        reference = one.placed.reference
        return cls(
            slug=one.placed.slug, name=one.placed.solution_name, supplier=one.placed.supplier_name, domains=list(one.placed.domains),
            since=reference.started_on, until=reference.ended_on, quantity=reference.quantity, unit=reference.unit,
            level=one.placed.proof.level, stopped=one.stopped, fictional=one.placed.fictional,
        )  # fmt: skip


class DoerOut(TwinOut):
    deployments: list[DeploymentOut]

    @classmethod
    def of_doer(cls, doer: Doer, you: str) -> "DoerOut":
        twin = TwinOut.of(doer.twin, you)
        return cls(**twin.model_dump(), deployments=[DeploymentOut.of(one) for one in doer.deployments])


class OpenPoolOut(Output):
    """A pool that can be joined. `like_me`: a town that resembles this one coordinates it."""

    id: UUID
    title: str
    domain: str
    coordinator: str
    towns: int
    census_until: date
    like_me: bool

    @classmethod
    def of(cls, one: OpenPool) -> "OpenPoolOut":
        pool = one.pool
        return cls(
            id=pool.id, title=pool.title, domain=pool.domain, coordinator=pool.coordinator.name, towns=pool.totals.members,
            census_until=clock.last_day(pool.census_ends_at), like_me=one.twin is not None,
        )  # fmt: skip


class TwinsOut(Output):
    """`twins`: the closest towns. `deployments`: the towns like this one that have published references, a page of them."""

    town: ProfileOut
    weights: dict[str, int]
    twins: list[TwinOut]
    deployments: list[DoerOut]
    total: int
    page: int
    per_page: int
    pools: list[OpenPoolOut]

    @classmethod
    def of(cls, found: Doing, *, you: str, page: int, per_page: int) -> "TwinsOut":
        return cls(
            town=ProfileOut.of(found.profile), weights={signal.value: weight for signal, weight in WEIGHTS.items()},
            twins=[TwinOut.of(twin, you) for twin in found.closest], deployments=[DoerOut.of_doer(doer, you) for doer in found.doers],
            total=found.total, page=page, per_page=per_page, pools=[OpenPoolOut.of(one) for one in found.pools],
        )  # fmt: skip
