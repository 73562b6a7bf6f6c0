"""Alerts: what is new to a kept search becomes one notice, which the day's mail takes in. With the worker's rights.

A search with an alert remembers every sheet that it has found (`SavedSearchFind`). A look asks the engine for all it finds
now; what it never found before is told, and remembered with the same transaction, so that trying again tells nothing twice.
The engine is always the embedded one, whichever answers the pages: only answers of the same engine can be compared.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select
from sqlalchemy.dialects.postgresql import insert

from catalog.solutions.models import Solution
from catalog.solutions.queries import published
from marketplace.accounts.models import Affiliation
from marketplace.clock import PARIS, paris_day
from marketplace.db import Session
from marketplace.ids import OrganisationId, PersonId, SolutionId
from marketplace.notifications import notices
from marketplace.notifications.models import Notice
from search.engines import Searcher
from search.finding.asking import Criteria
from search.saved.events import AlertDue
from search.saved.models import Alert, SavedSearch, SavedSearchFind
from search.saved.stopping import link_to_stop

EVERY = {Alert.DAILY: timedelta(days=1), Alert.WEEKLY: timedelta(days=7)}
FROM_HOUR = 7
"""In Paris: nobody is written to at night, and the morning's mail holds the night's sheets."""
NAMED_AT_MOST = 10
"""Sheets named in a notice; the others are counted."""
PER_PAGE = 300


@dataclass(frozen=True, slots=True)
class Site:
    """What the worker knows of the site: its address, and the secret of its links."""

    base_url: str
    secret: str


async def due_alerts(session: Session, now: datetime) -> Sequence[AlertDue]:
    """The searches whose next look is due, by the calendar of Paris: a day has 23, 24 or 25 hours there."""
    today = paris_day(now)
    if now.astimezone(PARIS).hour < FROM_HOUR:
        return []
    found = await session.scalars(
        select(SavedSearch.id)
        .where(_waits(today), SavedSearch.deleted_at.is_(None), _still_theirs())
        .order_by(SavedSearch.id)
    )
    return [AlertDue(search_id=search_id, day=today) for search_id in found]


async def settle(session: Session, engine: Searcher, search_id: UUID, *, now: datetime) -> None:
    """After an alert is turned on: what is found today is no news. After it is turned off: nothing is remembered.

    What waits to be mailed of an alert that is off, or of a search that is deleted, is taken back.
    """
    kept = await session.get(SavedSearch, search_id, with_for_update=True, populate_existing=True)
    if kept is None:
        return
    if kept.alert is Alert.NONE or kept.deleted_at is not None:
        await _take_back(session, search_id)
    if kept.deleted_at is not None or kept.looked_on is not None:
        return
    await session.execute(delete(SavedSearchFind).where(SavedSearchFind.search_id == search_id))
    if kept.alert is Alert.NONE:
        return
    await _remember(session, search_id, await _found(session, engine, kept.asked), notice_key=None)
    kept.looked_on = paris_day(now)


async def look(session: Session, engine: Searcher, search_id: UUID, site: Site, *, now: datetime) -> int:
    """Tell a search's person of the sheets that are new to it. Returns how many; none when the look is not due (any more)."""
    today = paris_day(now)
    kept = await session.scalar(
        select(SavedSearch)
        .where(SavedSearch.id == search_id, SavedSearch.deleted_at.is_(None), _waits(today), _still_theirs())
        .with_for_update(of=SavedSearch)
        .execution_options(populate_existing=True)
    )
    if kept is None:
        return 0
    kept.looked_on = today
    known = set(
        await session.scalars(
            select(SavedSearchFind.solution_id).where(SavedSearchFind.search_id == search_id)
        )
    )
    ids = [id_ for id_ in await _found(session, engine, kept.asked) if id_ not in known]
    sheets = await published(session, ids)  # the index may be a moment late
    if not sheets:
        return 0
    key = f"saved_search:{search_id}:{today.isoformat()}"
    await _remember(session, search_id, [sheet.id for sheet in sheets.values()], notice_key=key)
    subject, body = written(kept, list(sheets.values()), site)
    await notices.tell_person(
        session,
        kept.person_id,
        kept.organisation_id,
        key=key,
        subject=subject,
        body=body,
        link=kept.asked.address(),
    )
    return len(sheets)


async def withdraw(session: Session, solution_ids: Collection[SolutionId], site: Site) -> None:
    """Take what is no longer published out of the notices that wait. Published again, it will be told then."""
    gone = set(solution_ids) - set(await published(session, solution_ids))
    told = await session.execute(
        select(SavedSearchFind.search_id, SavedSearchFind.notice_key, SavedSearchFind.solution_id).where(
            SavedSearchFind.solution_id.in_(gone), SavedSearchFind.notice_key.is_not(None)
        )
    )
    for search_id, key, solution_id in told.all():
        kept = await session.get(SavedSearch, search_id, with_for_update=True)
        notice = await session.scalar(
            select(Notice).where(Notice.key == key, Notice.sent_at.is_(None)).with_for_update()
        )
        if notice is None or kept is None:
            continue
        await session.execute(
            delete(SavedSearchFind).where(
                SavedSearchFind.search_id == search_id, SavedSearchFind.solution_id == solution_id
            )
        )
        left = await session.scalars(
            select(SavedSearchFind.solution_id).where(
                SavedSearchFind.search_id == search_id, SavedSearchFind.notice_key == key
            )
        )
        sheets = await published(session, list(left))
        if sheets:
            notice.subject, notice.body = written(kept, list(sheets.values()), site)
        else:
            await session.delete(notice)
        await session.flush()


async def forget_leaver(session: Session, person_id: PersonId, organisation_id: OrganisationId) -> None:
    """Whoever left an organisation leaves the searches that they kept for it."""
    await session.execute(
        delete(SavedSearch).where(
            SavedSearch.person_id == person_id,
            SavedSearch.organisation_id == organisation_id,
            ~exists().where(
                Affiliation.person_id == person_id, Affiliation.organisation_id == organisation_id
            ),
        )
    )


def written(kept: SavedSearch, sheets: Collection[Solution], site: Site) -> tuple[str, str]:
    """A notice's subject and body. The link to the whole search comes after the body."""
    count = len(sheets)
    named = sorted(sheets, key=lambda sheet: (sheet.name, sheet.id))[:NAMED_AT_MOST]
    lines = [
        f"– {sheet.name}, de {sheet.supplier_name}. {sheet.summary}\n  {site.base_url}/solutions/{sheet.slug}"
        for sheet in named
    ]
    if count > len(named):
        lines.append(f"– et {count - len(named)} autres")
    said = "1 fiche nouvelle" if count == 1 else f"{count} fiches nouvelles"
    return (
        f"{said} pour « {kept.name} »",
        "\n\n".join(
            [
                f"{said} pour votre recherche « {kept.name} » :",
                *lines,
                f"Arrêter cette alerte, sans vous connecter : {site.base_url}{link_to_stop(site.secret, kept.id)}",
                "Toute la recherche :",
            ]
        ),
    )


async def _take_back(session: Session, search_id: UUID) -> None:
    """Withdraw a search's notices that wait; what they told was not told."""
    prefix = f"saved_search:{search_id}:"
    waiting = select(Notice.key).where(Notice.key.startswith(prefix), Notice.sent_at.is_(None))
    await session.execute(
        delete(SavedSearchFind).where(
            SavedSearchFind.search_id == search_id, SavedSearchFind.notice_key.in_(waiting)
        )
    )
    await notices.withdraw(session, prefix)


async def _found(session: Session, engine: Searcher, asked: Criteria) -> list[SolutionId]:
    """Every sheet that a search finds, to the last page."""
    found: list[SolutionId] = []
    page = 1
    while True:
        answer = await engine.search(session, asked.query(page=page, per_page=PER_PAGE))
        found += [SolutionId(hit.id) for hit in answer.hits]
        if not answer.hits or page * PER_PAGE >= answer.total:
            return list(dict.fromkeys(found))
        page += 1


async def _remember(
    session: Session, search_id: UUID, solution_ids: Sequence[SolutionId], *, notice_key: str | None
) -> None:
    for start in range(0, len(solution_ids), 1000):
        rows = [
            {"search_id": search_id, "solution_id": id_, "notice_key": notice_key}
            for id_ in solution_ids[start : start + 1000]
        ]
        await session.execute(insert(SavedSearchFind).values(rows).on_conflict_do_nothing())


def _waits(today: date) -> ColumnElement[bool]:
    return or_(
        *(
            and_(SavedSearch.alert == alert, SavedSearch.looked_on <= today - every)
            for alert, every in EVERY.items()
        )
    )


def _still_theirs() -> ColumnElement[bool]:
    """Whether the person still belongs to the organisation for which they kept the search."""
    return exists().where(
        Affiliation.person_id == SavedSearch.person_id,
        Affiliation.organisation_id == SavedSearch.organisation_id,
    )
