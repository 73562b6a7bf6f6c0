"""`GET /api/v1/solutions`: the directory's public search."""

from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.datastructures import State
from litestar.params import FromPath, QueryParameter

from marketplace.web.pagination import PageNumber, PerPage, Query
from marketplace.web.schemas import Output
from marketplace.web.transaction import Reads
from search.engines import SearchEngine, SearchPage, SearchQuery


class HitOut(Output):
    """A sheet in a list."""

    id: UUID
    slug: FromPath[str]
    name: str
    summary: str
    supplier: str
    domains: list[str]
    tags: list[str]
    maturity: str
    available: bool
    priced: bool
    fictional: bool


class SearchOut(Output):
    """One page of results. `facets`: name → value → count."""

    items: list[HitOut]
    total: int
    page: int
    per_page: int
    facets: dict[str, dict[str, int]]
    corrected: dict[str, str]
    engine: str


@get("/solutions", summary="Search the directory", tags=["solutions"])
async def search(
    reads: Reads,
    state: State,
    q: Query = "",
    domain: Annotated[list[str] | None, QueryParameter(description="Identifiants de domaines")] = None,
    maturity: Annotated[list[str] | None, QueryParameter(description="Maturités")] = None,
    priced: Annotated[bool, QueryParameter(description="Seulement les solutions à prix publié")] = False,
    page: PageNumber = 1,
    per_page: PerPage = 20,
) -> SearchOut:
    engine: SearchEngine = state.search
    asked = SearchQuery(
        text=q,
        domains=tuple(domain or ()),
        maturities=tuple(maturity or ()),
        priced=priced,
        page=page,
        per_page=per_page,
    )
    return search_out(asked, await engine.search(reads, asked))


def search_out(asked: SearchQuery, found: SearchPage) -> SearchOut:
    """The API's form of a page of results."""
    return SearchOut(
        items=[
            HitOut(
                id=hit.id, slug=hit.slug, name=hit.name, summary=hit.summary, supplier=hit.supplier, domains=list(hit.domains),
                tags=list(hit.tags), maturity=hit.maturity, available=hit.maturity != "stopped", priced=hit.priced,
                fictional=hit.fictional,
            )
            for hit in found.hits
        ],
        total=found.total, page=asked.page, per_page=asked.per_page, facets=found.facets, corrected=dict(found.corrected),
        engine=found.engine,
    )  # fmt: skip


HANDLERS = [search]
