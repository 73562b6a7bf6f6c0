"""References across the directory, each with its town as it is today and its level: for the page, the map, exports and matching."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from catalog.evidence.levels import DECLARED, Proof
from catalog.evidence.queries import Reads, references_levels
from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import Reference, Solution
from marketplace.territories.models import Commune, Department, Epci


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reference is: its town as it is today. An EPCI stands where its most populous commune is."""

    population: int | None
    department: str | None
    department_name: str | None
    epci_siren: str | None
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class Placed:
    """One published reference."""

    solution_id: UUID
    slug: str
    solution_name: str
    supplier_name: str
    domains: tuple[str, ...]
    reference: Reference
    place: Place
    proof: Proof


async def references_of(reads: Reads, solution_ids: Iterable[UUID], on: date) -> list[Placed]:
    """The published references of several sheets, sheet by sheet, in each sheet's order."""
    wanted = list(solution_ids)
    query = _all().where(Solution.id.in_(wanted)).order_by(Solution.name, Solution.id, Reference.position)
    return await _placed(reads, query, on)


async def all_references(reads: Reads, on: date, *, domain: str = "", department: str = "") -> list[Placed]:
    """Every published reference, by town; of one domain, of one department."""
    query = _all()
    if domain:
        query = query.where(Solution.domains.contains([domain]))
    if department:
        query = query.where(func.coalesce(Commune.department_code, Epci.department_code) == department)
    return await _placed(reads, query.order_by(Reference.town_name, Solution.name, Reference.id), on)


async def departments_with_references(reads: Reads) -> list[tuple[str, str]]:
    """Code and name of each department that has a published reference."""
    rows = await reads.execute(
        select(Department.code, Department.name)
        .where(
            Department.code.in_(
                _joined(select(func.coalesce(Commune.department_code, Epci.department_code))).where(
                    Solution.state == SolutionState.PUBLISHED
                )
            )
        )
        .order_by(Department.code)
    )
    return [(code, name) for code, name in rows]


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(Reference)
        .join(Solution, Solution.id == Reference.solution_id)
        .outerjoin(Commune, Commune.insee == Reference.insee)
        .outerjoin(Epci, (Epci.siren == Reference.siren) & Commune.insee.is_(None))
    )


def _all() -> Select[Any]:
    seat = aliased(Commune)
    main = (
        select(seat.insee)
        .where(seat.epci_siren == Epci.siren)
        .order_by(seat.population.desc().nulls_last(), seat.insee)
        .limit(1)
        .scalar_subquery()
    )
    at = aliased(Commune)
    query = (
        select(
            Reference,
            Solution.slug,
            Solution.name,
            Solution.supplier_name,
            Solution.domains,
            Commune,
            Epci,
            Department.name,
            at.latitude,
            at.longitude,
        )
        .join(Solution, Solution.id == Reference.solution_id)
        .outerjoin(Commune, Commune.insee == Reference.insee)
        .outerjoin(Epci, (Epci.siren == Reference.siren) & Commune.insee.is_(None))
        .outerjoin(
            Department, Department.code == func.coalesce(Commune.department_code, Epci.department_code)
        )
        .outerjoin(at, at.insee == func.coalesce(Commune.insee, main))
        .where(Solution.state == SolutionState.PUBLISHED)
    )
    return cast("Select[Any]", query)


async def _placed(reads: Reads, query: Select[Any], on: date) -> list[Placed]:
    rows = list(await reads.execute(query))
    proofs = await references_levels(reads, {reference.solution_id for reference, *_ in rows}, on)
    found = []
    for (
        reference,
        slug,
        name,
        supplier_name,
        domains,
        commune,
        epci,
        department_name,
        latitude,
        longitude,
    ) in rows:
        body = commune or epci
        place = Place(
            population=body.population if body else None, department=body.department_code if body else None,
            department_name=department_name, epci_siren=commune.epci_siren if commune else reference.siren,
            latitude=latitude, longitude=longitude,
        )  # fmt: skip
        found.append(
            Placed(
                reference.solution_id, slug, name, supplier_name, tuple(domains), reference, place,
                proofs.get(reference.solution_id, {}).get(reference.id, DECLARED),
            )
        )  # fmt: skip
    return found
