"""The directory's search page. One sheet is in `catalog/directory`, « Mon besoin » in `search/matching`."""

from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromQuery, QueryParameter

from catalog.directory.queries import names
from catalog.solutions.models import MATURITY_NAMES
from catalog.taxonomy import domains
from marketplace.web.pages import page
from marketplace.web.pagination import Pages
from marketplace.web.transaction import Reads
from search.engines.documents import Feature
from search.finding.asking import FEATURE_NAMES, SORT_NAMES, SORTS_TYPED, TEXT_LIMIT, Criteria, Unknown
from search.finding.helping import help_with

Typed = Annotated[str, QueryParameter(max_length=TEXT_LIMIT)]
PER_PAGE = 20
SAID_AT_MOST = 5
"""Filters said to be unknown: an address made by hand may name thousands."""


@get("/solutions")
async def search_page(
    request: Request[Any, Any, Any],
    reads: Reads,
    state: State,
    q: Typed = "",
    domaine: FromQuery[list[str] | None] = None,
    maturite: FromQuery[list[str] | None] = None,
    prix: FromQuery[str] = "",
    critere: FromQuery[list[str] | None] = None,
    disponibles: FromQuery[str] = "",
    tri: FromQuery[str] = "",
    fiche: Annotated[list[str] | None, QueryParameter(max_items=40)] = None,
    page_number: Annotated[int, QueryParameter(name="page", ge=1, le=10_000)] = 1,
) -> Response[str]:
    asked, unknown = typed_criteria(
        q=q, domaine=domaine, maturite=maturite, prix=prix, critere=critere, disponibles=disponibles, tri=tri
    )
    found = await state.search.search(reads, asked.query(page=page_number, per_page=PER_PAGE))
    return page(
        request, "finding/results.html", asked=asked, found=found, pages=Pages(page_number, PER_PAGE, found.total), domains=domains(),
        maturities=MATURITY_NAMES, features=FEATURE_NAMES, sorts={typed: SORT_NAMES[sort] for typed, sort in SORTS_TYPED.items()},
        sort_typed=next(typed for typed, sort in SORTS_TYPED.items() if sort is asked.sort),
        nothing=Criteria(), unknown=unknown[:SAID_AT_MOST], chosen=await names(reads, list(dict.fromkeys(fiche or []))),
        help=None if found.total else await help_with(reads, state.search, asked),
    )  # fmt: skip


def typed_criteria(
    *,
    q: str = "",
    domaine: list[str] | None = None,
    maturite: list[str] | None = None,
    prix: str = "",
    critere: list[str] | None = None,
    disponibles: str = "",
    tri: str = "",
) -> tuple[Criteria, tuple[Unknown, ...]]:
    """The search that the page's address asks, and what of it no filter knows."""
    asked, unknown = Criteria.read(
        text=q, domains=domaine or (), maturities=maturite or (), available=bool(disponibles.strip()),
        features=[*(critere or ()), *([Feature.PRICED] if prix.strip() else [])],
        sort=SORTS_TYPED.get(tri.strip(), tri),
    )  # fmt: skip
    return asked, unknown


HANDLERS = [search_page]
