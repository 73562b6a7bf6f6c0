"""Who may review a sheet, and who does: what every verb of a review begins with."""

from sqlalchemy import func, select

from catalog.solutions.lifecycle import REVISION, SHEET, RevisionState, Who, who
from catalog.solutions.models import Revision, Solution
from catalog.solutions.revising import locked
from marketplace.actor import Actor, Role
from marketplace.db import ReadSession, Session
from marketplace.errors import Conflict, StaleVersion
from marketplace.ids import PersonId, SolutionId
from marketplace.interests.declaring import refuse_recused
from marketplace.lifecycle import MoveRefused
from marketplace.words import N_

SOMEBODY = N_("une autre personne de la relecture")


class ReadByAnother(Conflict):
    """Another curator took this revision."""

    code = "read_by_another"
    sentence = N_(
        "{who} relit cette fiche : laissez-lui la décision, ou remettez d’abord la fiche dans la file."
    )


async def reviewed(
    session: Session,
    solution_id: SolutionId,
    by: Actor,
    version: int | None = None,
    *,
    move: str | None = None,
) -> tuple[Solution, Revision, set[Who]]:
    """A sheet and its open revision, for its startup or a curator whom no interest recuses.

    `move` is one that they must be able to make, and that whoever reads the revision makes, but for giving it back; `version` is the revision's, as it was read.
    """
    sheet = await locked(session, solution_id)
    roles = who(sheet.startup_id, by)
    if not by.acts_for(sheet.startup_id):
        by.require_role(Role.CURATOR)
        await refuse_recused(session, by, {sheet.startup_id})
    revision = sheet.open_revision
    if revision is None:
        raise MoveRefused(state=SHEET.names[sheet.state], needed=N_("« envoyée »"), move="review")
    if move is not None and move != "release" and Who.CURATOR in roles:
        await _refuse_read_by_another(session, revision, by)
    if move is not None:
        REVISION.check(revision.state, move, roles)
    if version is not None and revision.version != version:
        raise StaleVersion(read=version, current=revision.version)
    return sheet, revision, roles


async def name_of(reads: ReadSession | Session, person_id: PersonId | None) -> str:
    """What a curator calls another one; somebody who reviews no more has no name."""
    if person_id is None:
        return SOMEBODY
    return await reads.scalar(select(func.fellow_curator(person_id))) or SOMEBODY


async def _refuse_read_by_another(session: Session, revision: Revision, by: Actor) -> None:
    if revision.state is RevisionState.IN_REVIEW and revision.reviewer_id != by.person_id:
        raise ReadByAnother(who=await name_of(session, revision.reviewer_id))
