"""What several verbs begin with: a published sheet of the acting startup, its claims, and one claim's evidence."""

from uuid import UUID

from sqlalchemy import select

from catalog.evidence.lifecycle import EvidenceWho, who
from catalog.evidence.models import Evidence
from catalog.evidence.provable import REFERENCE, claims, kinds_of
from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import Reference, Solution
from catalog.solutions.queries import theirs
from catalog.solutions.revising import locked
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import Session
from marketplace.errors import Conflict, NotFound
from marketplace.ids import SolutionId
from marketplace.words import N_


class NotSaid(Conflict):
    """The claim is not in the directory: evidence is for what is published."""

    code = "not_published"
    sentence = N_(
        "La fiche publiée ne dit rien là-dessus. Publiez d’abord cette réponse, puis apportez-en la preuve."
    )


async def own_sheet(session: Session, solution_id: SolutionId, by: Actor) -> Solution:
    """The acting startup's sheet, locked. Raises `NotFound`, `RoleNeeded`; `NotSaid` when it is not published."""
    startup_id = by.require(OrganisationKind.STARTUP, Role.EDITOR, Role.ADMIN)
    sheet = await locked(session, solution_id, startup_id)
    if sheet.state is not SolutionState.PUBLISHED:
        raise NotSaid
    return sheet


def claim_of(sheet: Solution, path: str) -> str:
    """The fingerprint of what `sheet` says at `path`. Raises `NotFound` for what is not provable, `NotSaid`."""
    if not kinds_of(path):
        raise NotFound
    found = claims(sheet).get(path)
    if found is None:
        if path.startswith(REFERENCE):
            raise NotFound
        raise NotSaid
    return found


def reference_of(sheet: Solution, reference_id: UUID) -> Reference:
    """A published reference of `sheet`. Raises `NotFound`."""
    found = next((reference for reference in sheet.references if reference.id == reference_id), None)
    if found is None:
        raise NotFound
    return found


async def piece_of(
    session: Session, evidence_id: UUID, by: Actor
) -> tuple[Evidence, Solution, set[EvidenceWho]]:
    """A piece of evidence with its sheet, locked, and what `by` is to it. Raises `NotFound`."""
    found = await session.scalar(
        select(Evidence).join(Solution, Solution.id == Evidence.solution_id).where(Evidence.id == evidence_id, theirs(session))
    )  # fmt: skip
    if found is None:
        raise NotFound
    sheet = await locked(session, found.solution_id)
    return found, sheet, who(sheet.startup_id, by)
