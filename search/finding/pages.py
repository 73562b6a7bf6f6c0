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
from search.engines import SearchQuery

Typed = Annotated[str, QueryParameter(max_length=5000)]
PER_PAGE = 20


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
        request, "finding/results.html", asked=asked, found=found, pages=Pages(page_number, PER_PAGE, found.total), domains=domains(),
        maturities=MATURITY_NAMES, chosen=await names(reads, list(dict.fromkeys(fiche or []))),
    )  # fmt: skip


HANDLERS = [search_page]
