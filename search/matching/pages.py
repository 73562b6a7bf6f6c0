"""« Mon besoin », open to all: the first page; and the page that publishes how answers are ordered."""

from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter

from catalog.directory.asked import own_town
from catalog.evidence.levels import LEVEL_NAMES
from catalog.solutions import queries as directory
from catalog.solutions.models import MATURITY_NAMES
from catalog.taxonomy import domains
from marketplace import clock
from marketplace.money import shares
from marketplace.territories.queries import Town, typed_town
from marketplace.units import UNITS
from marketplace.web.pages import page
from marketplace.web.transaction import By, Reads, Writes
from procurement.needs import queries as needs
from procurement.pools import queries as pools
from procurement.pools.models import Pool
from search.finding.pages import Typed as Words
from search.matching import home, keeping, newcomers
from search.matching.answering import MOST, Answer, answer
from search.matching.costing import outward
from search.matching.deployments import MOST_TOWNS, NEAR
from search.matching.filters import FILTER_NAMES, FILTER_RULES, Filter
from search.matching.musts import MUSTS, RGAA_LEAST, unanswered
from search.matching.ranking import Match
from search.matching.reading import FULL, WORTH
from search.matching.scoring import WAITING
from search.matching.telling import matches_out
from search.matching.ways import STANDING_NAMES, WAY_NAMES, Standing
from search.matching.weights import SIGNAL_NAMES, Signal, default, of_domains
from search.matching.wording import sentence, words
from search.twins.wording import said as reason

SHOWN = 6
MORE = 20
TOWNS = 3
MARKS = {
    Standing.ADVISED: "now",
    Standing.POSSIBLE: "done",
    Standing.TO_CHECK: "now",
    Standing.TOO_HIGH: "stop",
}
"""The drawing of each standing; the others have not begun."""
Short = Annotated[str, QueryParameter(max_length=200)]


async def typed_need(
    besoin: Words = "", ville: Words = "", quantite: Words = "", annees: Annotated[str, QueryParameter(max_length=4)] = "1", unite: Short = "",
    domaine: Short = "", budget: Short = "", pret_le: Short = "", condition: Annotated[list[str] | None, QueryParameter(max_items=40)] = None,
) -> home.Typed:  # fmt: skip
    return home.typed(
        need=besoin, town=ville, quantity=quantite, years=annees, unit=unite, domain=domaine, budget=budget, ready_on=pret_le,
        conditions=condition or [],
    )  # fmt: skip


NEED = {"typed": Provide(typed_need)}
NeedOf = NamedDependency[home.Typed]
"""A handler's `typed`, with `dependencies=NEED`."""


@get("/", dependencies=NEED)
async def need_page(
    request: Request[Any, Any, Any], session: Writes, state: State, by: By, typed: NeedOf, tout: Short = ""
) -> Response[str]:
    if "ville" not in request.query_params and (mine := await own_town(session, by)):
        typed = replace(typed, town=f"{mine.name} ({mine.code})")
    found: Answer | None = None
    log_id, towns, open_pools, waits = None, list[Town](), list[Pool](), False
    if typed.need:
        town, towns = await typed_town(session, typed.town)
        question = typed.question(town, clock.paris_day(await clock.now(session)))
        kept = by.organisation_id is not None  # a visitor's reading leaves no trace
        found = await answer(session, state.search, question, limit=MORE if tout or kept else SHOWN)
        open_pools = await pools.public_pools(session, domain=found.domain) if found.domain else []
        waits = await needs.already_waits(session, by, domain=found.domain, unit=found.unit, now=found.now)
        if kept:  # whole, so that a record of it explains as many sheets as a program is told
            log_id = keeping.keep(session, found, matches_out(found), by=by).id
        if not tout:
            found = replace(found, ranking=replace(found.ranking, matches=found.ranking.matches[:SHOWN]))
    return page(
        request, "matching/home.html", typed=typed, found=found, towns=towns, pools=open_pools, waits=waits, log_id=log_id, domains=domains(),
        units=UNITS, musts=MUSTS, levels=LEVEL_NAMES, maturities=MATURITY_NAMES, signals=SIGNAL_NAMES, filters=FILTER_NAMES,
        way_names=WAY_NAMES, standing_names=STANDING_NAMES, marks=MARKS, sentence=sentence, words=words, reason=reason,
        tenths=tenths, outward=outward, twins=found.twins[:TOWNS] if found else [], twin_cost=_twin_cost(found), untold=_untold(found),
        more=bool(tout), most=MOST,
        count=await directory.count_published(session) if found is None else 0,
    )  # fmt: skip


def tenths(match: Match) -> tuple[int, dict[Signal, int]]:
    """A score and its parts in whole tenths of a point, by largest remainder: what is shown adds up, as what is computed does."""
    total = round(match.score / 100)
    parts = {one.signal: one.points for one in match.contributions}
    if not match.score:
        return 0, dict.fromkeys(parts, 0)
    return total, shares(total, parts, list(parts))


def _untold(found: Answer | None) -> bool:
    """Whether a sheet is left out because it does not answer a condition."""
    return found is not None and any(unanswered(one.refusal.why) for one in found.ranking.excluded)


def _twin_cost(found: Answer | None) -> bool:
    """Whether any twin town that is shown has a cost."""
    return found is not None and any(run.cost for town in found.twins[:TOWNS] for run in town.runs)


@get("/comment-nous-classons")
async def ranking_page(request: Request[Any, Any, Any], reads: Reads) -> Response[str]:
    del reads
    return page(
        request, "matching/ranking.html", default=default(), of_domains=of_domains(), domains=domains(), signals=SIGNAL_NAMES,
        filters=[(FILTER_NAMES[one], FILTER_RULES[one]) for one in Filter], musts=list(MUSTS.values()), rules=newcomers,
        worth=[(LEVEL_NAMES[level], value) for level, value in WORTH.items()], most_towns=MOST_TOWNS,
        near=NEAR, rgaa=RGAA_LEAST, most=MOST, waiting=[(least, Decimal(worth) / FULL) for least, worth in WAITING.items()],
    )  # fmt: skip


HANDLERS = [need_page, ranking_page]
