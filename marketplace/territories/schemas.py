"""What the territories API answers."""

from marketplace.territories import COG_YEAR
from marketplace.territories.queries import Town
from marketplace.web.schemas import Output


class AreaOut(Output):
    """A department, a region or an EPCI."""

    code: str
    name: str


class FormerOut(Output):
    """The old code that was asked for, and the name it had."""

    insee: str
    name: str


class TownOut(Output):
    """A commune or an EPCI: the public bodies that can buy."""

    code: str
    kind: str
    name: str
    insee: str | None
    siren: str | None
    population: int | None
    postal_code: str | None
    department: AreaOut
    region: AreaOut
    epci: AreaOut | None
    former: FormerOut | None
    cog_year: int = COG_YEAR

    @classmethod
    def of(cls, town: Town) -> "TownOut":
        """The API's form of a town."""
        return cls(
            code=town.code,
            kind=town.kind,
            name=town.name,
            insee=town.insee,
            siren=town.siren,
            population=town.population,
            postal_code=town.postal_code,
            department=AreaOut(code=town.department, name=town.department_name),
            region=AreaOut(code=town.region, name=town.region_name or town.region),
            epci=AreaOut(code=town.epci_siren, name=town.epci_name or "") if town.epci_siren else None,
            former=FormerOut(insee=town.former[0], name=town.former[1]) if town.former else None,
        )


class TownList(Output):
    """Towns, the likeliest first."""

    items: list[TownOut]
