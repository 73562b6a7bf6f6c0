"""The demo's sheets of five domains, with their startups."""

from datetime import UTC, datetime

from catalog.opendata import importing
from marketplace.accounts import registration
from marketplace.actor import SYSTEM, OrganisationKind
from marketplace.demo import people
from marketplace.tabular import SourceRow
from search.engines.postgres import PostgresEngine
from search.index.refreshing import reindex
from tests.support.world import World

SOLD = {"eclairage-public", "energie-batiments", "dechets-proprete", "stationnement", "mobilite"}
RECORDS = [record for record in people.records() if SOLD & set(record["domains"])]


async def sold(world: World) -> World:
    """Register the startups, publish their sheets, index them."""
    async with world.as_worker.transaction(SYSTEM) as session:
        for number, name in enumerate(sorted({record["supplier"] for record in RECORDS}), 1):
            await registration.register_organisation(
                session, kind=OrganisationKind.STARTUP, name=name, siren=people.fictional_siren(number), fictional=True
            )  # fmt: skip
    rows = [SourceRow(record["id"], record) for record in RECORDS]
    await importing.load(world.as_worker, rows, now=datetime(2026, 11, 24, tzinfo=UTC))
    await indexed(world)
    return world


async def indexed(world: World) -> None:
    async with world.as_worker.transaction(SYSTEM) as session:
        await reindex(session, PostgresEngine())
