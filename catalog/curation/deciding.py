"""A curator decides: takes a revision in review, accepts it whole or in part, asks for changes; takes a sheet down, brings it back.

Every decision says why to the startup. A decision carries the version that was read: two curators never overwrite each other.
"""

from collections.abc import Collection
from datetime import datetime

from pydantic import ValidationError

from catalog.solutions import fields, queries, revising
from catalog.solutions.content import SheetIn
from catalog.solutions.events import SheetChanged, SheetReviewed
from catalog.solutions.lifecycle import REVISION, SHEET, SolutionState, Who, who
from catalog.solutions.models import ChangeKind, Revision, Solution
from catalog.solutions.revising import locked
from catalog.solutions.soundness import refuse_faults
from marketplace import clock, lifecycle, outbox
from marketplace.actor import Actor, Role
from marketplace.db import Session
from marketplace.errors import FieldError, Invalid, StaleVersion, wrong
from marketplace.ids import SolutionId
from marketplace.interests.declaring import refuse_recused
from marketplace.lifecycle import MoveRefused
from marketplace.web.validation import from_pydantic
from marketplace.words import N_

KINDS = {
    "suspend": ChangeKind.SUSPENDED,
    "reinstate": ChangeKind.REINSTATED,
    "archive": ChangeKind.ARCHIVED,
}


async def take(session: Session, solution_id: SolutionId, *, by: Actor, now: datetime) -> Revision:
    """Take a submitted revision in review: the others see who reads it."""
    _, revision, roles = await _reviewed(session, solution_id, by)
    await lifecycle.apply(session, REVISION, revision, "take", who=roles, by=by, now=now)
    revision.reviewer_id = by.person_id
    await session.flush()
    return revision


async def release(session: Session, solution_id: SolutionId, *, by: Actor, now: datetime) -> Revision:
    """Put a revision back in the queue."""
    _, revision, roles = await _reviewed(session, solution_id, by)
    await lifecycle.apply(session, REVISION, revision, "release", who=roles, by=by, now=now)
    revision.reviewer_id = None
    await session.flush()
    return revision


async def accept(
    session: Session,
    solution_id: SolutionId,
    *,
    by: Actor,
    now: datetime,
    only: Collection[str] | None = None,
    reason: str = "",
    version: int | None = None,
) -> Solution:
    """Make the directory show the revision under review, or `only` some of its fields: the others go back to the startup.

    The first acceptance publishes the sheet. Raises `Invalid` (unknown field, or what would be published does not stand),
    `StaleVersion`, `MoveRefused`, `Forbidden` for somebody recused.
    """  # fmt: skip
    sheet, revision, roles = await _reviewed(session, solution_id, by, version)
    REVISION.check(revision.state, "accept", roles)
    accepted = await queries.last_accepted(session, sheet.id)
    before = accepted.content if accepted else {}
    offered = revision.content
    taken = offered if only is None else fields.merged(before, offered, _known(only, before, offered))
    try:
        content = SheetIn.model_validate(taken)
    except ValidationError as error:
        raise Invalid(list(from_pydantic(error.errors()))) from None
    await refuse_faults(session, content, clock.paris_day(now))
    facts = {"reason": reason} if reason else None
    await lifecycle.apply(session, REVISION, revision, "accept", who=roles, by=by, now=now, facts=facts)
    revision.reviewer_id, revision.reason = by.person_id, reason or None
    await revising.show(session, sheet, revision, content, before=before, now=now)
    if sheet.state is SolutionState.DRAFT:
        await lifecycle.apply(session, SHEET, sheet, "publish", who=roles, by=by, now=now)
    sheet.review_reason = reason or None
    if fields.differences(revision.content, offered):
        rest = await revising.begin(session, sheet, offered, now=now)
        rest.reason = reason or None
    outbox.record(
        session,
        SheetReviewed(
            solution_id=sheet.id,
            reason=reason,
            decision="accept",
            revision=revision.number,
            version=revision.version,
        ),
    )
    outbox.record(session, SheetChanged(solution_id=sheet.id))
    await session.flush()
    return sheet


async def request_changes(
    session: Session,
    solution_id: SolutionId,
    reason: str,
    *,
    by: Actor,
    now: datetime,
    version: int | None = None,
) -> Solution:
    """Send a revision back to its startup, saying why."""
    sheet, revision, roles = await _reviewed(session, solution_id, by, version)
    await lifecycle.apply(
        session, REVISION, revision, "request_changes", who=roles, by=by, now=now, facts={"reason": reason}
    )
    revision.reviewer_id, revision.reason, sheet.review_reason = by.person_id, reason, reason
    outbox.record(
        session,
        SheetReviewed(
            solution_id=sheet.id,
            reason=reason,
            decision="request_changes",
            revision=revision.number,
            version=revision.version,
        ),
    )
    await session.flush()
    return sheet


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


async def _reviewed(
    session: Session, solution_id: SolutionId, by: Actor, version: int | None = None
) -> tuple[Solution, Revision, set[Who]]:
    """A sheet and its open revision, for somebody who may decide. `version` is the revision's, as it was read."""
    sheet = await locked(session, solution_id)
    roles = who(sheet.startup_id, by)
    if not by.acts_for(sheet.startup_id):
        by.require_role(Role.CURATOR)
        await refuse_recused(session, by, {sheet.startup_id})
    revision = sheet.open_revision
    if revision is None:
        raise MoveRefused(state=SHEET.names[sheet.state], needed=N_("« envoyée »"), move="review")
    if version is not None and revision.version != version:
        raise StaleVersion(read=version, current=revision.version)
    return sheet, revision, roles


def _known(only: Collection[str], before: fields.Content, offered: fields.Content) -> list[str]:
    changed = {difference.path for difference in fields.differences(before, offered)}
    unknown: list[FieldError] = [
        wrong("fields", N_("« {field} » n’est pas un champ modifié par cette révision."), code="choice", field=path[:80])
        for path in sorted(set(only) - changed)
    ]  # fmt: skip
    if not only:
        unknown = [wrong("fields", N_("Choisissez au moins un champ à accepter."), code="required")]
    if unknown:
        raise Invalid(unknown)
    return list(only)


async def _decide(
    session: Session, solution_id: SolutionId, move: str, reason: str | None, *, by: Actor, now: datetime
) -> Solution:
    sheet = await locked(session, solution_id)
    roles = who(sheet.startup_id, by)
    if not roles:
        by.require_role(Role.CURATOR)
    if not by.acts_for(sheet.startup_id):
        await refuse_recused(session, by, {sheet.startup_id})
    was_shown = sheet.published_at is not None
    await lifecycle.apply(
        session, SHEET, sheet, move, who=roles, by=by, now=now, facts={"reason": reason} if reason else None
    )
    sheet.review_reason = reason
    if was_shown:
        revising.tell(session, sheet, KINDS[move], now=now)
    outbox.record(session, SheetReviewed(solution_id=sheet.id, reason=reason or "", decision=move))
    outbox.record(session, SheetChanged(solution_id=sheet.id))
    await session.flush()
    return sheet
