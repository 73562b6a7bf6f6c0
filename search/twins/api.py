"""`/api/v1/towns/{code}/twins`, and `/api/v1/assets`: what my town declares."""

from typing import Annotated, Any

from litestar import Request, get, put
from litestar.params import FromPath, JSONBody, QueryParameter

from marketplace import clock
from marketplace.web.pagination import PageNumber, Pages, PerPage
from marketplace.web.transaction import By, Reads, Writes
from marketplace.web.versions import asked_version
from search.twins import assets
from search.twins.doing import code_of, doing
from search.twins.queries import find_profile
from search.twins.schemas import AssetsIn, AssetsOut, TwinsOut

Domain = Annotated[str, QueryParameter(max_length=60, description="Identifiant de domaine")]


@get("/towns/{code:str}/twins", summary="Towns like this one, why, and what they run", tags=["territories"])
async def show_twins(
    reads: Reads, by: By, code: FromPath[str], domain: Domain = "", page: PageNumber = 1, per_page: PerPage = 20
) -> TwinsOut:  # fmt: skip
    profile = await find_profile(reads, code)
    today = clock.paris_day(await clock.now(reads))
    offset = Pages(page, per_page, 0).offset
    found = await doing(reads, profile, today, domain=domain, limit=per_page, offset=offset)
    mine = await code_of(reads, by) == profile.code
    return TwinsOut.of(found, you="" if mine else profile.name, page=page, per_page=per_page)


@get("/assets", summary="What my town declares of its assets", tags=["territories"])
async def show_assets(reads: Reads, by: By) -> AssetsOut:
    return AssetsOut.of(await assets.mine(reads, by))


@put("/assets", summary="Replace what my town declares (If-Match: version, 0 at first)", tags=["territories"])
async def declare_assets(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[AssetsIn]
) -> AssetsOut:
    version = asked_version(request) or 0
    now = await clock.now(session)
    declared = await assets.declare(
        session, data.declared(), public=data.public, version=version, by=by, now=now
    )
    return AssetsOut.of(declared)


HANDLERS = [show_twins, show_assets, declare_assets]
