"""Revisions: beginning one, accepting one, and keeping an open one true to what was published meanwhile."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from catalog.solutions import fields
from catalog.solutions.content import SheetDraft
from catalog.solutions.lifecycle import RevisionState, SolutionState
from catalog.solutions.models import Change, ChangeKind, Revision, Solution
from catalog.solutions.projecting import project
from catalog.solutions.queries import PARTS, last_accepted, theirs
from marketplace.db import Session
from marketplace.errors import NotFound
from marketplace.ids import OrganisationId, SolutionId

HIDDEN = frozenset({SolutionState.SUSPENDED, SolutionState.ARCHIVED})


async def locked(
    session: Session, solution_id: SolutionId, startup_id: OrganisationId | None = None
) -> Solution:
    """A sheet with its parts and its open revision, its row locked: the acting startup's, or any for a curator.

    `startup_id` limits it to one's. Every change of a sheet or of its revisions begins here. Raises `NotFound`.
    """
    query = (
        select(Solution)
        .where(Solution.id == solution_id, theirs(session))
        .options(*PARTS)
        .with_for_update(of=Solution)
        .execution_options(populate_existing=True)
    )
    if startup_id is not None:
        query = query.where(Solution.startup_id == startup_id)
    sheet = await session.scalar(query)
    if sheet is None:
        raise NotFound
    return sheet


async def begin(session: Session, sheet: Solution, content: dict[str, Any], *, now: datetime) -> Revision:
    """A new open revision of `sheet`, whose row is locked."""
    accepted = await last_accepted(session, sheet.id)
    revision = Revision(
        solution_id=sheet.id, number=await next_number(session, sheet), base=accepted.number if accepted else 0, content=content,
        changed=[], state=RevisionState.DRAFT, state_since=now,
    )  # fmt: skip
    session.add(revision)
    await session.flush()
    return revision


async def next_number(session: Session, sheet: Solution) -> int:
    """The number of the next revision of `sheet`, whose row is locked."""
    last = await session.scalar(select(func.max(Revision.number)).where(Revision.solution_id == sheet.id))
    return (last or 0) + 1


async def show(
    session: Session,
    sheet: Solution,
    revision: Revision,
    content: SheetDraft,
    *,
    before: dict[str, Any],
    now: datetime,
    besides: Sequence[str] = (),
) -> None:
    """Make the directory show an accepted revision: its content, what it changed since `before`, and the news of it.

    `besides` names what changed that is not content (an import's source, say).
    """  # fmt: skip
    revision.content, revision.decided_at = content.stored(), now
    found = fields.differences(before, revision.content)
    revision.changed = [difference.path for difference in found] + list(besides)
    first = sheet.published_at is None
    sheet.published_at, sheet.revised_at = sheet.published_at or now, now
    await project(session, sheet, content)
    if sheet.state in HIDDEN:
        return  # what the directory does not show is no news of it
    open_ones = [d.path for d in found if not d.field.confidential]
    tell(
        session, sheet, ChangeKind.PUBLISHED if first else ChangeKind.REVISED, now=now,
        changed=[] if first else open_ones + list(besides),
    )  # fmt: skip


def tell(
    session: Session, sheet: Solution, kind: ChangeKind, *, now: datetime, changed: Sequence[str] = ()
) -> None:
    """Write what happened to `sheet` in the directory's public history."""
    session.add(
        Change(
            solution_id=sheet.id, kind=kind, slug=sheet.slug, name=sheet.name, changed=list(changed), at=now
        )
    )


def rebase(revision: Revision, before: dict[str, Any], published: dict[str, Any], number: int) -> None:
    """Carry an open revision's own changes, made since `before`, over what was `published` meanwhile as `number`."""
    own = [difference.path for difference in fields.differences(before, revision.content)]
    revision.content = fields.merged(published, revision.content, own)
    revision.base = number
