"""`/espace-entreprise/pourquoi`: a need tried on one's own sheets; without one, what towns' real questions met of them."""

from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromQuery

from catalog.taxonomy import domains
from marketplace import clock
from marketplace.actor import Role
from marketplace.territories.queries import Town, typed_town
from marketplace.units import UNITS
from marketplace.web.pages import page
from marketplace.web.transaction import By, Reads
from search.matching.answering import MOST
from search.matching.musts import MUSTS
from search.matching.pages import NEED, NeedOf, tenths
from search.matching.ranking import MOST_EXCLUDED
from search.matching.weights import SIGNAL_NAMES
from search.matching.wording import sentence, words
from search.own_sheet import queries
from search.own_sheet.mending import WHERE_NAMES, Beside, Where, mend_of, where_told
from search.own_sheet.trying import Tried, try_need

ADDRESS = "/espace-entreprise/pourquoi"
_BESIDE = {
    Beside.CAPACITY: "/espace-entreprise/profil/capacite",
    Beside.CERTIFICATES: "/espace-entreprise/candidature",
}


@get(ADDRESS, dependencies=NEED)
async def why_page(
    request: Request[Any, Any, Any],
    reads: Reads,
    state: State,
    by: By,
    typed: NeedOf,
    fiche: FromQuery[str] = "",
) -> Response[str]:
    mine = await queries.published(reads, by)
    chosen = next((sheet for sheet in mine if str(sheet.id) == fiche), None)
    tried: Tried | None = None
    town, towns = None, list[Town]()
    if typed.need and mine:
        town, towns = await typed_town(reads, typed.town)
        question = typed.question(town, clock.paris_day(await clock.now(reads)))
        tried = await try_need(reads, state.search, question, [chosen] if chosen else mine)
    asked = tried is not None
    return page(
        request, "own_sheet/why.html", typed=typed, tried=tried, mine=mine, chosen=chosen, town=town, towns=towns,
        met={} if asked else await queries.met(reads), period=None if asked else await queries.period(reads), bands=queries.BANDS,
        reasons=queries.REASONS, units=UNITS, musts=MUSTS, domains=domains(), signals=SIGNAL_NAMES, sentence=sentence, words=words,
        tenths=tenths, mend_of=mend_of, where_told=where_told, where_names=WHERE_NAMES, place_of=place_of, most=MOST, named=MOST_EXCLUDED,
        may_edit=bool(by.roles & {Role.EDITOR, Role.ADMIN}), address_of_page=ADDRESS,
    )  # fmt: skip


def place_of(where: Where, sheet_id: object) -> str:
    """The address where a thing is told."""
    if where is Beside.PROOFS:
        return f"/espace-entreprise/fiches/{sheet_id}/preuves"
    return _BESIDE[where] if isinstance(where, Beside) else f"/espace-entreprise/fiches/{sheet_id}/{where}"


HANDLERS = [why_page]
