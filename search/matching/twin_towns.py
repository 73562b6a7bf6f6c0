"""Who already does it among towns like the asker's, and what published prices would ask of each: ranges over three grids at least.

No price of one supplier is tied to a town: a range is over every grid of the domain for the unit, and is marked indicative.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from catalog.evidence.levels import Level
from catalog.solutions.queries import PublishedGrid
from search.facts.shape import Deployment, Facts, best
from search.matching.deployments import NEAR
from search.matching.ways import Value, units_of, value_of
from search.twins.similarity import Likeness, Profile, similarity

MOST, MOST_RUNS = 6, 3


@dataclass(frozen=True, slots=True)
class Run:
    """One sheet that the town runs. `cost`: what the domain's grids ask for the town's quantity, told once a town; None when fewer
    than three do.
    """

    slug: str
    name: str
    level: Level
    since: date
    quantity: Decimal | None
    unit: str | None
    cost: Value | None


@dataclass(frozen=True, slots=True)
class TwinTown:
    profile: Profile
    likeness: Likeness
    runs: tuple[Run, ...]


def twin_towns(
    sheets: Iterable[Facts], alike: Mapping[str, float], profiles: Mapping[str, Profile], grids: Sequence[PublishedGrid], *, me: str, on: date
) -> list[TwinTown]:  # fmt: skip
    """The towns like the asker's (`me`, by code) that run one of `sheets`, the most alike first; each with what it runs."""
    found: dict[str, list[tuple[Facts, Deployment, Level]]] = {}
    for facts in sheets:
        for one in facts.deployments:
            if alike.get(one.code, 0.0) < NEAR or profiles[one.code].code == me:
                continue
            if one.ended_on is None or one.ended_on >= on:
                proof = best(one.proofs, on)
                found.setdefault(one.code, []).append((facts, one, proof.level if proof else Level.DECLARED))
    by_unit = units_of(grids)
    order = sorted(found, key=lambda code: (-alike[code], profiles[code].name, code))
    return [
        TwinTown(profiles[code], similarity(profiles[me], profiles[code]), _runs(found[code], by_unit))
        for code in order[:MOST]
    ]  # fmt: skip


def _runs(found: list[tuple[Facts, Deployment, Level]], grids: Mapping[str, Sequence[PublishedGrid]]) -> tuple[Run, ...]:  # fmt: skip
    """The best proven first; those beyond `MOST_RUNS` are not told. The first that says how much gets its cost."""
    first = sorted(found, key=lambda run: (-run[2].rank, run[0].name, run[0].slug))[:MOST_RUNS]
    priced = next((one for _, one, _ in first if one.unit and one.quantity), None)
    return tuple(
        Run(
            facts.slug, facts.name, level, one.started_on, one.quantity, one.unit,
            value_of(one.unit, grids.get(one.unit or "", ()), one.quantity) if one is priced else None,
        )
        for facts, one, level in first
    )  # fmt: skip
