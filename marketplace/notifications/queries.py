"""One's own notices: those told for the acting organisation, the last first."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from marketplace.actor import Actor
from marketplace.db import ReadSession, owned
from marketplace.errors import SignInNeeded
from marketplace.notifications.models import Notice

SHOWN = timedelta(days=90)


async def mine(
    reads: ReadSession, by: Actor, *, now: datetime, offset: int = 0, limit: int = 50
) -> tuple[list[Notice], int]:
    """The notices of the last 90 days and how many they are. Raises `SignInNeeded`."""
    if not by.signed_in:
        raise SignInNeeded
    found = select(Notice).where(
        Notice.person_id == by.person_id,
        owned(reads, Notice.organisation_id),
        Notice.told_at > now - SHOWN,
    )
    total = await reads.scalar(select(func.count()).select_from(found.subquery()))
    ordered = found.order_by(Notice.told_at.desc(), Notice.id.desc()).offset(offset).limit(limit)
    return list(await reads.scalars(ordered)), total or 0
