"""Reads of towns to compare: their profiles, and the twins of one of them."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, text

from marketplace.db import ReadSession, Session, acting
from marketplace.territories.queries import UnknownTown, find_town
from search.twins.similarity import (
    Kind,
    Likeness,
    Profile,
    comparable,
    compared,
    mean,
    most_at,
    ratio,
    similarity,
)

Reads = ReadSession | Session

FARTHEST = 5
"""A town that has five times the inhabitants of another, or a fifth, is no twin of it, whatever else they share."""
FIRST_WINDOW = 400
"""How many towns, just smaller and just larger, are compared before asking whether a town further away could be closer."""


@dataclass(frozen=True, slots=True)
class Twin:
    """A town that resembles another, and why."""

    profile: Profile
    likeness: Likeness


async def profiles(reads: Reads, codes: Collection[str]) -> dict[str, Profile]:
    """The profile of each commune, intercommunality or registered body of `codes` (INSEE or SIREN), by the code asked for.

    An unknown code has none. Two statements at most, whatever the number.
    """
    wanted = sorted(set(codes))
    if not wanted:
        return {}
    rows = await reads.execute(text(_BY_CODE), {"codes": wanted, "mine": acting(reads).organisation_id})
    found: dict[str, Profile] = {}
    for row in rows:
        profile = _profile(row)
        found |= {code: profile for code in (row.code, row.siren) if code in set(wanted)}
    missing = [code for code in wanted if code not in found]
    if missing:
        others = await reads.execute(text(_OTHERS), {"codes": missing})
        found |= {row.siren: Profile(row.siren, row.name, Kind.OTHER) for row in others}
    return found


async def find_profile(reads: Reads, code: str) -> Profile:
    """The profile of one town by INSEE, SIREN or SIRET, old codes included. Raises `UnknownTown`."""
    try:
        wanted = (await find_town(reads, code)).code
    except UnknownTown:
        wanted = code.replace(" ", "")[:9]  # a syndicat is on no list but ours
        found = (await profiles(reads, [wanted])).get(wanted)
        if found is None:
            raise
        return found
    return (await profiles(reads, [wanted]))[wanted]


async def twins_of(reads: Reads, code: str, *, limit: int = 20) -> list[Twin]:
    """The towns that resemble the one of `code` most, the closest first; none when there is nothing to compare it by.

    Exactly those that comparing with every town of a fifth to five times its population would give: towns are read outward from its population until no town
    further away could come closer than the last one kept, were all the rest the same.
    """
    mine = (await profiles(reads, [code])).get(code)
    if mine is None or not comparable(mine, mine):
        return []
    kept: list[tuple[float, float, str, Profile]] = []
    window, seen = FIRST_WINDOW, 0
    while True:
        below = await _side(reads, mine, "below", window, seen)
        above = await _side(reads, mine, "above", window, seen)
        kept = sorted(kept + [_scored(mine, other) for other in (*below, *above) if other.code != mine.code])
        kept = kept[:limit]
        unseen = max(
            ratio(side[-1].population or 0, mine.population or 0) if len(side) == window else 0.0
            for side in (below, above)
        )
        if not unseen or (len(kept) == limit and -kept[-1][0] >= most_at(mine, unseen)):
            break
        seen += window
        window *= 2
    return [Twin(other, similarity(mine, other)) for *_, other in kept]


def _scored(mine: Profile, other: Profile) -> tuple[float, float, str, Profile]:
    """Sorts the closest first; of equals, the nearest in population, then by code."""
    near = ratio(mine.population or 0, other.population or 0)
    return -mean(compared(mine, other)), -near, other.code, other


async def _side(reads: Reads, mine: Profile, side: str, window: int, seen: int) -> list[Profile]:
    population = mine.population or 0
    values = {
        "population": population,
        "low": max(1, -(-population // FARTHEST)),
        "high": population * FARTHEST,
        "mine": acting(reads).organisation_id,
        "window": window,
        "seen": seen,
    }
    return [_profile(row) for row in await reads.execute(text(_SIDES[mine.kind, side]), values)]


def _profile(row: Row[Any]) -> Profile:
    return Profile(
        row.code, row.name, Kind(row.kind), row.siren, row.population, row.epci_kind, row.department, row.region, row.department_name,
        row.region_name or "", row.main, None if row.share is None else min(row.share, 1.0), row.communes,
        frozenset(row.programmes or ()), {kind: Decimal(said["quantity"]) for kind, said in (row.declared or {}).items()},
    )  # fmt: skip


_DECLARED = """left join (
        select o.insee, o.siren, a.declared from town_assets a join organisation o on o.id = a.town_id
        where a.public or a.town_id = :mine
    ) x on"""

_COMMUNES = f"""select c.insee code, c.siren, c.name, 'commune' kind, c.population, e.kind epci_kind, c.department_code department,
        c.region_code region, d.name department_name, r.name region_name, e.main_insee = c.insee main,
        c.population::float8 / nullif(e.population, 0) share, null::int communes, p.programmes, x.declared
    from {{source}} c join department d on d.code = c.department_code left join region r on r.code = c.region_code
    left join epci e on e.siren = c.epci_siren
    left join (select code, array_agg(programme) programmes from town_programme group by code) p on p.code = c.insee
    {_DECLARED} x.insee = c.insee"""

_EPCIS = f"""select e.siren code, e.siren, e.name, 'epci' kind, e.population, e.kind epci_kind, e.department_code department,
        e.region_code region, d.name department_name, r.name region_name, null::boolean main, null::float8 share,
        e.communes, null::text[] programmes, x.declared
    from {{source}} e join department d on d.code = e.department_code left join region r on r.code = e.region_code
    {_DECLARED} x.siren = e.siren"""

_BY_CODE = f"""{_COMMUNES.format(source="commune")} where c.insee = any(:codes) or c.siren = any(:codes)
    union all {_EPCIS.format(source="epci")} where e.siren = any(:codes)"""

_OTHERS = "select siren, name from organisation where kind = 'town' and siren = any(:codes)"


def _sides() -> dict[tuple[Kind, str], str]:
    """The towns just smaller and just larger than a population, a window of them after those already seen."""
    found = {}
    for kind, table, key, whole in (
        (Kind.COMMUNE, "commune", "insee", _COMMUNES),
        (Kind.EPCI, "epci", "siren", _EPCIS),
    ):
        for side, condition, order in (("below", "between :low and :population", "desc"), ("above", "> :population and population <= :high", "asc")):  # fmt: skip
            near = (
                f"(select * from {table} where population {condition}"
                f" order by population {order}, {key} limit :window offset :seen)"
            )
            found[kind, side] = f"{whole.format(source=near)} order by population {order}, code"
    return found


_SIDES = _sides()
