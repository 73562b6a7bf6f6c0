"""Everything that a comparison is made from, read for one reader on one day."""

from catalog.directory import comparing, owners, proofs, queries
from catalog.directory.asked import Asked
from catalog.directory.comparing import Comparison
from marketplace import clock
from marketplace.actor import Actor
from marketplace.db import ReadSession


async def compared(reads: ReadSession, by: Actor, slugs: list[str], asked: Asked) -> Comparison:
    """The comparison of the published sheets among `slugs`, as `by` may read it."""
    sheets = await queries.published(reads, slugs)
    on = clock.paris_day(await clock.now(reads))
    return comparing.compare(
        slugs,
        sheets,
        asked,
        told=await queries.confidential(reads, sheets, by),
        owners=await owners.of_sheets(reads, sheets, on),
        proofs=await proofs.of_sheets(reads, sheets, on) if sheets else {},
    )
