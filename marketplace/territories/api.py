"""`/api/v1/towns`: find a town by name or by code."""

from litestar import get
from litestar.params import FromPath

from marketplace.territories import queries
from marketplace.territories.schemas import TownList, TownOut
from marketplace.web.pagination import Query
from marketplace.web.transaction import Reads


@get(
    "/towns",
    summary="Find towns by name (accents and typing mistakes allowed) or by the beginning of a code",
    tags=["territories"],
)
async def search_towns(reads: Reads, q: Query = "") -> TownList:
    return TownList(items=[TownOut.of(town) for town in await queries.search_towns(reads, q)])


@get(
    "/towns/{code:str}",
    summary="One town by INSEE, SIREN or SIRET; an old INSEE code leads to the present commune",
    tags=["territories"],
)
async def show_town(reads: Reads, code: FromPath[str]) -> TownOut:
    return TownOut.of(await queries.find_town(reads, code))


HANDLERS = [search_towns, show_town]
