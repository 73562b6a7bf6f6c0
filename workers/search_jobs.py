"""The search engines' jobs: each index follows the directory by its own way, so that a server that is down holds up nothing else."""

from collections.abc import Sequence

from sqlalchemy import select

from catalog.evidence.events import EvidenceEnding
from catalog.evidence.models import Evidence
from catalog.solutions.events import SheetChanged, SheetsLoaded
from catalog.suppliers.events import CapacityChanged, CertificateReviewed
from catalog.suppliers.models import Certificate
from marketplace import logs
from marketplace.db import Session
from marketplace.ids import SolutionId
from search.engines.failures import EngineDown, EngineRefused
from search.facts.projecting import project_startup
from search.index.engines import Engines
from search.index.reconciling import Reconciliation, reconcile
from search.index.refreshing import refresh
from workers.routes import Later
from workers.tools import Tools

PUT_OFF_SECONDS = 60.0

log = logs.logger(__name__)


async def refresh_index(session: Session, event: SheetChanged, tools: Tools) -> None:
    await refresh(session, tools.engines.embedded, [event.solution_id])


async def refresh_loaded(session: Session, event: SheetsLoaded, tools: Tools) -> None:
    await refresh(session, tools.engines.embedded, event.solution_ids)


async def refresh_ended(session: Session, event: EvidenceEnding, tools: Tools) -> None:
    await refresh(session, tools.engines.embedded, await _ended(session, event))


async def refresh_capacity(session: Session, event: CapacityChanged, tools: Tools) -> None:
    """What matching knows of the startup's sheets says what it can serve now."""
    del tools
    await project_startup(session, event.startup_id)


async def refresh_standing(session: Session, event: CertificateReviewed, tools: Tools) -> None:
    """What matching knows of the startup's sheets says what attests its standing now."""
    del tools
    certificate = await session.get(Certificate, event.certificate_id)
    if certificate is not None:
        await project_startup(session, certificate.startup_id)


async def refresh_server(session: Session, event: SheetChanged, tools: Tools) -> None:
    await _on_server(session, [event.solution_id], tools.engines)


async def refresh_server_loaded(session: Session, event: SheetsLoaded, tools: Tools) -> None:
    await _on_server(session, event.solution_ids, tools.engines)


async def refresh_server_ended(session: Session, event: EvidenceEnding, tools: Tools) -> None:
    await _on_server(session, await _ended(session, event), tools.engines)


async def reconcile_indexes(tools: Tools) -> list[Reconciliation]:
    """Nightly: mend every index. One that is out of reach is left for the next night."""
    found = []
    for engine in tools.engines.written:
        try:
            found.append(await reconcile(tools.database, engine))
        except EngineDown as error:
            log.warning("search_not_reconciled", engine=engine.name, error=str(error))
    return found


async def _on_server(session: Session, solution_ids: Sequence[SolutionId], engines: Engines) -> None:
    """Raises `Later` while the server is down, without waiting for it twice in the same minute."""
    if engines.server is None or not solution_ids:
        return
    try:
        await engines.server.ready()
        await refresh(session, engines.server, solution_ids)
    except EngineRefused:
        raise
    except EngineDown as error:
        raise Later(str(error), seconds=PUT_OFF_SECONDS) from error


async def _ended(session: Session, event: EvidenceEnding) -> list[SolutionId]:
    """The sheet whose evidence has ended; none for a warning before the day."""
    if event.days > 0:
        return []
    found = await session.scalar(select(Evidence.solution_id).where(Evidence.id == event.evidence_id))
    return [found] if found else []
