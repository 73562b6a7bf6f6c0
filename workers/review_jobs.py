"""Notices about reviews, at each step. A job looks at what is true when it runs: what is settled is told no more.

Their keys begin with `review:<sheet>:`. What waits for a curator is under `waiting:`, and is withdrawn once it is answered.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from catalog.curation.checklist import sentences
from catalog.curation.events import CommentWithdrawn, FieldCommented, ReviewDue, ReviewReleased, ReviewTaken
from catalog.curation.models import Decided, Verdict
from catalog.curation.reminding import LATE, mark_of
from catalog.curation.working_days import TARGET, due_on
from catalog.solutions import wording
from catalog.solutions.events import SheetReviewed, SheetSubmitted, SheetTakenBack
from catalog.solutions.lifecycle import WAITING, RevisionState, SolutionState, Who
from catalog.solutions.models import Revision, Solution
from catalog.solutions.remarks import Remark
from marketplace import clock
from marketplace.accounts.models import Affiliation
from marketplace.actor import Role
from marketplace.db import Session
from marketplace.ids import PersonId, SolutionId
from marketplace.interests.declaring import recused_from
from marketplace.notifications import notices
from workers.tools import Tools

WRITERS = frozenset({Role.EDITOR, Role.ADMIN})
"""Who writes a startup's sheets."""

VERDICTS = {
    Verdict.ACCEPTED: ("Fiche acceptée : {name}", "Votre fiche « {name} » est acceptée : l’annuaire la montre telle que vous l’avez envoyée."),
    Verdict.ACCEPTED_IN_PART: ("Fiche acceptée en partie : {name}", "Une partie de votre fiche « {name} » est publiée ; le reste vous revient."),
    Verdict.CHANGES_REQUESTED: ("Changements demandés : {name}", "Votre fiche « {name} » vous revient : des changements sont demandés."),
    Verdict.SUSPENDED: ("Fiche suspendue : {name}", "Votre fiche « {name} » n’est plus montrée dans l’annuaire."),
    Verdict.REINSTATED: ("Fiche remise en ligne : {name}", "Votre fiche « {name} » est de nouveau dans l’annuaire."),
    Verdict.ARCHIVED: ("Fiche archivée : {name}", "Votre fiche « {name} » est archivée : elle quitte l’annuaire pour toujours."),
}  # fmt: skip

STILL_SUSPENDED = "Votre révision de la fiche « {name} » est acceptée ; la fiche reste suspendue."


async def submitted(session: Session, event: SheetSubmitted, tools: Tools) -> None:
    """To the curators, unless it was taken back meanwhile."""
    del tools
    await _tell_waiting(session, event.solution_id)


async def _tell_waiting(session: Session, solution_id: SolutionId) -> None:
    """To the curators, that a revision waits and that nobody reads it; once a submission."""
    found = await _waiting(session, solution_id)
    if found is None or found[1].state is not RevisionState.SUBMITTED:
        return
    sheet, revision, name = found
    assert revision.submitted_at is not None
    await notices.tell_curators(
        session, key=f"{_waits(sheet.id)}sent:{revision.id}:{revision.submitted_at.isoformat()}", subject=f"Fiche à relire : {name}",
        body=f"{sheet.supplier_name} envoie la fiche « {name} » en relecture. Réponse due le {_day(due_on(revision.submitted_at))}.",
        link=f"/relecture/{sheet.id}", beside=await recused_from(session, sheet.startup_id),
    )  # fmt: skip


async def taken_back(session: Session, event: SheetTakenBack, tools: Tools) -> None:
    """Nothing waits any more."""
    del tools
    if await _waiting(session, event.solution_id) is None:
        await notices.withdraw(session, _waits(event.solution_id))


async def taken(session: Session, event: ReviewTaken, tools: Tools) -> None:
    """To the startup; the other curators need not look any more."""
    del tools
    found = await _waiting(session, event.solution_id)
    if found is None or found[1].state is not RevisionState.IN_REVIEW or found[1].id != event.revision_id:
        return
    sheet, revision, name = found
    await notices.withdraw(session, f"{_waits(sheet.id)}sent:")
    if sheet.startup_id is not None and revision.submitted_at is not None:
        await notices.tell(
            session, sheet.startup_id, key=f"{_asked(sheet.id)}{revision.id}:{event.version}", roles=WRITERS,
            subject=f"Fiche en relecture : {name}",
            body=f"La relecture de votre fiche « {name} » a commencé. Vous aurez une réponse au plus tard le {_day(due_on(revision.submitted_at))}.",
            link=_page(sheet.id),
        )  # fmt: skip


async def released(session: Session, event: ReviewReleased, tools: Tools) -> None:
    """What was not told yet of the reading is no longer true, and the others must look again."""
    del tools
    found = await _waiting(session, event.solution_id)
    if found is None or found[1].state is not RevisionState.IN_REVIEW:
        await notices.withdraw(session, _asked(event.solution_id))
    await _tell_waiting(session, event.solution_id)


async def reviewed(session: Session, event: SheetReviewed, tools: Tools) -> None:
    """To the startup, with the reason; a startup that archives its own sheet need not be told."""
    del tools
    made = await session.get(Decided, event.decision_id) if event.decision_id else None
    sheet = await session.get(Solution, event.solution_id)
    if made is None or sheet is None:
        return
    if await _waiting(session, sheet.id) is None:
        await notices.withdraw(session, _waits(sheet.id))
        await notices.withdraw(session, _asked(sheet.id))
    if sheet.startup_id is None or made.by_startup:
        return
    revision = await session.get(Revision, made.revision_id) if made.revision_id else None
    name = _name(sheet, revision)
    subject, opening = VERDICTS[made.verdict]
    if sheet.state is SolutionState.SUSPENDED and made.verdict in {
        Verdict.ACCEPTED,
        Verdict.ACCEPTED_IN_PART,
    }:
        opening = STILL_SUSPENDED
    await notices.tell(
        session, sheet.startup_id, key=f"review:{sheet.id}:decision:{made.id}", roles=WRITERS, subject=subject.format(name=name),
        body="\n\n".join([opening.format(name=name), *_told(made, revision)]), link=_page(sheet.id),
    )  # fmt: skip


async def commented(session: Session, event: FieldCommented, tools: Tools) -> None:
    """To the other side: the startup, or whoever reads the sheet (else every curator)."""
    del tools
    remark = await session.get(Remark, event.remark_id)
    if remark is None or remark.withdrawn_at is not None:
        return
    sheet, revision = (
        await session.get_one(Solution, remark.solution_id),
        await session.get_one(Revision, remark.revision_id),
    )
    name, field = _name(sheet, revision), wording.label(remark.path, "fr")
    key, body = (
        f"{_comment(sheet.id)}{remark.id}",
        f"« {field} », dans la fiche « {name} » :\n\n{remark.text}",
    )
    if remark.side is Who.CURATOR:
        if sheet.startup_id is not None:
            await notices.tell(
                session, sheet.startup_id, key=key, roles=WRITERS, subject=f"Commentaire de la relecture : {name}", body=body,
                link=_page(sheet.id),
            )  # fmt: skip
        return
    await notices.tell_curators(
        session, key=key, subject=f"Réponse de {sheet.supplier_name} : {name}", body=body, link=f"/relecture/{sheet.id}",
        beside=await _but_reader(session, sheet, revision),
    )  # fmt: skip


async def comment_withdrawn(session: Session, event: CommentWithdrawn, tools: Tools) -> None:
    """What was not told yet is told to nobody."""
    del tools
    await notices.withdraw(session, f"{_comment(event.solution_id)}{event.remark_id}")


async def due(session: Session, event: ReviewDue, tools: Tools) -> None:
    """To whoever reads the sheet, else every curator; when it is late, to all of them. Nothing once it is answered."""
    del tools
    revision = await session.get(Revision, event.revision_id)
    if revision is None or revision.state not in WAITING or revision.submitted_at is None:
        return
    now = await clock.now(session)
    if revision.submitted_at.isoformat() != event.sent or mark_of(revision.submitted_at, now) != event.mark:
        return  # sent again since, or seen so late that a later reminder is due
    sheet = await session.get_one(Solution, revision.solution_id)
    name, day = _name(sheet, revision), _day(due_on(revision.submitted_at))
    late = event.mark == LATE
    subject = f"Fiche en retard : {name}" if late else f"Fiche à relire avant le {day} : {name}"
    body = (
        f"« {name} » de {sheet.supplier_name} devait avoir une réponse le {day}, {TARGET} jours ouvrés après son envoi."
        if late
        else f"« {name} » de {sheet.supplier_name} attend depuis {event.mark} jours ouvrés. Réponse due le {day}."
    )
    beside = (
        await recused_from(session, sheet.startup_id) if late else await _but_reader(session, sheet, revision)
    )
    await notices.tell_curators(
        session, key=f"{_waits(sheet.id)}due:{revision.id}:{event.sent}:{event.mark}", subject=subject, body=body,
        link=f"/relecture/{sheet.id}", beside=beside,
    )  # fmt: skip


def _told(made: Decided, revision: Revision | None) -> list[str]:
    """The reason, what goes back, and what the checklist said « no » to."""
    told = [made.reason] if made.reason else []
    if made.returned:
        references = {f"references.{row['id']}": row for row in (revision.content if revision else {}).get("references", [])}  # fmt: skip
        named = ", ".join(wording.label(path, "fr", references.get(path)) for path in made.returned)
        told.append(
            f"{'À revoir' if made.verdict is Verdict.CHANGES_REQUESTED else 'Pas encore publié'} : {named}."
        )
    told += [f"Non : {sentence} {note}" for sentence, note in sentences(made.remarks)]
    return told


async def _waiting(session: Session, solution_id: SolutionId) -> tuple[Solution, Revision, str] | None:
    """The sheet and its submission, when one waits."""
    row = (
        await session.execute(
            select(Solution, Revision)
            .join(Revision, Revision.solution_id == Solution.id)
            .where(Solution.id == solution_id, Revision.state.in_(WAITING))
        )
    ).one_or_none()
    return (row.Solution, row.Revision, _name(row.Solution, row.Revision)) if row else None


async def _but_reader(session: Session, sheet: Solution, revision: Revision) -> list[PersonId]:
    """Whom not to tell: when somebody reads the sheet, or answered it last, every curator but them."""
    recused = await recused_from(session, sheet.startup_id)
    curators = set(
        await session.scalars(select(Affiliation.person_id).where(Affiliation.roles.contains([Role.CURATOR])))
    )
    reader = revision.reviewer_id
    if reader not in curators or reader in recused:
        return recused
    return [*recused, *(curators - {reader})]


def _name(sheet: Solution, revision: Revision | None) -> str:
    return str(revision.content["name"]) if revision else sheet.name


def _waits(solution_id: UUID) -> str:
    return f"review:{solution_id}:waiting:"


def _asked(solution_id: UUID) -> str:
    return f"review:{solution_id}:taken:"


def _comment(solution_id: UUID) -> str:
    return f"review:{solution_id}:comment:"


def _page(solution_id: UUID) -> str:
    return f"/espace-entreprise/fiches/{solution_id}/relecture"


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
