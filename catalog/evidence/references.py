"""References across the directory, each with its town as it is today and its level: for the page, the map, exports and matching."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from catalog.evidence.levels import DECLARED, Level, Proof
from catalog.evidence.models import Evidence
from catalog.evidence.queries import Reads, held_by, references_levels, weigh_references
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
    fictional: bool
    domains: tuple[str, ...]
    reference: Reference
    place: Place
    proof: Proof

    @property
    def spot(self) -> "Spot":
        """Where it is, for a map."""
        return Spot(self.reference.town_name, self.place.latitude, self.place.longitude, self.proof.level)


async def references_of(
    reads: Reads,
    solution_ids: Iterable[UUID],
    on: date,
    *,
    proofs: Mapping[tuple[UUID, UUID], Proof] | None = None,
) -> list[Placed]:
    """The published references of several sheets, sheet by sheet, in each sheet's order.

    `proofs`, by sheet and reference, when they were read before.
    """
    wanted = list(solution_ids)
    query = _all().where(Solution.id.in_(wanted)).order_by(Solution.name, Solution.id, Reference.position)
    return await _placed(reads, query, on, proofs)


async def all_references(
    reads: Reads, on: date, *, domain: str = "", department: str = "", limit: int | None = None, offset: int = 0
) -> list[Placed]:  # fmt: skip
    """Published references, by town; of one domain, of one department."""
    query = _filtered(_all(), domain, department)
    query = query.order_by(Reference.town_name, Solution.name, Reference.id).limit(limit).offset(offset)
    return await _placed(reads, query, on)


async def references_at(
    reads: Reads, on: date, *, insees: Collection[str] = (), sirens: Collection[str] = (), domain: str = ""
) -> list[Placed]:
    """The published references of several towns, by the codes that name them; of one domain. The latest first."""
    where = or_(Reference.insee.in_(insees), Reference.siren.in_(sirens))
    query = _filtered(_all(), domain, "").where(where)
    return await _placed(reads, query.order_by(Reference.started_on.desc(), Solution.name, Reference.id), on)


async def towns_with_references(
    reads: Reads, *, domain: str = ""
) -> list[tuple[str | None, str | None, int]]:
    """INSEE, SIREN and number of published references of each town that has one; of one domain. The most cited first."""
    count = func.count()
    query = select(Reference.insee, Reference.siren, count).join(
        Solution, Solution.id == Reference.solution_id
    )
    query = query.where(Solution.state == SolutionState.PUBLISHED).group_by(Reference.insee, Reference.siren)
    if domain:
        query = query.where(Solution.domains.contains([domain]))
    rows = await reads.execute(query.order_by(count.desc(), Reference.insee, Reference.siren))
    return [(insee, siren, number) for insee, siren, number in rows]


async def count_references(reads: Reads, *, domain: str = "", department: str = "") -> int:
    """How many `all_references` has."""
    query = _filtered(_joined(select(func.count())), domain, department)
    return int(await reads.scalar(query.where(Solution.state == SolutionState.PUBLISHED)) or 0)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one published reference is, and what it is worth: what a map needs."""

    town_name: str
    latitude: float | None
    longitude: float | None
    level: Level


async def spots(reads: Reads, on: date, *, domain: str = "", department: str = "") -> list[Spot]:
    """Every published reference as a spot. One light row each: the whole directory is on the map."""
    light = (
        Reference.solution_id, Reference.id, Reference.digest, Reference.insee, Reference.siren, Reference.quantity, Reference.unit,
        Reference.town_name,
    )  # fmt: skip
    rows = await reads.execute(_filtered(_all(*light), domain, department))
    cited: dict[UUID, list[Any]] = {}
    for row in rows:
        cited.setdefault(row.solution_id, []).append(row)
    sheets = select(Solution.id).where(Solution.state == SolutionState.PUBLISHED)
    held = await held_by(reads, Evidence.solution_id.in_(sheets))
    found = []
    for solution_id, its in cited.items():
        if solution_id in held:
            weighed = [
                (row, verdict.level) for row, verdict, _ in weigh_references(its, held[solution_id], on)
            ]
        else:
            weighed = [(row, Level.DECLARED) for row in its]
        found += [Spot(row.town_name, row.latitude, row.longitude, level) for row, level in weighed]
    return found


def _filtered(query: Select[Any], domain: str, department: str) -> Select[Any]:
    if domain:
        query = query.where(Solution.domains.contains([domain]))
    if department:
        query = query.where(func.coalesce(Commune.department_code, Epci.department_code) == department)
    return query


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


WHOLE = (
    Reference, Solution.slug, Solution.name, Solution.supplier_name, Solution.fictional, Solution.domains, Commune, Epci, Department.name,
)  # fmt: skip


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(Reference)
        .join(Solution, Solution.id == Reference.solution_id)
        .outerjoin(Commune, Commune.insee == Reference.insee)
        .outerjoin(Epci, (Epci.siren == Reference.siren) & Commune.insee.is_(None))
    )


@cache
def _all(*columns: Any) -> Select[Any]:
    """Published references joined to their sheet and town: `columns` (by default all that `Placed` needs), then where it is.

    Made once: to build such a statement takes longer than to run it.
    """
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
        select(*(columns or WHOLE), at.latitude, at.longitude)
        .select_from(Reference)
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


async def _placed(
    reads: Reads, query: Select[Any], on: date, known: Mapping[tuple[UUID, UUID], Proof] | None = None
) -> list[Placed]:
    rows = list(await reads.execute(query))
    if known is None:
        levels = await references_levels(reads, {reference.solution_id for reference, *_ in rows}, on)
        known = {(sheet, each): proof for sheet, its in levels.items() for each, proof in its.items()}
    found = []
    for (
        reference,
        slug,
        name,
        supplier_name,
        fictional,
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
                reference.solution_id, slug, name, supplier_name, fictional, tuple(domains), reference, place,
                known.get((reference.solution_id, reference.id), DECLARED),
            )
        )  # fmt: skip
    return found
