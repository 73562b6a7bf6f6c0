"""Reads of my town's needs."""

from datetime import datetime

from sqlalchemy import select

from marketplace.actor import Actor
from marketplace.db import ReadSession, Session
from marketplace.errors import NotFound
from marketplace.ids import NeedId
from procurement.needs.models import Need


async def mine(reads: ReadSession | Session, by: Actor) -> list[Need]:
    """The acting town's needs, the latest first."""
    return list(
        await reads.scalars(select(Need).where(Need.town_id == by.organisation_id).order_by(Need.id.desc()))
    )


async def already_waits(
    reads: ReadSession | Session, by: Actor, *, domain: str | None, unit: str | None, now: datetime
) -> bool:
    """Whether the acting town asked to be told of others for a need of `domain`, counted in `unit`."""
    if by.organisation_id is None:
        return False
    own = Need.town_id == by.organisation_id
    query = select(Need.id).where(own, Need.domain == domain, Need.unit == unit, Need.alike_until > now)
    return await reads.scalar(query.limit(1)) is not None


async def one(session: Session | ReadSession, need_id: NeedId, by: Actor) -> Need:
    """One need of the acting town. Raises `NotFound`."""
    found = await session.scalar(select(Need).where(Need.id == need_id, Need.town_id == by.organisation_id))
    if found is None:
        raise NotFound
    return found
