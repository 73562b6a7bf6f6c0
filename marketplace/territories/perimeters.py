"""A perimeter is a set of communes with its COG year: commune ⊂ EPCI ⊂ department ⊂ region."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from marketplace.db import ReadSession, Session
from marketplace.errors import Invalid, wrong
from marketplace.territories import COG_YEAR
from marketplace.territories.models import Commune
from marketplace.words import N_


class Scale(StrEnum):
    COMMUNE = "commune"
    EPCI = "epci"
    DEPARTMENT = "department"
    REGION = "region"


@dataclass(frozen=True, slots=True)
class Perimeter:
    """INSEE codes of one COG year. Perimeters of different years are never compared silently."""

    year: int
    communes: frozenset[str]

    def contains(self, other: "Perimeter") -> bool:
        """Whether every commune of `other` is in this one. Raises ValueError for another year."""
        if self.year != other.year:
            raise ValueError(f"perimeters of {self.year} and {other.year}: bring them to one COG year first")
        return other.communes <= self.communes


_COLUMN = {
    Scale.COMMUNE: Commune.insee,
    Scale.EPCI: Commune.epci_siren,
    Scale.DEPARTMENT: Commune.department_code,
    Scale.REGION: Commune.region_code,
}


async def perimeter_of(session: Session | ReadSession, scale: Scale, code: str) -> Perimeter:
    """The communes of one commune, EPCI, department or region. Raises `Invalid` when there is none."""
    communes = frozenset(await session.scalars(select(Commune.insee).where(_COLUMN[scale] == code)))
    if not communes:
        raise Invalid([wrong("code", N_("Aucune commune ne correspond à ce code."), code="unknown_area")])
    return Perimeter(COG_YEAR, communes)
