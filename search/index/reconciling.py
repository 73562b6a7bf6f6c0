"""An index compared with the directory, field by field, and mended: what is missing, what says something else, what should be gone.

The comparison only suspects; each suspect is then refreshed like any changed sheet, so that mending is right whatever happened since.
"""

from dataclasses import dataclass
from uuid import UUID

from marketplace import clock, logs
from marketplace.actor import SYSTEM
from marketplace.db import Database
from marketplace.ids import SolutionId
from search.engines import SearchEngine
from search.engines.failures import IndexNotBuilt
from search.index.reading import every_document
from search.index.refreshing import fingerprint, refresh, reindex

BATCH = 200
log = logs.logger(__name__)


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What an index held, and how it differed. `not_built`: there is none of this version."""

    engine: str
    held: int = 0
    missing: int = 0
    stale: int = 0
    ghosts: int = 0
    not_built: bool = False

    @property
    def sound(self) -> bool:
        return not (self.missing or self.stale or self.ghosts or self.not_built)


async def compare(database: Database, engine: SearchEngine) -> tuple[Reconciliation, list[UUID]]:
    """How the index differs from the directory, and the sheets that say so. Raises `EngineDown`."""
    held: dict[UUID, bytes] = {}
    suspects: list[UUID] = []
    async with database.reading(SYSTEM) as reads:
        on = clock.paris_day(await clock.now(reads))
        try:
            async for document in engine.held(reads):
                held[document.id] = fingerprint(document)
        except IndexNotBuilt:
            return Reconciliation(engine.name, not_built=True), []
        count, missing, stale = len(held), 0, 0
        async for document in every_document(reads, on):
            found = held.pop(document.id, None)
            if found == fingerprint(document):
                continue
            missing, stale = (missing + 1, stale) if found is None else (missing, stale + 1)
            suspects.append(document.id)
    return Reconciliation(engine.name, count, missing, stale, len(held)), suspects + list(held)


async def reconcile(database: Database, engine: SearchEngine) -> Reconciliation:
    """Compare and mend, by batches, each in a transaction of its own. Raises `EngineDown`."""
    found, suspects = await compare(database, engine)
    if found.not_built:
        async with database.transaction(SYSTEM) as session:
            await reindex(session, engine)
    for start in range(0, len(suspects), BATCH):
        async with database.transaction(SYSTEM) as session:
            await refresh(session, engine, [SolutionId(id_) for id_ in suspects[start : start + BATCH]])
    log.info(
        "search_reconciled", engine=engine.name, held=found.held, missing=found.missing, stale=found.stale,
        ghosts=found.ghosts, not_built=found.not_built,
    )  # fmt: skip
    return found
