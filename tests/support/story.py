"""A pool brought to a given phase, through the API, for tests that begin there."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.support.curating import publish
from tests.support.world import Caller, World

DOMAIN, UNIT = "eclairage-public", "light_point"
GRIDS = (
    ("Quinquet Systèmes", [(0, 21000), (150, 19000), (250, 17200)]),
    ("Lucivoie", [(0, 23000), (100, 20500), (300, 18000)]),
    ("Veillelune", [(0, 22500), (200, 19800)]),
    ("Mât et Maille", [(0, 25000), (120, 21000)]),
)
"""Four startups and their published prices: cents HT a light point, by volume."""


@dataclass
class Story:
    """Who takes part, and the pool's path."""

    world: World
    towns: list[Caller]
    sellers: list[Caller]
    pool: dict[str, Any]

    @property
    def path(self) -> str:
        return f"/pools/{self.pool['id']}"

    @property
    def coordinator(self) -> Caller:
        return self.towns[0]

    @property
    def line(self) -> str:
        return str(self.pool["lines"][0]["id"])

    async def fresh(self) -> dict[str, Any]:
        self.pool = await self.coordinator.read(self.path)
        return self.pool


async def sheet(
    world: World,
    seller: Caller,
    curator: Caller,
    steps: list[tuple[int, int]],
    name: str = "Kit de télégestion",
) -> str:
    """A published sheet of a startup, priced by light point. Returns its slug."""
    drafted = await seller.did(
        "/my/solutions",
        {
            "name": f"{name} {seller.organisation.name if seller.organisation else ''}",
            "summary": "Télégestion des points lumineux.",
            "description": "Un module par point lumineux, un tableau de bord, des alertes.",
            "domains": [DOMAIN],
            "maturity": "established",
            "prices": [
                {
                    "label": "Module posé", "unit": UNIT, "basis": "one_off", "vat_rate": "20.0",
                    "steps": [{"from": str(start), "unit_price_cents": cents} for start, cents in steps],
                }
            ],
        },
    )  # fmt: skip
    await seller.did(f"/my/solutions/{drafted['id']}/submission")
    await publish(curator, drafted["id"])
    await world.work()
    return str(drafted["slug"])


async def market(world: World, *, sellers: int = 4) -> list[Caller]:
    """Startups with published grids."""
    from marketplace.actor import OrganisationKind, Role

    curator = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    found = []
    for name, steps in GRIDS[:sellers]:
        seller = await world.startup(name)
        await sheet(world, seller, curator, steps)
        found.append(seller)
    return found


async def opened(
    world: World, *, towns: int = 3, sellers: int = 4, line: dict[str, Any] | None = None, **changes: Any
) -> Story:
    """A draft pool of real towns, with a market."""
    callers = await world.towns(towns)
    found = await market(world, sellers=sellers)
    need = await callers[0].did(
        "/needs", {"text": "Piloter l’éclairage public", "domain": DOMAIN, "unit": UNIT}
    )
    today = await world.today()
    body = {
        "need_id": need["id"],
        "title": "Télégestion de l’éclairage",
        "nature": "supplies",
        "alone": towns == 1,
        "census_ends_on": str(today + timedelta(days=20)),
        "commitment_ends_on": str(today + timedelta(days=80)),
        "lines": [{"label": "Point lumineux", "unit": UNIT} | (line or {})],
    } | changes
    pool = await callers[0].did("/pools", body)
    story = Story(world, callers, found, pool)
    await story.fresh()
    return story


async def in_census(world: World, *, towns: int = 3, **changes: Any) -> Story:
    story = await opened(world, towns=towns, **changes)
    if towns > 1:
        await story.coordinator.did(f"{story.path}/interest-call")
        codes = [town.organisation.insee for town in story.towns[1:] if town.organisation]
        await story.coordinator.did(f"{story.path}/invitations", {"towns": codes})
        for town in story.towns[1:]:
            await town.did(f"{story.path}/membership")
    await story.coordinator.did(f"{story.path}/census")
    await story.fresh()
    return story


async def declared(world: World, quantities: list[tuple[str, str]], **changes: Any) -> Story:
    """Towns with (firm, tolerance) each, in the census."""
    story = await in_census(world, towns=len(quantities), **changes)
    for town, (firm, tolerance) in zip(story.towns, quantities, strict=True):
        need = {"line_id": story.line, "firm": firm, "tolerance": tolerance}
        await town.did(f"{story.path}/membership/needs", {"needs": [need]}, method="put")
    return story


async def in_commitment(world: World, quantities: list[tuple[str, str]], **changes: Any) -> Story:
    story = await declared(world, quantities, **changes)
    await story.coordinator.did(f"{story.path}/census/closure")
    await world.work()
    for town in story.towns:
        await town.did(f"{story.path}/membership/confirmation")
    await story.coordinator.did(f"{story.path}/commitment")
    await world.work()
    return story


async def sign_all(story: Story, towns: list[Caller] | None = None) -> None:
    today = await story.world.today()
    agreement = await story.coordinator.read(f"{story.path}/agreement")
    for i, town in enumerate(towns if towns is not None else story.towns):
        vote = {
            "number": f"2026-{i:03d}",
            "voted_on": str(today - timedelta(days=3)),
            "transmitted_on": str(today - timedelta(days=2)),
        }
        await town.did(f"{story.path}/membership/deliberation", vote)
        signature = {
            "sha256": agreement["sha256"],
            "signatory_name": "Signataire",
            "signatory_title": "Maire",
            "signed_on": str(today),
        }
        await town.did(f"{story.path}/membership/signature", signature)


async def frozen(world: World, quantities: list[tuple[str, str]], **changes: Any) -> Story:
    story = await in_commitment(world, quantities, **changes)
    if len(quantities) > 1:
        await sign_all(story)
    await story.coordinator.did(f"{story.path}/freeze")
    await story.fresh()
    return story


async def consulting(world: World, quantities: list[tuple[str, str]], **changes: Any) -> tuple[Story, str]:
    """A published consultation, open to sealed offers. Returns its id too."""
    story = await frozen(world, quantities, **changes)
    due = str(await world.today() + timedelta(days=21))
    consultation = await story.coordinator.did(f"{story.path}/consultation", {"quotes_due_on": due})
    await world.work()
    return story, consultation["id"]


def offer(line: str, steps: list[tuple[int, int]], **changes: Any) -> dict[str, Any]:
    """An offer for one line: (from, cents) by volume."""
    tiers = {"mode": "all_units", "steps": [{"from": str(s), "unit_price_cents": c} for s, c in steps]}
    return {
        "lines": [{"line_id": line, "tiers": tiers}],
        "delivery_weeks": 8,
        "quality": "Garantie dix ans.",
        "environment": "Matériel réparable.",
    } | changes


async def analysed(world: World, quantities: list[tuple[str, str]], **changes: Any) -> Story:
    """All sellers quoted their published grid; offers are opened, consolidated and scored."""
    story, consultation = await consulting(world, quantities, **changes)
    for seller, (_, steps) in zip(story.sellers, GRIDS, strict=False):
        await seller.did(f"/consultations/{consultation}/quotes", offer(story.line, steps))
    await world.advance(22)
    compared = await story.coordinator.read(f"{story.path}/comparison")
    scores = {o["quote_id"]: {"quality": "20", "environment": "10"} for o in compared["offers"]}
    await story.coordinator.did(f"{story.path}/evaluation", {"scores": scores}, method="put", If_Match="0")
    return story


async def awarded(world: World, quantities: list[tuple[str, str]], **changes: Any) -> Story:
    story = await analysed(world, quantities, **changes)
    await story.coordinator.did(f"{story.path}/award", {"reasons": "Première au classement."})
    await story.coordinator.did(f"{story.path}/award/notification")
    return story


async def ordered(world: World, quantities: list[tuple[str, str]], **changes: Any) -> Story:
    story = await awarded(world, quantities, **changes)
    await world.work()
    return story
