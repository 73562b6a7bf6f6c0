"""Finding a town: by INSEE, SIREN or SIRET code, old codes included, or by name with accents and typing mistakes."""

import unicodedata
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text

from marketplace.db import ReadSession, Session
from marketplace.errors import NotFound
from marketplace.territories import COG_YEAR
from marketplace.words import N_


class UnknownTown(NotFound):
    """No commune or EPCI has this code, and none ever had."""

    code = "unknown_town"
    sentence = N_(
        "Le code « {asked} » n’est ni un code INSEE (5 caractères), ni un SIREN (9 chiffres), ni un SIRET (14 chiffres) "
        "d’une commune ou d’une intercommunalité en {year}."
    )


@dataclass(frozen=True, slots=True)
class Town:
    """A commune or an EPCI of the COG year. `former` says which old code led here, and what it was called."""

    kind: str
    name: str
    insee: str | None
    siren: str | None
    population: int | None
    department: str
    department_name: str
    region: str
    region_name: str
    postal_code: str | None = None
    epci_siren: str | None = None
    epci_name: str | None = None
    former: tuple[str, str] | None = None

    @property
    def code(self) -> str:
        """The code that names it best: INSEE, else SIREN."""
        return self.insee or self.siren or ""


ARRONDISSEMENTS = (
    ("75056", "Paris", 75101, 20),
    ("69123", "Lyon", 69381, 9),
    ("13055", "Marseille", 13201, 16),
)
"""The communes with municipal arrondissements: commune, name, first code, how many. An arrondissement buys nothing by itself."""

_COMMUNE = """select 'commune' kind, c.name, c.insee, c.siren, c.population, c.department_code department, d.name department_name,
    c.region_code region, r.name region_name, c.postal_code, c.epci_siren, e.name epci_name
    from commune c join department d on d.code = c.department_code left join region r on r.code = c.region_code
    left join epci e on e.siren = c.epci_siren"""
_EPCI = """select 'epci' kind, e.name, null insee, e.siren, e.population, e.department_code department, d.name department_name,
    e.region_code region, r.name region_name, null postal_code, null epci_siren, null epci_name
    from epci e join department d on d.code = e.department_code left join region r on r.code = e.region_code"""


async def find_town(session: Session | ReadSession, code: str) -> Town:
    """The town of `code`. Raises `UnknownTown`."""
    asked = code.replace(" ", "").replace("\u00a0", "").upper()
    siren = asked[:9] if len(asked) in {9, 14} and asked.isdigit() and asked.isascii() else None
    found: Row[Any] | None = None
    former = None
    if siren:
        for query, column in ((_COMMUNE, "c.siren"), (_EPCI, "e.siren")):
            found = (
                found
                or (
                    await session.execute(text(f"{query} where {column} = :siren"), {"siren": siren})
                ).one_or_none()
            )
    elif len(asked) == 5 and asked.isalnum() and asked.isascii():
        found = (
            await session.execute(text(f"{_COMMUNE} where c.insee = :insee"), {"insee": asked})
        ).one_or_none()
        if found is None:
            old = (
                _arrondissement(asked)
                or (
                    await session.execute(
                        text("select name, present_insee from former_commune where insee = :insee"),
                        {"insee": asked},
                    )
                ).one_or_none()
            )
            if old is not None:
                name, present = old
                former = (asked, name)
                found = (
                    await session.execute(text(f"{_COMMUNE} where c.insee = :insee"), {"insee": present})
                ).one_or_none()
    if found is None:
        raise UnknownTown(asked=code[:40], year=COG_YEAR)
    return Town(**found._asdict(), former=former)


def _arrondissement(insee: str) -> tuple[str, str] | None:
    """The name of a municipal arrondissement, and its commune; None for any other code."""
    for commune, name, first, count in ARRONDISSEMENTS:
        number = int(insee) - first + 1 if insee.isdigit() else 0
        if 1 <= number <= count:
            return f"{name} {number}{'er' if number == 1 else 'e'}", commune
    return None


async def search_towns(session: ReadSession | Session, asked: str, *, limit: int = 20) -> list[Town]:
    """Towns whose name is or resembles `asked`, or whose INSEE or postal code begins with it; the likeliest first.

    The order: the very code, then, for words, the same name, then names that begin so, by population; then names that contain it or
    resemble it, where ten times the population is worth a twentieth of the likeness: a mistyped name is oftener a known town's.
    """
    wanted = asked.strip()
    if not wanted:
        return []
    digits = wanted.replace(" ", "").upper()
    if digits[:1].isdigit():
        exact = await _by_code(session, digits)
        if exact or (digits.isalnum() and digits.isascii()):
            rows = await session.execute(text(_BY_START), {"start": f"{digits}%", "limit": limit})
            near = [Town(**row._asdict()) for row in rows]
            return [*exact, *(town for town in near if town.code not in {found.code for found in exact})][
                :limit
            ]
    rows = await session.execute(text(_BY_NAME), {"asked": wanted[:100], "limit": limit})
    return [
        Town(**{k: v for k, v in row._asdict().items() if k not in {"rank", "likeness", "old_insee", "old_name"}},
             former=(row.old_insee, row.old_name) if row.old_insee else None)
        for row in rows
    ]  # fmt: skip


async def typed_town(session: ReadSession | Session, typed: str) -> tuple[Town | None, list[Town]]:
    """The town that somebody typed in a form (« Vierzon », « 18279 », « Vierzon (18279) »), and others it could be: of the very name
    when one bears it.
    """
    if not typed.strip():
        return None, []
    code = typed.rsplit("(", 1)[-1].rstrip(") ") if "(" in typed else typed
    try:
        return await find_town(session, code), []
    except UnknownTown:
        near = await search_towns(session, name := typed.split("(", maxsplit=1)[0], limit=5)
    if not near:
        return None, []
    others = near[1:]
    if _key(near[0].name) == _key(name):
        others = [town for town in others if _key(town.name) == _key(name)]
    return near[0], others


def _key(name: str) -> str:
    """A name without accents, capitals and punctuation."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in plain if c.isalnum())


async def _by_code(session: ReadSession | Session, code: str) -> list[Town]:
    try:
        return [await find_town(session, code)]
    except UnknownTown:
        return []


_BY_START = f"""{_COMMUNE} where c.insee like :start or c.postal_code like :start
    order by c.population desc nulls last, c.insee limit :limit"""

_BY_NAME = f"""
with wanted as (select town_key(:asked) as key),
near as (
    select insee, null::text siren, null::text old_insee, null::text old_name, search_name, 0 as was
        from commune, wanted
        where key <> '' and (search_name % key or search_name like key || '%' or search_name like '% ' || key || '%')
    union all
    select null, siren, null, null, search_name, 0
        from epci, wanted where key <> '' and (search_name % key or search_name like '%' || key || '%')
    union all
    select present_insee, null, insee, name, search_name, 1
        from former_commune, wanted where search_name = key or search_name % key and similarity(search_name, key) > 0.6
),
ranked as (
    select distinct on (coalesce(insee, siren)) near.*,
        case when search_name = key then 0 when search_name like key || '%' then 1 else 2 end + was as rank,
        similarity(search_name, key) as likeness
    from near, wanted
    order by coalesce(insee, siren), rank, likeness desc
)
select t.*, ranked.rank, ranked.likeness, ranked.old_insee, ranked.old_name
from ranked
join lateral ({_COMMUNE} where c.insee = ranked.insee union all {_EPCI} where e.siren = ranked.siren) t on true
order by rank, case when rank < 2 then 0 else -likeness - ln(coalesce(t.population, 0) + 1) / 50 end, t.population desc nulls last, t.name
limit :limit
"""


async def communes_of_department(session: Session | ReadSession, department: str) -> list[Town]:
    """The communes of a department, the most populous first."""
    rows = await session.execute(
        text(
            f"{_COMMUNE} where c.department_code = :department order by c.population desc nulls last, c.insee"
        ),
        {"department": department},
    )
    return [Town(**row._asdict()) for row in rows]
