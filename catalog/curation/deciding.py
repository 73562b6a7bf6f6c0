"""A curator decides: takes a revision in review, accepts it whole or in part, asks for changes; takes a sheet down, brings it back.

Every decision says why to the startup, and is kept. A decision carries the version that was read, and a revision that
somebody reads is theirs to decide: two curators never overwrite each other.
"""

from collections.abc import Collection
from datetime import datetime

from pydantic import ValidationError

from catalog.curation import ticking
from catalog.curation.events import ReviewReleased, ReviewTaken
from catalog.curation.models import Answer, Decided, Verdict
from catalog.curation.reviewing import reviewed
from catalog.solutions import fields, queries, revising
from catalog.solutions.content import SheetIn
from catalog.solutions.events import SheetChanged, SheetReviewed
from catalog.solutions.lifecycle import REVISION, SHEET, SolutionState, who
from catalog.solutions.models import ChangeKind, Revision, Solution
from catalog.solutions.revising import locked
from catalog.solutions.soundness import refuse_faults
from marketplace import clock, lifecycle, outbox
from marketplace.actor import Actor, Role
from marketplace.db import Json, Session
from marketplace.errors import FieldError, Invalid, StaleVersion, wrong
from marketplace.ids import SolutionId, new_id
from marketplace.interests.declaring import refuse_recused
from marketplace.web.validation import from_pydantic
from marketplace.words import N_

KINDS = {
    "suspend": (ChangeKind.SUSPENDED, Verdict.SUSPENDED),
    "reinstate": (ChangeKind.REINSTATED, Verdict.REINSTATED),
    "archive": (ChangeKind.ARCHIVED, Verdict.ARCHIVED),
}


async def take(
    session: Session, solution_id: SolutionId, *, by: Actor, now: datetime, version: int | None = None
) -> Revision:
    """Take a submitted revision in review: the others see who reads it."""
    sheet, revision, roles = await reviewed(session, solution_id, by, version, move="take")
    await lifecycle.apply(session, REVISION, revision, "take", who=roles, by=by, now=now)
    revision.reviewer_id = by.person_id
    await session.flush()
    outbox.record(
        session, ReviewTaken(solution_id=sheet.id, revision_id=revision.id, version=revision.version)
    )
    return revision


async def release(
    session: Session, solution_id: SolutionId, *, by: Actor, now: datetime, version: int | None = None
) -> Revision:
    """Put a revision back in the queue, whoever reads it."""
    sheet, revision, roles = await reviewed(session, solution_id, by, version, move="release")
    await lifecycle.apply(session, REVISION, revision, "release", who=roles, by=by, now=now)
    revision.reviewer_id = None
    outbox.record(session, ReviewReleased(solution_id=sheet.id))
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

    The first acceptance publishes the sheet. The checklist is answered whole before; its « no » are told with the decision.
    Raises `Invalid` (unknown field, no reason for a part, unanswered item, or what would be published does not stand),
    `StaleVersion`, `ReadByAnother`, `MoveRefused`, `Forbidden` for somebody recused.
    """  # fmt: skip
    sheet, revision, roles = await reviewed(session, solution_id, by, version, move="accept")
    accepted = await queries.last_accepted(session, sheet.id)
    before = accepted.content if accepted else {}
    offered, submitted_at = revision.content, revision.submitted_at
    changed = [difference.path for difference in fields.differences(before, offered)]
    published = changed if only is None else [path for path in changed if path in only]
    returned = [path for path in changed if path not in published]
    taken = fields.merged(before, offered, published) if returned else offered
    faults = [] if only is None or not changed else _unknown(only, changed)
    if returned and not reason:
        faults.append(wrong("reason", N_("Dites pourquoi une partie n’est pas acceptée."), code="required"))
    if faults := faults + await _unanswered(session, revision):
        raise Invalid(faults)
    remarks = await _noes(session, revision)
    try:
        content = SheetIn.model_validate(taken)
    except ValidationError as error:
        raise Invalid(list(from_pydantic(error.errors()))) from None
    await refuse_faults(session, content, clock.paris_day(now))
    facts = ({"reason": reason} if reason else {}) | ({"returned": returned} if returned else {})
    await lifecycle.apply(session, REVISION, revision, "accept", who=roles, by=by, now=now, facts=facts)
    revision.reviewer_id, revision.reason = by.person_id, reason or None
    await revising.show(session, sheet, revision, content, before=before, now=now)
    if sheet.state is SolutionState.DRAFT:
        await lifecycle.apply(session, SHEET, sheet, "publish", who=roles, by=by, now=now)
    sheet.review_reason = reason or None
    if returned:
        rest = await revising.begin(session, sheet, offered, now=now)
        rest.reason = reason or None
    _keep(
        session, sheet, Verdict.ACCEPTED_IN_PART if returned else Verdict.ACCEPTED, by=by, now=now, reason=reason,
        revision=revision, submitted_at=submitted_at, published=published, returned=returned, remarks=remarks,
    )  # fmt: skip
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
    of: Collection[str] = (),
    version: int | None = None,
) -> Solution:
    """Send a revision back to its startup, saying why, and of which fields (`of`; none named: of the whole)."""
    sheet, revision, roles = await reviewed(session, solution_id, by, version, move="request_changes")
    every = list(fields.flatten(revision.content))
    if of and (faults := _unknown(of, every)):
        raise Invalid(faults)
    returned = [path for path in every if path in of]
    submitted_at = revision.submitted_at
    await lifecycle.apply(
        session, REVISION, revision, "request_changes", who=roles, by=by, now=now, facts={"reason": reason}
    )
    revision.reviewer_id, revision.reason, sheet.review_reason = by.person_id, reason, reason
    _keep(
        session, sheet, Verdict.CHANGES_REQUESTED, by=by, now=now, reason=reason, revision=revision, submitted_at=submitted_at,
        returned=returned, remarks=await _noes(session, revision),
    )  # fmt: skip
    await session.flush()
    return sheet


async def suspend(
    session: Session,
    solution_id: SolutionId,
    reason: str,
    *,
    by: Actor,
    now: datetime,
    version: int | None = None,
) -> Solution:
    """Take a published sheet down, saying why. `version`: the sheet's."""
    return await _decide(session, solution_id, "suspend", reason, by=by, now=now, version=version)


async def reinstate(
    session: Session,
    solution_id: SolutionId,
    reason: str,
    *,
    by: Actor,
    now: datetime,
    version: int | None = None,
) -> Solution:
    """Bring a suspended sheet back, saying why. `version`: the sheet's."""
    return await _decide(session, solution_id, "reinstate", reason, by=by, now=now, version=version)


async def archive(
    session: Session,
    solution_id: SolutionId,
    reason: str,
    *,
    by: Actor,
    now: datetime,
    version: int | None = None,
) -> Solution:
    """Take a sheet out of the directory for good, with what was open of it: its startup or a curator may."""
    return await _decide(session, solution_id, "archive", reason, by=by, now=now, version=version)


async def _unanswered(session: Session, revision: Revision) -> list[FieldError]:
    """One fault for each item of the checklist that is still to be answered."""
    return [
        wrong(f"checklist.{one.item.key}", N_("À vérifier avant de publier : {item}"), code="required", item=one.item.sentence)
        for one in await ticking.asked(session, revision)
        if not one.answered
    ]  # fmt: skip


async def _noes(session: Session, revision: Revision) -> list[Json]:
    return [
        {"item": one.item.key, "note": one.tick.note or ""}
        for one in await ticking.asked(session, revision)
        if one.tick is not None and not one.outdated and one.tick.answer is Answer.NO
    ]


def _unknown(asked: Collection[str], known: Collection[str]) -> list[FieldError]:
    if not asked:
        return [wrong("fields", N_("Choisissez au moins un champ à accepter."), code="required")]
    return [
        wrong("fields", N_("« {field} » n’est pas un champ modifié par cette révision."), code="choice", field=path[:80])
        for path in sorted(set(asked) - set(known))
    ]  # fmt: skip


async def _decide(
    session: Session,
    solution_id: SolutionId,
    move: str,
    reason: str,
    *,
    by: Actor,
    now: datetime,
    version: int | None,
) -> Solution:
    sheet = await locked(session, solution_id)
    roles = who(sheet.startup_id, by)
    if not roles:
        by.require_role(Role.CURATOR)
    if not by.acts_for(sheet.startup_id):
        await refuse_recused(session, by, {sheet.startup_id})
    SHEET.check(sheet.state, move, roles)
    if version is not None and sheet.version != version:
        raise StaleVersion(read=version, current=sheet.version)
    was_shown, revision = sheet.published_at is not None, sheet.open_revision
    await lifecycle.apply(session, SHEET, sheet, move, who=roles, by=by, now=now, facts={"reason": reason})
    if move == "archive" and revision is not None:
        await lifecycle.apply(session, REVISION, revision, "close", who=roles, by=by, now=now)
    sheet.review_reason = reason
    kind, verdict = KINDS[move]
    if was_shown:
        revising.tell(session, sheet, kind, now=now)
    _keep(session, sheet, verdict, by=by, now=now, reason=reason, move=move)
    outbox.record(session, SheetChanged(solution_id=sheet.id))
    await session.flush()
    return sheet


def _keep(
    session: Session,
    sheet: Solution,
    verdict: Verdict,
    *,
    by: Actor,
    now: datetime,
    reason: str,
    revision: Revision | None = None,
    submitted_at: datetime | None = None,
    published: Collection[str] = (),
    returned: Collection[str] = (),
    remarks: Collection[Json] = (),
    move: str = "",
) -> None:
    """Write the decision in the sheet's history, and announce it."""
    made = Decided(
        solution_id=sheet.id, revision_id=revision.id if revision else None, number=revision.number if revision else None,
        verdict=verdict, reason=reason or None, fields=list(published), returned=list(returned), remarks=list(remarks),
        person_id=by.person_id, by_startup=by.acts_for(sheet.startup_id), submitted_at=submitted_at, at=now, id=new_id(),
    )  # fmt: skip
    session.add(made)
    moves = {Verdict.CHANGES_REQUESTED: "request_changes"}
    outbox.record(
        session,
        SheetReviewed(
            solution_id=sheet.id, reason=reason, decision=move or moves.get(verdict, "accept"), decision_id=made.id,
            revision=revision.number if revision else 0, version=revision.version if revision else 0,
        ),
    )  # fmt: skip
