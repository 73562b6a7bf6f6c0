"""Reads of one's own kept searches."""

from uuid import UUID

from sqlalchemy import select

from marketplace.actor import Actor
from marketplace.db import ReadSession, Session
from marketplace.errors import NotFound
from search.saved.keeping import own
from search.saved.models import SavedSearch


async def mine(reads: ReadSession | Session, by: Actor) -> list[SavedSearch]:
    """The actor's searches, by name. Raises `SignInNeeded`, `OrganisationNeeded`."""
    found = await reads.scalars(
        select(SavedSearch)
        .where(own(reads, by), SavedSearch.deleted_at.is_(None))
        .order_by(SavedSearch.name, SavedSearch.id)
    )
    return list(found)


async def removed(reads: ReadSession | Session, by: Actor) -> list[SavedSearch]:
    """Those that were deleted and can be taken back, the last first."""
    found = await reads.scalars(
        select(SavedSearch)
        .where(own(reads, by), SavedSearch.deleted_at.is_not(None))
        .order_by(SavedSearch.deleted_at.desc())
        .limit(20)
    )
    return list(found)


async def one(reads: ReadSession | Session, search_id: UUID, by: Actor) -> SavedSearch:
    """One of the actor's searches. Raises `NotFound`."""
    found = await reads.scalar(
        select(SavedSearch).where(
            SavedSearch.id == search_id, own(reads, by), SavedSearch.deleted_at.is_(None)
        )
    )
    if found is None:
        raise NotFound
    return found
