"""The directory's jobs."""

from catalog.solutions.events import FilesDropped
from marketplace.db import Session
from marketplace.files import storage
from marketplace.files.models import StoredFile
from workers.tools import Tools


async def drop_files(session: Session, event: FilesDropped, tools: Tools) -> None:
    """The bytes of files whose rows are gone; one that is named again, by whatever means, stays."""
    for file_id in event.file_ids:
        if await session.get(StoredFile, file_id) is None:
            storage.path_of(tools.files_dir, file_id).unlink(missing_ok=True)
