"""Keeping a search under a name: each person's own, for the organisation that they act for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select

from marketplace import audit, outbox
from marketplace.actor import Actor, PasskeyNeeded
from marketplace.db import ReadSession, Session, owned
from marketplace.errors import (
    Conflict,
    Invalid,
    NotFound,
    OrganisationNeeded,
    SignInNeeded,
    StaleVersion,
    wrong,
)
from marketplace.ids import OrganisationId, PersonId, new_id
from marketplace.words import N_
from search.finding.asking import Criteria
from search.saved.events import AlertChanged
from search.saved.models import Alert, SavedSearch

AT_MOST = 50
TEXT_LIMIT = 500


class AlreadySaved(Conflict):
    code = "already_saved"
    sentence = N_("Vous avez déjà enregistré cette recherche, sous le nom « {name} ».")


class TooManySearches(Conflict):
    code = "too_many_saved_searches"
    sentence = N_("Vous avez déjà {limit} recherches enregistrées : supprimez-en une avant d’en ajouter.")


def person_of(by: Actor) -> tuple[PersonId, OrganisationId]:
    """Whose searches `by` keeps. Raises `SignInNeeded`, `PasskeyNeeded`, `OrganisationNeeded`."""
    if not by.signed_in or by.person_id is None:
        raise SignInNeeded
    if by.passkey_needed:
        raise PasskeyNeeded
    if by.organisation_id is None:
        raise OrganisationNeeded
    return by.person_id, by.organisation_id


def own(session: Session | ReadSession, by: Actor) -> ColumnElement[bool]:
    """The searches that are the actor's own. Raises as `person_of`."""
    person_id, _ = person_of(by)
    return and_(SavedSearch.person_id == person_id, owned(session, SavedSearch.organisation_id))


async def keep(
    session: Session, asked: Criteria, *, name: str, alert: Alert = Alert.NONE, by: Actor
) -> SavedSearch:
    """Save a search. Raises `Invalid` (its text is too long), `AlreadySaved`, `TooManySearches`."""
    person_id, organisation_id = person_of(by)
    if len(asked.text) > TEXT_LIMIT:
        raise Invalid(
            [wrong("q", N_("Ce texte est trop long : {max_length} caractères au plus."), code="string_too_long", max_length=TEXT_LIMIT)]
        )  # fmt: skip
    await _may_add(session, asked.digest(), by)
    kept = SavedSearch(
        id=new_id(), person_id=person_id, organisation_id=organisation_id, name=name, criteria=asked.document(),
        digest=asked.digest(), alert=alert, version=1,
    )  # fmt: skip
    session.add(kept)
    await session.flush()
    audit.note(session, by, "saved_search.keep", "saved_search", kept.id, after=_journal(kept))
    if alert is not Alert.NONE:
        outbox.record(session, AlertChanged(search_id=kept.id))
    return kept


async def change(
    session: Session, search_id: UUID, *, version: int, name: str | None, alert: Alert | None, by: Actor
) -> SavedSearch:
    """Give another name or another alert; what is None stays. Raises `NotFound`, `StaleVersion`."""
    kept = await _locked(session, search_id, by)
    if kept.version != version:
        raise StaleVersion(read=version, current=kept.version)
    kept.name = kept.name if name is None else name
    if alert is not None and alert is not kept.alert:
        if Alert.NONE in {alert, kept.alert}:
            kept.looked_on = None  # what is there when an alert is turned on is not news
            outbox.record(session, AlertChanged(search_id=kept.id))
        kept.alert = alert
    kept.version += 1
    await session.flush()
    audit.note(session, by, "saved_search.change", "saved_search", kept.id, after=_journal(kept))
    return kept


async def remove(session: Session, search_id: UUID, *, by: Actor, now: datetime) -> SavedSearch:
    """Delete a search; `restore` takes it back until the purge. Raises `NotFound`."""
    kept = await _locked(session, search_id, by)
    kept.deleted_at = now
    kept.version += 1
    await session.flush()
    outbox.record(session, AlertChanged(search_id=kept.id))
    audit.note(session, by, "saved_search.remove", "saved_search", kept.id, after=_journal(kept))
    return kept


async def restore(session: Session, search_id: UUID, *, by: Actor) -> SavedSearch:
    """Take back a search that was deleted, with its alert. Raises `NotFound`, `AlreadySaved`, `TooManySearches`."""
    kept = await _locked(session, search_id, by, deleted=True)
    await _may_add(session, kept.digest, by)
    kept.deleted_at = None
    kept.version += 1
    await session.flush()
    audit.note(session, by, "saved_search.restore", "saved_search", kept.id, after=_journal(kept))
    return kept


async def _may_add(session: Session, digest: str, by: Actor) -> None:
    """Raise unless one more may be kept. Two requests at once are told one after the other."""
    person_id, _ = person_of(by)
    await session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"saved_search:{person_id}", 0)))
    )
    mine = (own(session, by), SavedSearch.deleted_at.is_(None))
    same = await session.execute(
        select(SavedSearch.id, SavedSearch.name).where(*mine, SavedSearch.digest == digest)
    )
    if found := same.one_or_none():
        raise AlreadySaved(name=found.name, id=str(found.id))
    if (await session.scalar(select(func.count()).where(*mine)) or 0) >= AT_MOST:
        raise TooManySearches(limit=AT_MOST)


async def _locked(session: Session, search_id: UUID, by: Actor, *, deleted: bool = False) -> SavedSearch:
    gone = SavedSearch.deleted_at.is_not(None) if deleted else SavedSearch.deleted_at.is_(None)
    found = await session.scalar(
        select(SavedSearch)
        .where(SavedSearch.id == search_id, own(session, by), gone)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def _journal(kept: SavedSearch) -> dict[str, str]:
    """What somebody looks for is nobody else's business: the journal says that they did, never what."""
    return {"alert": kept.alert.value}
