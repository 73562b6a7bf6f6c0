"""A startup writes its sheet: drafts it, revises it, submits it, takes it back. The curators' verbs are in `catalog.curation`."""

import re
import unicodedata
from contextlib import suppress
from datetime import datetime
from secrets import token_hex
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified

from catalog.solutions import revising, sheet_files
from catalog.solutions.content import SheetDraft, SheetIn
from catalog.solutions.events import SheetSubmitted, SheetTakenBack
from catalog.solutions.lifecycle import REVISION, SHEET, RevisionState, SolutionState, who
from catalog.solutions.models import Maturity, Revision, Solution
from catalog.solutions.projecting import project
from catalog.solutions.revising import locked
from catalog.solutions.soundness import faults
from marketplace import audit, clock, lifecycle
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import ReadSession, Session
from marketplace.errors import FieldError, Invalid, NotFound, StaleVersion, wrong
from marketplace.ids import OrganisationId, SolutionId
from marketplace.lifecycle import MoveRefused
from marketplace.web.validation import from_pydantic
from marketplace.words import N_


async def draft(session: Session, content: SheetDraft, *, by: Actor, now: datetime) -> Solution:
    """A new sheet of the acting startup, with its first revision. Raises `Invalid` for what does not hold together."""
    startup_id = by.require(OrganisationKind.STARTUP, Role.EDITOR, Role.ADMIN)
    await _refuse(session, content, startup_id, now)
    sheet = Solution(
        slug=await _free_slug(session, content.name), startup_id=startup_id, supplier_name=by.organisation_name,
        state=SolutionState.DRAFT, state_since=now, name=content.name, summary="", description="", domains=[], tags=[], audiences=[],
        maturity=Maturity.UNKNOWN,
    )  # fmt: skip
    try:
        async with session.begin_nested():
            session.add(sheet)
            await session.flush()
    except (
        IntegrityError
    ):  # taken by a draft that is not ours to see, or by somebody drafting at the same instant
        sheet.slug = f"{sheet.slug}-{token_hex(3)}"
        session.add(sheet)
        await session.flush()
    await project(session, sheet, content)
    await revising.begin(session, sheet, content.stored(), now=now)
    audit.note(session, by, "solution.draft", "solution", sheet.id, after={"slug": sheet.slug})
    return sheet


async def edit(
    session: Session, solution_id: SolutionId, content: SheetDraft, *, version: int, by: Actor, now: datetime
) -> Revision:
    """Replace the content of the open revision; begins one when the sheet is published and has none.

    `version` is the open revision's, or the sheet's when none is open. Raises `NotFound`, `StaleVersion`, `MoveRefused`
    (being reviewed, or archived), `Invalid`.
    """
    sheet, revision, startup_id = await editable(session, solution_id, version=version, by=by)
    await _refuse(session, content, startup_id, now)
    dropped: list[dict[str, Any]] = []
    if revision is None:
        revision = await revising.begin(session, sheet, content.stored(), now=now)
    else:
        dropped = revision.content.get("attachments", [])
        revision.content = content.stored()
        flag_modified(revision, "content")
    if sheet.state is SolutionState.DRAFT:
        await project(session, sheet, content)
    await session.flush()
    await sheet_files.drop_unused(session, startup_id, [UUID(file["file_id"]) for file in dropped])
    audit.note(session, by, "solution.edit", "solution", sheet.id, after={"version": revision.version})
    return revision


async def editable(
    session: Session, solution_id: SolutionId, *, version: int, by: Actor
) -> tuple[Solution, Revision | None, OrganisationId]:
    """A sheet that `by` may write in, its row locked, the revision that is open, and the startup. Raises as `edit`."""
    startup_id = by.require(OrganisationKind.STARTUP, Role.EDITOR, Role.ADMIN)
    sheet = await locked(session, solution_id, startup_id)
    revision = sheet.open_revision
    if sheet.state is SolutionState.ARCHIVED:
        raise MoveRefused(state=SHEET.names[sheet.state], needed=N_("« brouillon »"), move="edit")
    if revision is not None and revision.state is not RevisionState.DRAFT:
        raise MoveRefused(state=REVISION.names[revision.state], needed=N_("« brouillon »"), move="edit")
    current = revision.version if revision else sheet.version
    if current != version:
        raise StaleVersion(read=version, current=current)
    return sheet, revision, startup_id


async def submit(session: Session, solution_id: SolutionId, *, by: Actor, now: datetime) -> Revision:
    """Ask a curator to review the open revision. Raises `Invalid` with everything that is still missing or wrong."""
    sheet, revision = await _own_revision(session, solution_id, by)
    REVISION.check(revision.state, "submit", who(sheet.startup_id, by))
    await complete(session, revision, now)
    await lifecycle.apply(
        session, REVISION, revision, "submit", who=who(sheet.startup_id, by), by=by, now=now,
        event=SheetSubmitted(solution_id=sheet.id),
    )  # fmt: skip
    revision.submitted_at, revision.reviewer_id = now, None
    await session.flush()
    return revision


async def take_back(session: Session, solution_id: SolutionId, *, by: Actor, now: datetime) -> Revision:
    """Undo a submission that no curator has taken yet."""
    sheet, revision = await _own_revision(session, solution_id, by)
    await lifecycle.apply(
        session, REVISION, revision, "take_back", who=who(sheet.startup_id, by), by=by, now=now,
        event=SheetTakenBack(solution_id=sheet.id),
    )  # fmt: skip
    revision.submitted_at = None
    await session.flush()
    return revision


async def withdraw(session: Session, solution_id: SolutionId, *, by: Actor, now: datetime) -> Revision:
    """Abandon the draft of a revision; the sheet stays as published. A sheet that never was is archived."""
    sheet, revision = await _own_revision(session, solution_id, by)
    roles = who(sheet.startup_id, by)
    await lifecycle.apply(session, REVISION, revision, "withdraw", who=roles, by=by, now=now)
    if sheet.state is SolutionState.DRAFT:
        await lifecycle.apply(session, SHEET, sheet, "archive", who=roles, by=by, now=now)
    await session.flush()
    if sheet.startup_id is not None and sheet.state is not SolutionState.ARCHIVED:
        left = [UUID(file["file_id"]) for file in revision.content.get("attachments", [])]
        await sheet_files.drop_unused(session, sheet.startup_id, left)
    return revision


async def complete(session: Session, revision: Revision, now: datetime) -> SheetIn:
    """A revision's content as one that may be published. Raises `Invalid` with everything that is missing or wrong."""
    return await complete_content(session, revision.content, now)


async def complete_content(session: Session | ReadSession, written: dict[str, Any], now: datetime) -> SheetIn:
    """As `complete`, of a content. What is missing and what is wrong are told together."""
    found: list[FieldError] = []
    if written.get("maturity", Maturity.UNKNOWN) == Maturity.UNKNOWN:
        found.append(wrong("maturity", N_("Dites où en est la solution."), code="missing"))
    try:
        content = SheetIn.model_validate(written)
    except ValidationError as error:
        found += from_pydantic(error.errors())
        content = None
    with suppress(ValidationError):  # told above, with what is missing
        found += await faults(session, SheetDraft.model_validate(written), clock.paris_day(now))
    if found or content is None:
        raise Invalid(found)
    return content


async def _refuse(session: Session, content: SheetDraft, startup_id: OrganisationId, now: datetime) -> None:
    found = await faults(session, content, clock.paris_day(now))
    if found := found + await sheet_files.faults(session, content, startup_id):
        raise Invalid(found)


async def _own_revision(session: Session, solution_id: SolutionId, by: Actor) -> tuple[Solution, Revision]:
    startup_id = by.require(OrganisationKind.STARTUP, Role.EDITOR, Role.ADMIN)
    sheet = await locked(session, solution_id, startup_id)
    if sheet.open_revision is None:
        if sheet.state is SolutionState.DRAFT:
            raise NotFound
        raise MoveRefused(state=SHEET.names[sheet.state], needed=N_("« brouillon »"), move="submit")
    return sheet, sheet.open_revision


def slug_of(name: str) -> str:
    """`Télégestion d’Éclairage` → `telegestion-d-eclairage`."""
    folded = unicodedata.normalize("NFKD", name.lower().replace("œ", "oe").replace("æ", "ae"))
    ascii_ = folded.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_.replace("'", "-")).strip("-")[:80] or "solution"


async def _free_slug(session: Session, name: str) -> str:
    base = slug_of(name.replace("’", " ").replace("'", " "))
    taken = set(await session.scalars(select(Solution.slug).where(Solution.slug.startswith(base))))
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug
