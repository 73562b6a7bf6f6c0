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
from search.matching.scoring import NEAR
from search.matching.ways import Value, leading, value_of
from search.twins.similarity import Likeness, Profile

MOST = 6


@dataclass(frozen=True, slots=True)
class Run:
    """One sheet that the town runs. `cost`: what the domain's grids ask for the town's quantity; None when fewer than three do."""

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
    sheets: Iterable[Facts], likenesses: Mapping[str, Likeness], profiles: Mapping[str, Profile], grids: Sequence[PublishedGrid], *, me: str, on: date
) -> list[TwinTown]:  # fmt: skip
    """The towns like the asker's (`me`, by code) that run one of `sheets`, the most alike first."""
    found: dict[str, list[Run]] = {}
    for facts in sheets:
        for one in facts.deployments:
            likeness = likenesses.get(one.code)
            if likeness is None or likeness.value < NEAR or profiles[one.code].code == me:
                continue
            if one.ended_on is None or one.ended_on >= on:
                found.setdefault(one.code, []).append(_run(facts, one, grids, on))
    order = sorted(found, key=lambda code: (-likenesses[code].value, profiles[code].name, code))
    return [
        TwinTown(profiles[code], likenesses[code], tuple(sorted(found[code], key=lambda run: (-run.level.rank, run.name))))
        for code in order[:MOST]
    ]  # fmt: skip


def _run(facts: Facts, one: Deployment, grids: Sequence[PublishedGrid], on: date) -> Run:
    proof = best(one.proofs, on)
    cost = value_of(*leading(grids, one.unit), one.quantity) if one.unit else None
    return Run(
        facts.slug, facts.name, proof.level if proof else Level.DECLARED, one.started_on, one.quantity, one.unit, cost
    )  # fmt: skip
