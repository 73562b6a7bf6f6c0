"""Commenting on a field, as a curator or as the startup; taking one's own comment back; saying that a thread is resolved."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from catalog.curation.events import CommentWithdrawn, FieldCommented
from catalog.curation.reviewing import reviewed
from catalog.solutions import fields, queries
from catalog.solutions.lifecycle import REVISION, Who
from catalog.solutions.models import Revision, Solution
from catalog.solutions.remarks import WITHDRAWABLE, Remark, RemarkKind
from catalog.solutions.revising import locked
from marketplace import audit, outbox
from marketplace.actor import Actor
from marketplace.db import Session
from marketplace.errors import Conflict, Invalid, NotFound, wrong
from marketplace.ids import SolutionId, new_id
from marketplace.lifecycle import MoveRefused, NotTheirMove
from marketplace.words import N_


class TooLateToWithdraw(Conflict):
    """The comment has been there for longer than it can be taken back."""

    code = "too_late_to_withdraw"
    sentence = N_(
        "Un commentaire se retire dans les {minutes} minutes : écrivez-en un autre pour le corriger."
    )


async def comment(
    session: Session, solution_id: SolutionId, path: str, text: str, *, by: Actor, now: datetime
) -> Remark:
    """Comment on the field at `path` of the open revision, once it has been submitted. Opens a resolved thread.

    Raises `Invalid` for a field that the sheet has not, `MoveRefused` when nothing is being reviewed, `Forbidden`, `NotFound`.
    """
    sheet, revision, side = await _side(session, solution_id, by)
    await _refuse_unknown(session, sheet, revision, path)
    again = await session.scalar(  # a form sent twice says it once
        select(Remark).where(
            Remark.revision_id == revision.id, Remark.path == path, Remark.text == text, Remark.person_id == by.person_id,
            Remark.withdrawn_at.is_(None), Remark.at > now - timedelta(minutes=1),
        ).limit(1)
    )  # fmt: skip
    if again is not None:
        return again
    made = _entry(session, revision, path, RemarkKind.COMMENT, side=side, text=text, by=by, now=now)
    outbox.record(session, FieldCommented(remark_id=made.id))
    audit.note(session, by, "review.comment", "solution", sheet.id, after={"path": path})
    await session.flush()
    return made


async def resolve(
    session: Session, solution_id: SolutionId, path: str, *, resolved: bool, by: Actor, now: datetime
) -> None:
    """Say that a field's threads ask for nothing more, or again for something (curators). Saying it twice changes nothing."""
    sheet, _, side = await _side(session, solution_id, by)
    if side is not Who.CURATOR:
        raise NotTheirMove(whose=(N_("la relecture"),), move="resolve")
    rows = await session.scalars(
        select(Remark)
        .where(Remark.solution_id == sheet.id, Remark.path == path, Remark.withdrawn_at.is_(None))
        .order_by(Remark.at, Remark.id)
    )
    last = {row.revision_id: row.kind for row in rows}
    if not last:
        raise NotFound
    kind = RemarkKind.RESOLVED if resolved else RemarkKind.REOPENED
    for revision_id, was in last.items():
        if (was is RemarkKind.RESOLVED) != resolved:
            about = await session.get_one(Revision, revision_id)
            _entry(session, about, path, kind, side=side, text="", by=by, now=now)
            told = {"path": path, "revision": about.number}
            if resolved:
                audit.note(session, by, "review.resolve", "solution", sheet.id, after=told)
            else:
                audit.note(session, by, "review.reopen", "solution", sheet.id, after=told)
    await session.flush()


async def withdraw(
    session: Session, solution_id: SolutionId, remark_id: UUID, *, by: Actor, now: datetime
) -> None:
    """Take back one's own comment, within `WITHDRAWABLE`. Doing it twice changes nothing. Raises `NotFound` for another's."""
    sheet = await locked(session, solution_id)
    remark = await session.scalar(
        select(Remark)
        .where(
            Remark.id == remark_id, Remark.solution_id == sheet.id, Remark.person_id == by.person_id,
            Remark.kind == RemarkKind.COMMENT,
        )
    )  # fmt: skip
    if remark is None:
        raise NotFound
    if remark.withdrawn_at is not None:
        return
    if now - remark.at > WITHDRAWABLE:
        raise TooLateToWithdraw(minutes=int(WITHDRAWABLE.total_seconds() // 60))
    remark.withdrawn_at = now
    outbox.record(session, CommentWithdrawn(solution_id=sheet.id, remark_id=remark.id))
    audit.note(session, by, "review.withdraw_comment", "solution", sheet.id, after={"path": remark.path})
    await session.flush()


async def _side(session: Session, solution_id: SolutionId, by: Actor) -> tuple[Solution, Revision, Who]:
    """The sheet, its open revision that was submitted once, and on whose behalf `by` speaks."""
    sheet, revision, roles = await reviewed(session, solution_id, by)
    if not roles:
        raise NotTheirMove(whose=(N_("l’entreprise"), N_("la relecture")), move="comment")
    if revision.submitted_at is None and revision.reason is None:  # its startup has shown it to nobody
        raise MoveRefused(state=REVISION.names[revision.state], needed=N_("« envoyée »"), move="comment")
    return sheet, revision, Who.STARTUP if by.acts_for(sheet.startup_id) else Who.CURATOR


async def _refuse_unknown(session: Session, sheet: Solution, revision: Revision, path: str) -> None:
    """Every field may be asked about, even one left out; a reference is one of the sheet's."""
    known = set(fields.FIELDS) - {"references"}
    shown = await queries.last_accepted(session, sheet.id)
    for content in (revision.content, shown.content if shown else {}):
        known |= set(fields.flatten(content))
    if path not in known:
        raise Invalid([wrong("path", N_("Ce champ n’existe pas dans cette fiche."), code="choice")])


def _entry(
    session: Session, revision: Revision, path: str, kind: RemarkKind, *, side: Who, text: str, by: Actor, now: datetime
) -> Remark:  # fmt: skip
    assert by.person_id is not None
    made = Remark(
        id=new_id(), solution_id=revision.solution_id, revision_id=revision.id, path=path, kind=kind, side=side,
        person_id=by.person_id, text=text, at=now,
    )  # fmt: skip
    session.add(made)
    return made
