"""Pages open to all: « Mon besoin », the directory and its search. One sheet is in `catalog/directory`."""

from decimal import Decimal
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromQuery, QueryParameter
from pydantic_core import PydanticCustomError

from catalog.directory.queries import names
from catalog.solutions import queries as directory
from catalog.solutions.models import MATURITY_NAMES
from catalog.taxonomy import domains
from marketplace.errors import Invalid
from marketplace.web import i18n
from marketplace.web.pages import page
from marketplace.web.pagination import Pages
from marketplace.web.transaction import By, Reads
from marketplace.web.typed import typed_number
from marketplace.words import N_
from procurement.compass.compass import PROCEDURE_NAMES
from search import home
from search.engines import SearchQuery

Typed = Annotated[str, QueryParameter(max_length=5000)]
PER_PAGE = 20


@get("/")
async def need_page(
    request: Request[Any, Any, Any], reads: Reads, state: State, by: By, besoin: Typed = "", ville: Typed = "", quantite: Typed = "",
    annees: Annotated[str, QueryParameter(max_length=4)] = "1",
) -> Response[str]:  # fmt: skip
    quantity, wrong_quantity = _quantity(quantite)
    years = int(annees) if annees in {"1", "2", "3", "4"} else 1
    answer = None
    if besoin.strip():
        answer = await home.answer(reads, state.search, home.Asked(besoin, ville, quantity, years))
    return page(
        request, "search/home.html", besoin=besoin, ville=ville or (by.organisation_name if by.kind == "town" else ""),
        quantite=quantite, annees=str(years), wrong_quantity=wrong_quantity, answer=answer, domains=domains(),
        procedures=PROCEDURE_NAMES, maturities=MATURITY_NAMES, count=await directory.count_published(reads),
    )  # fmt: skip


@get("/solutions")
async def search_page(
    request: Request[Any, Any, Any],
    reads: Reads,
    state: State,
    q: Typed = "",
    domaine: FromQuery[list[str] | None] = None,
    maturite: FromQuery[list[str] | None] = None,
    prix: FromQuery[str] = "",
    fiche: Annotated[list[str] | None, QueryParameter(max_items=40)] = None,
    page_number: Annotated[int, QueryParameter(name="page", ge=1, le=10_000)] = 1,
) -> Response[str]:
    asked = SearchQuery(
        text=q,
        domains=tuple(domaine or ()),
        maturities=tuple(maturite or ()),
        priced=bool(prix),
        page=page_number,
        per_page=PER_PAGE,
    )
    found = await state.search.search(reads, asked)
    return page(
        request, "search/results.html", asked=asked, found=found, pages=Pages(page_number, PER_PAGE, found.total), domains=domains(),
        maturities=MATURITY_NAMES, chosen=await names(reads, list(dict.fromkeys(fiche or []))),
    )  # fmt: skip


def _quantity(typed: str) -> tuple[Decimal | None, str]:
    """A typed quantity, or what is wrong with it."""
    if not typed.strip():
        return None, ""
    try:
        found: Decimal = typed_number(typed)
    except (PydanticCustomError, Invalid):
        return None, i18n.translate(N_("Écrivez un nombre en chiffres, par exemple 18."))
    return found, ""


HANDLERS = [need_page, search_page]
