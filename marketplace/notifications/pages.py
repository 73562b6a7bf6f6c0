"""The page of one's own notices: `/compte/avis`."""

from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.params import QueryParameter

from marketplace import clock
from marketplace.notifications import queries
from marketplace.web.pages import page
from marketplace.web.pagination import Pages
from marketplace.web.transaction import By, Reads

PER_PAGE = 50


@get("/compte/avis")
async def notices(
    request: Request[Any, Any, Any],
    reads: Reads,
    by: By,
    page_number: Annotated[int, QueryParameter(name="page", ge=1, le=10_000)] = 1,
) -> Response[str]:
    found, total = await queries.mine(
        reads, by, now=await clock.now(reads), offset=(page_number - 1) * PER_PAGE, limit=PER_PAGE
    )
    return page(
        request, "notifications/notices.html", notices=found, pages=Pages(page_number, PER_PAGE, total)
    )


HANDLERS = [notices]
