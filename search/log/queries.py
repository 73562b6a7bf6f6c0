"""Reading an answer back."""

from uuid import UUID

from sqlalchemy import select

from marketplace.db import ReadSession, Session, owned
from search.log.models import SearchLog


async def answered(session: Session | ReadSession, log_id: UUID) -> SearchLog | None:
    """The row, when it is the acting organisation's; None for another's and for a visitor's, as for one that is not there."""
    found: SearchLog | None = await session.scalar(
        select(SearchLog).where(SearchLog.id == log_id, owned(session, SearchLog.organisation_id))
    )
    return found
