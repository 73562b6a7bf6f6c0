"""The directory's jobs."""

from catalog.solutions.events import FilesDropped, SheetChanged, SheetsLoaded
from catalog.suppliers.events import CapacityChanged, CertificateReviewed
from catalog.suppliers.models import Certificate
from marketplace.db import Session
from marketplace.files import storage
from marketplace.files.models import StoredFile
from search.engines.postgres import PostgresEngine
from search.facts.projecting import project_startup
from search.index.refreshing import refresh
from workers.tools import Tools


async def refresh_index(session: Session, event: SheetChanged, tools: Tools) -> None:
    del tools
    await refresh(session, PostgresEngine(), [event.solution_id])


async def refresh_loaded(session: Session, event: SheetsLoaded, tools: Tools) -> None:
    del tools
    await refresh(session, PostgresEngine(), event.solution_ids)


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


async def drop_files(session: Session, event: FilesDropped, tools: Tools) -> None:
    """The bytes of files whose rows are gone; one that is named again, by whatever means, stays."""
    for file_id in event.file_ids:
        if await session.get(StoredFile, file_id) is None:
            storage.path_of(tools.files_dir, file_id).unlink(missing_ok=True)
