"""Sealing the journal, and keeping the head of each day where an operator finds it."""

from datetime import UTC, datetime

from marketplace import logs
from marketplace.actor import SYSTEM
from marketplace.audit import heads, sealing
from marketplace.clock import paris_day
from workers.tools import Tools

log = logs.logger(__name__)


async def seal_and_publish(tools: Tools, *, now: datetime | None = None) -> int:
    """Seal what waits, then write today's head unless it is written. Returns how many lines were sealed."""
    sealed = await sealing.seal(tools.database)
    day, folder = paris_day(now or datetime.now(UTC)), tools.settings.audit_heads_dir
    if not (folder / f"{day.isoformat()}.json").exists():
        async with tools.database.reading(SYSTEM) as reads:
            head = await heads.head(reads)
        if head is not None and (path := heads.keep(folder, head, day)):
            log.info("audit_head_written", path=str(path), seal=head.seal)
    return sealed
