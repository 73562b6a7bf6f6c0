"""`/api/v1/solutions/{slug}/cost` and `/api/v1/comparison`: what a sheet costs a town, and sheets side by side."""

from typing import Annotated

from litestar import get
from litestar.datastructures import State
from litestar.params import FromPath, QueryParameter

from catalog.directory import comparing, costs
from catalog.directory.gathering import compared
from catalog.directory.parameters import ASKED, AskedOf
from catalog.directory.schemas import ComparisonOut, CostOut
from catalog.solutions.queries import PUBLIC_PARTS, by_slug
from marketplace.web.transaction import By, Reads

TAGS = ["solutions"]
Slugs = Annotated[
    list[str] | None,
    QueryParameter(name="slug", description="Fiches à comparer, cinq au plus, dans l’ordre voulu"),
]


@get(
    "/solutions/{slug:str}/cost",
    summary="What a sheet's published prices cost a town",
    description="Give `quantity.UNIT` for each unit that the prices count in. A flat fee counts the town once; inhabitants are "
    "those of `town` unless given.",
    tags=TAGS,
    dependencies=ASKED,
)
async def cost(reads: Reads, slug: FromPath[str], asked: AskedOf) -> CostOut:
    sheet = await by_slug(reads, slug, PUBLIC_PARTS)
    return CostOut.of(sheet, asked, costs.of_sheet(sheet, asked))


@get(
    "/comparison",
    summary="Up to five published sheets side by side, criterion by criterion, with what each costs",
    description="The rows of the page `/comparer`, in the language of the request. Confidential answers are for towns and staff.",
    tags=TAGS,
    dependencies=ASKED,
)
async def comparison(
    reads: Reads, by: By, state: State, asked: AskedOf, slugs: Slugs = None
) -> ComparisonOut:
    return ComparisonOut.of(await compared(reads, by, comparing.chosen(slugs or []), asked), state.base_url)


HANDLERS = [cost, comparison]
