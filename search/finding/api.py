"""`GET /api/v1/solutions`: the directory's public search; `GET /api/v1/suggestions`: what is proposed while one types."""

from typing import Annotated

from litestar import get
from litestar.datastructures import State
from litestar.params import QueryParameter

from marketplace.errors import Invalid
from marketplace.web import i18n
from marketplace.web.pagination import PageNumber, PerPage, Query
from marketplace.web.transaction import Reads
from search.engines import Searcher, Sort
from search.engines.documents import Feature
from search.finding.asking import Criteria, faults
from search.finding.schemas import SearchOut, SuggestionOut
from search.finding.suggesting import suggest

FEATURES = ", ".join(Feature)
SORTS = ", ".join(Sort)


@get("/solutions", summary="Search the directory", tags=["solutions"])
async def search(
    reads: Reads,
    state: State,
    q: Query = "",
    domain: Annotated[list[str] | None, QueryParameter(description="Identifiants de domaines")] = None,
    maturity: Annotated[list[str] | None, QueryParameter(description="Maturités")] = None,
    priced: Annotated[
        bool, QueryParameter(description="Seulement les solutions à prix publié : comme feature=priced")
    ] = False,
    feature: Annotated[
        list[str] | None, QueryParameter(description=f"Ce que les fiches doivent toutes avoir : {FEATURES}")
    ] = None,
    available: Annotated[bool, QueryParameter(description="Sans les services arrêtés")] = False,
    sort: Annotated[str, QueryParameter(description=f"Ordre : {SORTS}", max_length=40)] = "",
    page: PageNumber = 1,
    per_page: PerPage = 20,
) -> SearchOut:
    asked, unknown = Criteria.read(
        text=q, domains=domain or (), maturities=maturity or (), available=available, sort=sort,
        features=[*(feature or ()), *([Feature.PRICED] if priced else [])],
    )  # fmt: skip
    if unknown:
        raise Invalid(faults(unknown))
    engine: Searcher = state.search
    found = await engine.search(reads, asked.query(page=page, per_page=per_page))
    return SearchOut.of(found, page=page, per_page=per_page)


@get("/suggestions", summary="Domains and sheets that begin as what is typed, 8 at most", tags=["solutions"])
async def suggestions(reads: Reads, state: State, q: Query = "") -> list[SuggestionOut]:
    found = await suggest(reads, state.search, q, language=i18n.language.get())
    return [SuggestionOut.model_validate(one) for one in found]


HANDLERS = [search, suggestions]
