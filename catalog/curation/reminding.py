"""Which submissions have waited long enough for a reminder (asked by the sweep)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from catalog.curation.events import ReviewDue
from catalog.curation.working_days import REMINDED, age, is_late
from catalog.solutions.lifecycle import WAITING
from catalog.solutions.models import Revision
from marketplace.db import Session

LATE = "late"


async def due_reviews(session: Session, now: datetime) -> Sequence[ReviewDue]:
    """Every submission that waits, with the last mark that it has passed. Its key makes asking again harmless: a mark is told
    once a submission, and one that passed unseen is not told after a later one.
    """  # fmt: skip
    rows = await session.execute(
        select(Revision.id, Revision.submitted_at).where(
            Revision.state.in_(WAITING), Revision.submitted_at.is_not(None)
        )
    )
    return [
        ReviewDue(revision_id=row.id, sent=row.submitted_at.isoformat(), mark=mark)
        for row in rows
        if (mark := mark_of(row.submitted_at, now))
    ]


def mark_of(submitted_at: datetime, now: datetime) -> str:
    """The last mark that a submission has passed; empty for none."""
    if is_late(submitted_at, now):
        return LATE
    passed = [days for days in REMINDED if age(submitted_at, now) >= days]
    return str(max(passed)) if passed else ""
