"""Digests: one mail gathers a person's pending notices, at most once a day in Paris.

Two locks make it so, whoever composes at once: the notices' rows, and the mail's key, which is the person and the day.
A notice told after the day's mail waits for the next day.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import String, cast, delete, exists, literal, select
from sqlalchemy.dialects.postgresql import distinct_on

from marketplace.accounts.models import Affiliation, Person
from marketplace.clock import paris_day
from marketplace.db import Session
from marketplace.ids import PersonId
from marketplace.notifications.events import DigestDue
from marketplace.notifications.models import Mail, Notice
from marketplace.notifications.writing import tell_person

GROUPING = timedelta(minutes=5)
"""How long the first pending notice waits, so that a burst goes out as one mail."""
FOOTER = "\n\n--\nLot Commun\nVous recevez au plus un courriel de ce genre par jour. Tous vos avis restent 90 jours ici : {page}\n"


async def due_digests(session: Session, now: datetime) -> Sequence[DigestDue]:
    """The people whose oldest pending notice has waited enough, and who had no digest today."""
    today = paris_day(now)
    oldest = (
        select(Notice.person_id, Notice.id, Notice.told_at)
        .where(Notice.sent_at.is_(None))
        .ext(distinct_on(Notice.person_id))
        .order_by(Notice.person_id, Notice.told_at, Notice.id)
        .subquery()
    )
    mailed = literal(_key_start(today)) + cast(oldest.c.person_id, String)
    rows = await session.execute(
        select(oldest.c.person_id, oldest.c.id)
        .where(oldest.c.told_at <= now - GROUPING, ~exists().where(Mail.key == mailed))
        .order_by(oldest.c.told_at, oldest.c.id)
    )
    return [DigestDue(person_id=row[0], first_id=row[1], day=today) for row in rows]


async def compose(session: Session, person_id: PersonId, *, base_url: str, now: datetime) -> int:
    """Write the day's mail of `person_id` with every pending notice. Returns how many it holds: none when there is nothing
    to tell, or the day already had its mail. What an organisation that they left told them is dropped.
    """
    await session.execute(
        delete(Notice).where(
            Notice.person_id == person_id,
            Notice.sent_at.is_(None),
            ~exists().where(
                Affiliation.person_id == person_id, Affiliation.organisation_id == Notice.organisation_id
            ),
        )
    )
    pending = list(
        await session.scalars(
            select(Notice)
            .where(Notice.person_id == person_id, Notice.sent_at.is_(None))
            .order_by(Notice.told_at, Notice.id)
            .with_for_update()
        )
    )
    email = await session.scalar(select(Person.email).where(Person.id == person_id))
    if not pending or email is None:
        return 0
    written = await tell_person(
        session, email, key=f"{_key_start(paris_day(now))}{person_id}", subject=_subject(pending),
        body=_body(pending, base_url), footer=FOOTER.format(page=f"{base_url}/compte/avis"),
    )  # fmt: skip
    if not written:
        return 0
    for notice in pending:
        notice.sent_at = now
    await session.flush()
    return len(pending)


def _key_start(day: date) -> str:
    return f"digest:{day.isoformat()}:"


def _subject(notices: Sequence[Notice]) -> str:
    subjects = {notice.subject for notice in notices}
    return notices[0].subject if len(subjects) == 1 else f"{len(notices)} avis de l’annuaire"


def _body(notices: Sequence[Notice], base_url: str) -> str:
    """A notice alone is said as it is; several are gathered by subject, the oldest first."""
    if len(notices) == 1:
        return _said(notices[0], base_url)
    gathered: dict[str, list[Notice]] = {}
    for notice in notices:
        gathered.setdefault(notice.subject, []).append(notice)
    return "\n\n\n".join(
        f"{subject}\n{'-' * min(len(subject), 70)}\n\n"
        + "\n\n".join(_said(notice, base_url) for notice in told)
        for subject, told in gathered.items()
    )


def _said(notice: Notice, base_url: str) -> str:
    return f"{notice.body.strip()}\n\n{base_url}{notice.link}"
