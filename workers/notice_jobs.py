"""The digest: composed here, since only the worker knows the site's address and reads everybody's notices."""

from marketplace import clock
from marketplace.db import Session
from marketplace.notifications import digests
from marketplace.notifications.events import DigestDue
from workers.tools import Tools


async def compose_digest(session: Session, event: DigestDue, tools: Tools) -> None:
    """The day is today's, however late the event is seen through."""
    now = await clock.now(session)
    await digests.compose(session, event.person_id, base_url=tools.settings.web.base_url, now=now)
