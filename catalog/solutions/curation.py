"""A curator decides: publish a submitted sheet, send it back, take it down, bring it back."""

from datetime import datetime

from catalog.solutions.drafting import locked
from catalog.solutions.events import SheetChanged, SheetReviewed
from catalog.solutions.lifecycle import SHEET, who
from catalog.solutions.models import Solution
from marketplace import lifecycle, outbox
from marketplace.actor import Actor, Role
from marketplace.db import Session
from marketplace.ids import SolutionId
from marketplace.interests.declaring import refuse_recused


async def publish(session: Session, solution_id: SolutionId, *, by: Actor, now: datetime) -> Solution:
    """Put a submitted sheet in the directory."""
    return await _decide(session, solution_id, "publish", None, by=by, now=now)


async def request_changes(
    session: Session, solution_id: SolutionId, reason: str, *, by: Actor, now: datetime
) -> Solution:
    """Send a submitted sheet back to its startup, saying why."""
    return await _decide(session, solution_id, "request_changes", reason, by=by, now=now)


async def suspend(
    session: Session, solution_id: SolutionId, reason: str, *, by: Actor, now: datetime
) -> Solution:
    """Take a published sheet down, saying why."""
    return await _decide(session, solution_id, "suspend", reason, by=by, now=now)


async def reinstate(session: Session, solution_id: SolutionId, *, by: Actor, now: datetime) -> Solution:
    """Bring a suspended sheet back."""
    return await _decide(session, solution_id, "reinstate", None, by=by, now=now)


async def archive(
    session: Session, solution_id: SolutionId, reason: str, *, by: Actor, now: datetime
) -> Solution:
    """Take a sheet out of the directory for good: its startup or a curator may."""
    return await _decide(session, solution_id, "archive", reason, by=by, now=now)


async def _decide(
    session: Session, solution_id: SolutionId, move: str, reason: str | None, *, by: Actor, now: datetime
) -> Solution:
    sheet = await locked(session, solution_id)
    roles = who(sheet.startup_id, by)
    if not roles:
        by.require_role(Role.CURATOR)
    if not by.acts_for(sheet.startup_id):
        await refuse_recused(session, by, {sheet.startup_id})
    await lifecycle.apply(
        session, SHEET, sheet, move, who=roles, by=by, now=now, facts={"reason": reason} if reason else None
    )
    sheet.review_reason = reason
    outbox.record(session, SheetReviewed(solution_id=sheet.id, reason=reason or ""))
    if move != "request_changes":
        outbox.record(session, SheetChanged(solution_id=sheet.id))
    await session.flush()
    return sheet
