"""`/api/v1/organisation/journal` and `/api/v1/administration/journal`."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import get
from litestar.params import QueryParameter

from marketplace.journal import queries
from marketplace.journal.queries import Asked
from marketplace.journal.schemas import LineOut
from marketplace.web.pagination import PageNumber, PerPage
from marketplace.web.schemas import Page
from marketplace.web.transaction import By, Reads

TAGS = ["journal"]
Subject = Annotated[str | None, QueryParameter(max_length=60, description="Un sujet, par exemple pool")]
Since = Annotated[date | None, QueryParameter(description="Premier jour, à Paris")]
Until = Annotated[date | None, QueryParameter(description="Dernier jour, à Paris")]
Who = Annotated[UUID | None, QueryParameter(description="Une personne")]


@get("/organisation/journal", summary="What was done for my organisation (its administrators)", tags=TAGS)
async def own(
    reads: Reads, by: By, subject: Subject = None, person: Who = None, since: Since = None, until: Until = None,
    page: PageNumber = 1, per_page: PerPage = 50,
) -> Page[LineOut]:  # fmt: skip
    asked = Asked(subject, person, since, until)
    found = await queries.own(reads, by, asked, offset=(page - 1) * per_page, limit=per_page)
    return _page(*found, page, per_page)


@get("/administration/journal", summary="What everybody did, without the values (auditors)", tags=TAGS)
async def everything(
    reads: Reads, by: By, subject: Subject = None, person: Who = None, since: Since = None, until: Until = None,
    page: PageNumber = 1, per_page: PerPage = 50,
) -> Page[LineOut]:  # fmt: skip
    asked = Asked(subject, person, since, until)
    found = await queries.everything(reads, by, asked, offset=(page - 1) * per_page, limit=per_page)
    return _page(*found, page, per_page)


def _page(lines: list[Any], total: int, page: int, per_page: int) -> Page[LineOut]:
    return Page[LineOut](
        items=[LineOut.of(line) for line in lines], total=total, page=page, per_page=per_page
    )


HANDLERS = [own, everything]
