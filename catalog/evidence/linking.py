"""A reference and a public contract: who can be linked to what, and when a machine may say so.

A contract can prove a reference only when one of its holders is the startup and its buyer the reference's town, by SIREN. It counts
by itself when its CPV division is also one of the sheet's or of its domains; otherwise a curator decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, cast, select
from sqlalchemy.dialects.postgresql import array, insert

from catalog.evidence.durations import ends_on
from catalog.evidence.events import EvidenceOffered
from catalog.evidence.levels import EvidenceState, Kind
from catalog.evidence.models import Evidence, PublicContract
from catalog.evidence.provable import REFERENCE
from catalog.evidence.reading import own_sheet, reference_of
from catalog.solutions.events import SheetChanged
from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import Reference, Solution
from catalog.solutions.revising import locked
from catalog.taxonomy import domains
from marketplace import audit, outbox
from marketplace.accounts.models import Organisation
from marketplace.actor import SYSTEM, Actor, Role
from marketplace.db import ReadSession, Session
from marketplace.errors import Invalid, wrong
from marketplace.ids import SolutionId, new_id
from marketplace.interests.declaring import refuse_recused
from marketplace.words import N_


@dataclass(frozen=True, slots=True)
class Match:
    """A contract that may prove a reference. `alike`: its subject agrees too, so that it counts by itself."""

    sheet: Solution
    reference: Reference
    contract: PublicContract
    alike: bool


def divisions(sheet: Solution) -> set[str]:
    """The CPV divisions (two first digits) of a sheet: its own codes', or those of its domains when it gives none."""
    codes = sheet.cpv or [
        cpv.code for name in sheet.domains if name in domains() for cpv in domains()[name].cpv
    ]
    return {code[:2] for code in codes}


async def matches(
    session: Session | ReadSession, *, solution_ids: Iterable[UUID] | None = None
) -> list[Match]:
    """Every contract that may prove a published reference (of `solution_ids`, or of all sheets), the latest first."""
    same: ColumnElement[bool] = and_(
        PublicContract.buyer_siren == Reference.siren,
        PublicContract.holder_sirens.contains(array([cast(Organisation.siren, Text)])),
    )
    query = (
        select(Solution, Reference, PublicContract)
        .join(Reference, Reference.solution_id == Solution.id)
        .join(Organisation, Organisation.id == Solution.startup_id)
        .join(PublicContract, same)
        .where(Solution.state == SolutionState.PUBLISHED)
        .order_by(PublicContract.notified_on.desc(), PublicContract.uid)
    )
    if solution_ids is not None:
        query = query.where(Solution.id.in_(list(solution_ids)))
    return [
        Match(sheet, reference, contract, contract.cpv[:2] in divisions(sheet))
        for sheet, reference, contract in await session.execute(query)
    ]


async def link(
    session: Session, solution_id: SolutionId, reference_id: UUID, contract_id: UUID, *, by: Actor, now: datetime
) -> Evidence:  # fmt: skip
    """The startup says that a contract is this reference's: it counts at once when the subject agrees too.

    Raises `NotFound`, `RoleNeeded`, `NotSaid`; `Invalid` for a contract whose parties are others, or linked already.
    """
    sheet = await own_sheet(session, solution_id, by)
    return await _link(session, sheet, reference_id, contract_id, counts=False, by=by, now=now)


async def link_as_curator(
    session: Session, solution_id: SolutionId, reference_id: UUID, contract_id: UUID, *, by: Actor, now: datetime
) -> Evidence:  # fmt: skip
    """A curator says so, whatever its subject: it counts. Raises `NotFound`, `RoleNeeded`, `Recused`, `Invalid` as `link`."""
    by.require_role(Role.CURATOR)
    sheet = await locked(session, solution_id)
    await refuse_recused(session, by, {sheet.startup_id})
    return await _link(session, sheet, reference_id, contract_id, counts=True, by=by, now=now)


async def _link(
    session: Session, sheet: Solution, reference_id: UUID, contract_id: UUID, *, counts: bool, by: Actor, now: datetime
) -> Evidence:  # fmt: skip
    reference = reference_of(sheet, reference_id)
    found = next(
        (
            match
            for match in await matches(session, solution_ids=[sheet.id])
            if match.reference.id == reference.id and match.contract.id == contract_id
        ),
        None,
    )
    if found is None:
        raise Invalid(
            [wrong("contract_id", N_("Ce marché ne peut pas prouver cette référence : son acheteur ou son titulaire sont d’autres."), code="mismatch")]
        )  # fmt: skip
    evidence = await _keep(session, found, counts=counts or found.alike, by=by, now=now)
    if evidence is None:
        raise Invalid(
            [wrong("contract_id", N_("Ce marché est déjà lié à cette référence."), code="duplicate")]
        )
    return evidence


async def unlinked(reads: ReadSession | Session) -> list[Match]:
    """The contracts that may prove a published reference, and about which nothing was ever said: for curators."""
    found = await matches(reads)
    said = {
        (solution_id, path, contract_id)
        for solution_id, path, contract_id in await reads.execute(
            select(Evidence.solution_id, Evidence.path, Evidence.contract_id).where(Evidence.contract_id.is_not(None))
        )
    }  # fmt: skip
    return [
        match for match in found
        if (match.sheet.id, f"{REFERENCE}{match.reference.id}", match.contract.id) not in said
    ]  # fmt: skip


async def link_by_itself(
    session: Session, *, now: datetime, solution_ids: Iterable[UUID] | None = None
) -> int:
    """With the worker's rights: link every contract that agrees in parties and subject. Never one that was taken back or refused."""
    linked = 0
    for match in await matches(session, solution_ids=solution_ids):
        if not match.alike:
            continue
        settled = await session.scalar(
            select(Evidence.id).where(
                Evidence.solution_id == match.sheet.id, Evidence.path == f"{REFERENCE}{match.reference.id}",
                Evidence.contract_id == match.contract.id,
                (Evidence.digest == match.reference.digest) | Evidence.state.in_([EvidenceState.WITHDRAWN, EvidenceState.REFUSED]),
            )
        )  # fmt: skip
        if settled is None:
            linked += await _keep(session, match, counts=True, by=SYSTEM, now=now) is not None
    return linked


async def _keep(session: Session, match: Match, *, counts: bool, by: Actor, now: datetime) -> Evidence | None:
    """Write the link, unless it is there."""
    contract, path = match.contract, f"{REFERENCE}{match.reference.id}"
    state = EvidenceState.ACCEPTED if counts else EvidenceState.OFFERED
    evidence_id = new_id()
    added = await session.scalar(
        insert(Evidence)
        .values(
            id=evidence_id, solution_id=match.sheet.id, path=path, kind=Kind.CONTRACT, digest=match.reference.digest, source=contract.uid,
            dated_on=contract.notified_on,
            expires_on=ends_on(Kind.CONTRACT, path, contract.notified_on, contract_months=contract.months),
            contract_id=contract.id, state=state, state_since=now, offered_by=by.person_id,
        )
        .on_conflict_do_nothing(
            index_elements=["solution_id", "path", "contract_id", "digest"],
            index_where=Evidence.contract_id.is_not(None) & Evidence.state.in_(["offered", "accepted"]),
        )
        .returning(Evidence.id)
    )  # fmt: skip
    if added is None:
        return None
    audit.note(
        session, by, "evidence.link", "evidence", evidence_id, after={"path": path, "contract": contract.uid, "state": state}
    )  # fmt: skip
    outbox.record(session, SheetChanged(solution_id=match.sheet.id))
    if state is EvidenceState.OFFERED:
        outbox.record(session, EvidenceOffered(evidence_id=evidence_id))
    return await session.get(Evidence, evidence_id)
