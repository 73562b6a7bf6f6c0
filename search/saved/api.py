"""`/api/v1/saved-searches`: one's own kept searches."""

from typing import Any
from uuid import UUID

from litestar import Request, delete, get, patch, post
from litestar.params import FromPath, JSONBody

from marketplace import clock
from marketplace.web.creating import creating
from marketplace.web.transaction import By, Reads, Writes
from marketplace.web.versions import asked_version
from search.saved import keeping, queries
from search.saved.schemas import SavedSearchChange, SavedSearchIn, SavedSearchOut

TAGS = ["saved-searches"]
ONE = "/saved-searches/{search_id:uuid}"


@get("/saved-searches", summary="The searches that I keep", tags=TAGS)
async def list_searches(reads: Reads, by: By) -> list[SavedSearchOut]:
    return [SavedSearchOut.of(kept) for kept in await queries.mine(reads, by)]


@post("/saved-searches", summary="Keep a search under a name, with an alert or none", tags=TAGS)
@creating
async def keep_search(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[SavedSearchIn]
) -> SavedSearchOut:
    del request
    keeping.person_of(by)
    kept = await keeping.keep(session, data.search.asked(), name=data.name, alert=data.alert, by=by)
    await session.refresh(kept)
    return SavedSearchOut.of(kept)


@get(ONE, summary="One kept search", tags=TAGS)
async def show_search(reads: Reads, by: By, search_id: FromPath[UUID]) -> SavedSearchOut:
    return SavedSearchOut.of(await queries.one(reads, search_id, by))


@patch(ONE, summary="Rename a kept search, or change its alert (If-Match: version)", tags=TAGS)
async def change_search(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    search_id: FromPath[UUID],
    data: JSONBody[SavedSearchChange],
) -> SavedSearchOut:
    await queries.one(session, search_id, by)
    version = asked_version(request)
    assert version is not None
    return SavedSearchOut.of(
        await keeping.change(session, search_id, version=version, name=data.name, alert=data.alert, by=by)
    )


@delete(ONE, summary="Delete a kept search; it can be restored for a few days", tags=TAGS, status_code=204)
async def remove_search(session: Writes, by: By, search_id: FromPath[UUID]) -> None:
    await keeping.remove(session, search_id, by=by, now=await clock.now(session))


@post(ONE + "/restoration", summary="Restore a search that was deleted", tags=TAGS, status_code=200)
async def restore_search(session: Writes, by: By, search_id: FromPath[UUID]) -> SavedSearchOut:
    return SavedSearchOut.of(await keeping.restore(session, search_id, by=by))


HANDLERS = [list_searches, keep_search, show_search, change_search, remove_search, restore_search]
