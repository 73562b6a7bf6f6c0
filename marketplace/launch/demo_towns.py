"""A need that four towns of a new demo have in common, and wait for others with: the worker makes the proposal by itself, and each is
told, in its matches, that three others at least wait.

Towns are real, their quantities are fictional, and nobody else reads them.
"""

from decimal import Decimal

from sqlalchemy import func, select

from marketplace import clock
from marketplace.actor import SYSTEM
from marketplace.db import Database
from marketplace.launch.demo_pools import agent_of
from marketplace.launch.instance import worker_database
from marketplace.settings import Settings, needed
from procurement.needs.models import Need
from procurement.needs.schemas import NewNeed
from procurement.needs.stating import state_need

NEED = "Relever les compteurs d’eau à distance et repérer les fuites plus tôt"
METERS = {"18279": 11_400, "18033": 24_800, "18197": 6_100, "18205": 4_200}


async def fill_demo_towns(settings: Settings) -> None:
    """State the needs, in a database in which nobody waits for others yet."""
    async with worker_database(settings) as registry:
        async with registry.reading(SYSTEM) as reads:
            if await reads.scalar(select(func.count()).where(Need.alike_until.is_not(None))):
                return
        agents = {code: await agent_of(registry, code) for code in METERS}
    database = Database(needed(settings.database.url, "DATABASE_URL"))
    try:
        for code, agent in agents.items():
            async with database.transaction(agent) as session:
                now = await clock.now(session)
                need = NewNeed(
                    text=NEED, domain="eau-assainissement", unit="meter", quantity=Decimal(METERS[code]), years=4, alike=True
                )  # fmt: skip
                await state_need(session, need, by=agent, now=now)
    finally:
        await database.close()
