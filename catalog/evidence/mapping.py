"""The map of references, made here: towns as squares on a quiet ground of larger towns. Pure, but for the ground's query.

One projection for metropolitan France (equirectangular, true at 46.5° N); what lies overseas is listed beside the map.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, radians
from time import monotonic
from typing import ClassVar

from sqlalchemy import select

from catalog.evidence.levels import Level
from catalog.evidence.queries import Reads
from catalog.evidence.references import Spot
from marketplace.territories.models import Commune

WEST, EAST, SOUTH, NORTH = -5.3, 9.7, 41.2, 51.2
WIDTH = 480
SCALE = WIDTH / (EAST - WEST)
STRETCH = 1 / cos(radians(46.5))
HEIGHT = round((NORTH - SOUTH) * SCALE * STRETCH)
HOUR = 3600.0
LARGER = 15_000
"""From how many inhabitants a town is on the ground."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One town with references. `proven`: more than declared; `best`: the highest level among them."""

    x: int
    y: int
    name: str
    count: int
    best: Level

    @property
    def proven(self) -> bool:
        return self.best is not Level.DECLARED


@dataclass(frozen=True, slots=True)
class Map:
    """What the template draws. `ground` is one path of dots; `overseas` names the towns that are not on it."""

    ground: str
    marks: tuple[Mark, ...]
    overseas: tuple[str, ...]
    width: int = WIDTH
    height: int = HEIGHT


def point(latitude: float, longitude: float) -> tuple[int, int] | None:
    """Where a place is on the map; None outside metropolitan France."""
    if not (WEST <= longitude <= EAST and SOUTH <= latitude <= NORTH):
        return None
    return round((longitude - WEST) * SCALE), round((NORTH - latitude) * SCALE * STRETCH)


def dots(places: Iterable[tuple[float, float]]) -> str:
    """One SVG path with a dot a place."""
    found = sorted({at for place in places if (at := point(*place)) is not None})
    return "".join(f"M{x} {y}h0" for x, y in found)


def marks(spots: Iterable[Spot]) -> tuple[tuple[Mark, ...], tuple[str, ...]]:
    """The marks of the towns on the map, the least proven first (the others lie over them), and the towns that are elsewhere."""
    towns: dict[tuple[int, int, str], list[Level]] = {}
    elsewhere: dict[str, None] = {}
    for spot in spots:
        known = spot.latitude is not None and spot.longitude is not None
        at = point(spot.latitude, spot.longitude) if known else None  # type: ignore[arg-type]
        if at is None:
            elsewhere[spot.town_name] = None
        else:
            towns.setdefault((*at, spot.town_name), []).append(spot.level)
    found = [
        Mark(x, y, name, len(levels), max(levels, key=lambda level: level.rank))
        for (x, y, name), levels in towns.items()
    ]
    return tuple(sorted(found, key=lambda mark: (mark.best.rank, mark.name))), tuple(elsewhere)


class Ground:
    """The path of the larger towns, read once an hour: communes change once a year."""

    kept: ClassVar[tuple[float, str] | None] = None

    @classmethod
    async def path(cls, reads: Reads) -> str:
        if cls.kept is None or monotonic() - cls.kept[0] > HOUR:
            cls.kept = monotonic(), await _ground(reads)
        return cls.kept[1]


async def map_of(reads: Reads, spots: Iterable[Spot]) -> Map:
    """The map of some references; without any, an empty one."""
    found, elsewhere = marks(spots)
    return Map(await Ground.path(reads) if found else "", found, elsewhere)


async def _ground(reads: Reads) -> str:
    rows = await reads.execute(
        select(Commune.latitude, Commune.longitude).where(
            Commune.population >= LARGER, Commune.latitude.is_not(None), Commune.longitude.is_not(None)
        )
    )
    return dots(
        (latitude, longitude)
        for latitude, longitude in rows
        if latitude is not None and longitude is not None
    )
