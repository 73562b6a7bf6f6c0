"""What the towns like one of them do: their published deployments, and the open pools it may join."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from catalog.evidence.references import Placed, references_at, towns_with_references
from catalog.solutions.models import Maturity, Solution
from marketplace.accounts.models import Organisation
from marketplace.actor import Actor, OrganisationKind
from marketplace.db import ReadSession, Session
from procurement.pools.models import Pool
from procurement.pools.queries import public_pools
from search.twins.queries import FARTHEST, Twin, profiles, twins_of
from search.twins.similarity import Profile, comparable, ratio, similarity

Reads = ReadSession | Session

ALIKE = 0.6
"""From this likeness on, a town's deployments are listed as those of « a town like mine »."""
CLOSEST = 10


@dataclass(frozen=True, slots=True)
class Deployment:
    """One published reference of a town. `stopped`: the service is no longer offered; `ended`: it ended there."""

    placed: Placed
    stopped: bool

    @property
    def ended(self) -> bool:
        return self.placed.reference.ended_on is not None


@dataclass(frozen=True, slots=True)
class Doer:
    """A town that resembles the one asked about, with what it runs."""

    twin: Twin
    deployments: tuple[Deployment, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenPool:
    """A pool that can be joined now. `twin`: when a town like the one asked about coordinates it."""

    pool: Pool
    twin: Twin | None


@dataclass(frozen=True, slots=True)
class Doing:
    """Everything about one town's twins. `total`: how many towns like it have a deployment, of which `doers` are a page."""

    profile: Profile
    closest: list[Twin]
    doers: list[Doer]
    total: int
    pools: list[OpenPool] = field(default_factory=list)

    @property
    def comparable(self) -> bool:
        """Whether the town can be compared with any."""
        return comparable(self.profile, self.profile)


async def doing(
    reads: Reads, profile: Profile, on: date, *, domain: str = "", limit: int | None = None, offset: int = 0
) -> Doing:
    """What the towns like `profile` do, the closest first; of one domain."""
    alike = await like(reads, profile, domain=domain)
    closest = await twins_of(reads, profile.code, limit=CLOSEST)
    shown = alike[offset:][:limit]
    return Doing(
        profile=profile, closest=closest, doers=await _with_deployments(reads, shown, on, domain), total=len(alike),
        pools=await _pools(reads, profile, domain),
    )  # fmt: skip


async def like(reads: Reads, profile: Profile, *, domain: str = "") -> list[Twin]:
    """The towns that resemble `profile` and have a published reference, the closest first; of one domain."""
    if not comparable(profile, profile):
        return []
    cited = await towns_with_references(reads, domain=domain)
    known = await profiles(reads, {code for insee, siren, _ in cited if (code := insee or siren)})
    others = {other.code: other for other in known.values() if _near(profile, other)}
    found = [Twin(other, similarity(profile, other)) for other in others.values()]
    return sorted(
        (twin for twin in found if twin.likeness.value >= ALIKE), key=lambda twin: (-twin.likeness.value, twin.profile.code)
    )  # fmt: skip


async def most_cited(reads: Reads, *, limit: int = 6) -> list[Profile]:
    """The towns that published references cite most: somewhere to begin."""
    cited = [code for insee, siren, _ in await towns_with_references(reads) if (code := insee or siren)]
    known = await profiles(reads, cited[:limit])
    return [known[code] for code in cited[:limit] if code in known]


async def code_of(reads: Reads, by: Actor) -> str | None:
    """INSEE, else SIREN, of the town that `by` acts for; None for anybody else."""
    if by.kind is not OrganisationKind.TOWN:
        return None
    code: str | None = await reads.scalar(
        select(func.coalesce(Organisation.insee, Organisation.siren)).where(
            Organisation.id == by.organisation_id
        )
    )
    return code


def _near(profile: Profile, other: Profile) -> bool:
    """Whether `other` may be a twin: another town of the same kind, not five times larger or smaller."""
    return (
        other.code != profile.code
        and comparable(profile, other)
        and ratio(profile.population or 0, other.population or 0) * FARTHEST >= 1
    )


async def _with_deployments(reads: Reads, twins: Sequence[Twin], on: date, domain: str) -> list[Doer]:
    insees = [twin.profile.code for twin in twins if len(twin.profile.code) == 5]
    sirens = [twin.profile.siren for twin in twins if twin.profile.siren]
    placed = await references_at(reads, on, insees=insees, sirens=sirens, domain=domain)
    stopped = await _stopped(reads, {one.solution_id for one in placed})
    by_code: dict[str, list[Deployment]] = defaultdict(list)
    for one in placed:
        code = one.reference.insee or one.reference.siren or ""
        by_code[code].append(Deployment(one, one.solution_id in stopped))
    return [Doer(twin, tuple(_of(twin.profile, by_code))) for twin in twins]


def _of(profile: Profile, by_code: dict[str, list[Deployment]]) -> list[Deployment]:
    found = list(by_code.get(profile.code, ()))
    if profile.siren and profile.siren != profile.code:
        found += by_code.get(profile.siren, ())
    return found


async def _stopped(reads: Reads, solution_ids: set[UUID]) -> set[UUID]:
    query = select(Solution.id).where(Solution.id.in_(solution_ids), Solution.maturity == Maturity.STOPPED)
    return set(await reads.scalars(query))


async def _pools(reads: Reads, profile: Profile, domain: str) -> list[OpenPool]:
    """The pools that can be joined, those that a twin coordinates first, then the soonest to close."""
    pools = await public_pools(reads, domain=domain or None)
    codes = {code for pool in pools if (code := pool.coordinator.insee or pool.coordinator.siren)}
    known = await profiles(reads, codes)
    found = []
    for pool in pools:
        other = known.get(pool.coordinator.insee or pool.coordinator.siren or "")
        likeness = similarity(profile, other) if other and _near(profile, other) else None
        twin = Twin(other, likeness) if other and likeness and likeness.value >= ALIKE else None
        found.append(OpenPool(pool, twin))
    return sorted(found, key=lambda one: one.twin is None)
