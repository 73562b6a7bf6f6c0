"""The first screen's answers: solutions, pools to join, indicative prices and the way to buy, from a need in plain words."""

from dataclasses import dataclass
from decimal import Decimal

from catalog.solutions import queries as directory
from catalog.taxonomy import domains
from marketplace import clock
from marketplace.db import ReadSession
from marketplace.money import Cents, rounded
from marketplace.territories.queries import Town, typed_town
from marketplace.units import UNITS
from procurement import compass
from procurement.compass import Nature
from procurement.pools import plans
from procurement.pools import queries as pools
from procurement.pools.models import Pool
from search.engines import SearchEngine, SearchPage, SearchQuery
from search.language.terms import hinted_domains


@dataclass(frozen=True, slots=True)
class Asked:
    """What a visitor typed."""

    need: str
    town: str
    quantity: Decimal | None
    years: int


@dataclass(frozen=True, slots=True)
class Ways:
    """Buying alone: the value HT from the lowest to the highest published grid, and the procedure that it leads to."""

    unit: str
    grids: int
    unit_low: Cents
    unit_high: Cents
    low: Cents
    high: Cents
    decision: compass.Decision


@dataclass(frozen=True, slots=True)
class Answer:
    found: SearchPage
    domain: str | None
    town: Town | None
    towns: list[Town]
    pools: list[Pool]
    ways: Ways | None


async def answer(reads: ReadSession, engine: SearchEngine, asked: Asked) -> Answer:
    """Everything that the first screen shows for a need."""
    found = await engine.search(reads, SearchQuery(text=asked.need, per_page=6))
    domain = _domain(asked.need, found)
    town, towns = await typed_town(reads, asked.town)
    open_pools = await pools.public_pools(reads, domain=domain) if domain else []
    ways = await _ways(reads, domain, asked) if domain else None
    return Answer(found, domain, town, towns, open_pools, ways)


def _domain(need: str, found: SearchPage) -> str | None:
    """The domain that the words name best; else the one that the first results share most."""
    hints = hinted_domains(need)
    if hints:
        return max(hints, key=lambda domain: (hints[domain], -list(domains()).index(domain)))
    counts: dict[str, int] = {}
    for hit in found.hits:
        for domain in hit.domains[:1]:
            counts[domain] = counts.get(domain, 0) + 1
    return max(counts, key=lambda domain: counts[domain]) if counts else None


async def _ways(reads: ReadSession, domain: str, asked: Asked) -> Ways | None:
    """The unit that most published grids of the domain price, and what the town's quantity would cost alone."""
    if asked.quantity is None or asked.quantity == 0:
        return None
    grids = await directory.grids(reads, domain=domain, units=list(UNITS), years=asked.years)
    by_unit: dict[str, list[directory.PublishedGrid]] = {}
    for grid in grids:
        by_unit.setdefault(grid.unit, []).append(grid)
    unit, tables = max(by_unit.items(), key=lambda item: len(item[1]), default=(None, []))
    if unit is None or len(tables) < plans.MIN_GRIDS:
        return None
    costs = sorted(grid.tiers.cost(asked.quantity) for grid in tables)
    on = clock.paris_day(await clock.now(reads))
    decision = compass.decide_if_known(nature=Nature.SERVICES, amount_ht=costs[-1], on=on)
    if decision is None:
        return None
    each = [rounded(Decimal(int(cost)) / asked.quantity) for cost in (costs[0], costs[-1])]
    return Ways(unit, len(tables), each[0], each[1], costs[0], costs[-1], decision)
