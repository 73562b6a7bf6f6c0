"""Two purchases under way in a new demo, made by the same verbs as everybody's: one in its census, one calling for towns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import func, select

from marketplace import clock
from marketplace.accounts import registration
from marketplace.actor import SYSTEM, Actor, OrganisationKind, Role
from marketplace.db import Database
from marketplace.ids import OrganisationId, PoolId
from marketplace.launch.instance import worker_database
from marketplace.settings import Settings, needed
from procurement.compass import Nature
from procurement.needs.schemas import NewNeed
from procurement.needs.stating import state_need
from procurement.pools import census, joining, opening
from procurement.pools.models import Pool
from procurement.pools.schemas import NeedLineIn, NewLine, NewPool


@dataclass(frozen=True, slots=True)
class DemoPool:
    """`declared`: (INSEE, firm, tolerance) of the towns that have answered; the first coordinates. `invited` have not."""

    need: str
    domain: str
    unit: str
    title: str
    line: str
    nature: Nature
    declared: Sequence[tuple[str, int, int]]
    invited: Sequence[str]
    in_census: bool

    @property
    def towns(self) -> Sequence[str]:
        """Every town concerned, the coordinator first."""
        return [*(code for code, _, _ in self.declared), *self.invited]


POOLS = (
    DemoPool(
        need="Connaître et piloter nos lampadaires à distance, rue par rue, pour baisser la consommation",
        domain="eclairage-public", unit="light_point", title="Télégestion de l’éclairage public",
        line="Point lumineux équipé et mis en service", nature=Nature.SUPPLIES,
        declared=[("18279", 60, 20), ("18197", 45, 5), ("18205", 30, 0), ("18141", 24, 6)], invited=["18033", "18206"],
        in_census=True,
    ),
    DemoPool(
        need="Suivre le remplissage des conteneurs pour ne plus faire de tournées à vide",
        domain="dechets-proprete", unit="container", title="Capteurs de remplissage des points d’apport volontaire",
        line="Conteneur équipé d’un capteur", nature=Nature.SUPPLIES,
        declared=[("18033", 140, 20)], invited=["18279", "18015"], in_census=False,
    ),
)  # fmt: skip
CENSUS, COUNCILS = timedelta(days=25), timedelta(days=95)


async def open_demo_pools(settings: Settings) -> None:
    """Open `POOLS` in a database that has none. Towns are real, their quantities are fictional."""
    async with worker_database(settings) as registry:
        async with registry.reading(SYSTEM) as reads:
            if await reads.scalar(select(func.count()).select_from(Pool)):
                return
        agents = {code: await agent_of(registry, code) for demo in POOLS for code in demo.towns}
    database = Database(needed(settings.database.url, "DATABASE_URL"))
    try:
        for demo in POOLS:
            await _open(database, demo, agents)
    finally:
        await database.close()


async def _open(database: Database, demo: DemoPool, agents: Mapping[str, Actor]) -> None:
    coordinator = agents[demo.towns[0]]
    async with database.transaction(coordinator) as session:
        now = await clock.now(session)
        stated = NewNeed(text=demo.need, domain=demo.domain, unit=demo.unit)
        need = await state_need(session, stated, by=coordinator, now=now)
        new = NewPool(
            need_id=need.id, title=demo.title, nature=demo.nature, lines=[NewLine(label=demo.line, unit=demo.unit)],
            census_ends_on=clock.paris_day(now + CENSUS), commitment_ends_on=clock.paris_day(now + COUNCILS),
        )  # fmt: skip
        pool = await opening.open_pool(session, new, by=coordinator, now=now)
        pool_id, line_id = PoolId(pool.id), pool.lines[0].id
        await census.call(session, pool_id, by=coordinator, now=now)
        await joining.invite(session, pool_id, demo.towns[1:], by=coordinator, now=now)
    for code, firm, tolerance in demo.declared:
        town = agents[code]
        async with database.transaction(town) as session:
            if town is not coordinator:
                await joining.join(session, pool_id, by=town, now=now)
            line = NeedLineIn(line_id=line_id, firm=Decimal(firm), tolerance=Decimal(tolerance))
            await joining.declare(session, pool_id, [line], version=None, by=town, now=now)
    if demo.in_census:
        async with database.transaction(coordinator) as session:
            await census.launch(session, pool_id, by=coordinator, now=now)


async def agent_of(registry: Database, code: str) -> Actor:
    """Somebody who acts for a real town of the demo; nobody can sign in as them."""
    async with registry.transaction(SYSTEM) as session:
        town = await registration.register_town(session, code)
        return Actor(
            organisation_id=OrganisationId(town.id), kind=OrganisationKind.TOWN, roles=frozenset({Role.AGENT}),
            channel="session", name="Démonstration", organisation_name=town.name,
        )  # fmt: skip
