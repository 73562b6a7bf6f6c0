"""A startup writes its sheet: drafts it, revises it, submits it, takes it back. The curators' verbs are in `catalog.curation`."""

import re
import unicodedata
from datetime import datetime
from secrets import token_hex

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified

from catalog.solutions import revising
from catalog.solutions.content import SheetDraft, SheetIn
from catalog.solutions.events import SheetSubmitted, SheetTakenBack
from catalog.solutions.lifecycle import REVISION, SHEET, RevisionState, SolutionState, who
from catalog.solutions.models import Maturity, Revision, Solution
from catalog.solutions.projecting import project
from catalog.solutions.revising import locked
from catalog.solutions.soundness import faults, refuse_faults
from marketplace import audit, clock, lifecycle
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import Session
from marketplace.errors import FieldError, Invalid, NotFound, StaleVersion, wrong
from marketplace.ids import SolutionId
from marketplace.lifecycle import MoveRefused
from marketplace.web.validation import from_pydantic
from marketplace.words import N_


async def draft(session: Session, content: SheetDraft, *, by: Actor, now: datetime) -> Solution:
    """A new sheet of the acting startup, with its first revision. Raises `Invalid` for what does not hold together."""
    startup_id = by.require(OrganisationKind.STARTUP, Role.EDITOR, Role.ADMIN)
    await refuse_faults(session, content, clock.paris_day(now))
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
    await refuse_faults(session, content, clock.paris_day(now))
    if revision is None:
        revision = await revising.begin(session, sheet, content.stored(), now=now)
    else:
        revision.content = content.stored()
        flag_modified(revision, "content")
    if sheet.state is SolutionState.DRAFT:
        await project(session, sheet, content)
    await session.flush()
    audit.note(session, by, "solution.edit", "solution", sheet.id, after={"version": revision.version})
    return revision


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
    return revision


async def complete(session: Session, revision: Revision, now: datetime) -> SheetIn:
    """A revision's content as one that may be published. Raises `Invalid` with everything that is missing or wrong."""
    missing: list[FieldError] = []
    if revision.content.get("maturity", Maturity.UNKNOWN) == Maturity.UNKNOWN:
        missing.append(wrong("maturity", N_("Dites où en est la solution."), code="missing"))
    try:
        content = SheetIn.model_validate(revision.content)
    except ValidationError as error:
        raise Invalid([*from_pydantic(error.errors()), *missing]) from None
    if missing := missing + await faults(session, content, clock.paris_day(now)):
        raise Invalid(missing)
    return content


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
