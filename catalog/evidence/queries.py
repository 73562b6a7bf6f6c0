"""Reads of evidence: the levels of many sheets at once, references with their town and level, and what waits for whom."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import selectinload

from catalog.evidence.levels import (
    LEVEL_OF,
    EvidenceState,
    Kind,
    Level,
    Piece,
    Proof,
    Verdict,
    level_of,
    proof_of,
)
from catalog.evidence.models import Answer, Evidence, EvidenceRequest
from catalog.evidence.provable import DELIVERED, REFERENCE, claims
from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import Reference, Solution
from catalog.solutions.queries import PUBLIC_PARTS, theirs
from marketplace.db import ReadSession, Session
from marketplace.ids import SolutionId

Reads = ReadSession | Session


class Cited(Protocol):
    """What a reference is weighed by."""

    id: Any
    digest: Any
    insee: Any
    siren: Any
    quantity: Any
    unit: Any


R = TypeVar("R", bound=Cited)


@dataclass(frozen=True, slots=True)
class Delivery:
    """An accepted delivery here, as it is shown: a town, what and how much, and the day."""

    town_name: str
    insee: str | None
    siren: str | None
    delivered: tuple[tuple[Decimal, str], ...]
    proof: Proof

    def covers(self, reference: Cited) -> bool:
        """Whether it proves `reference`: the same town, and no more than what was delivered, in the same unit."""
        same = (self.insee is not None and self.insee == reference.insee) or (
            self.siren is not None and self.siren == reference.siren
        )
        if not same or reference.quantity is None:
            return same
        return any(unit == reference.unit and reference.quantity <= most for most, unit in self.delivered)


@dataclass(slots=True)
class SheetEvidence:
    """What proves one sheet: a verdict a claim, and the deliveries here that no reference tells."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)

    @property
    def proofs(self) -> dict[str, Proof]:
        return {path: proof_of(verdict) for path, verdict in self.verdicts.items()}


Held = dict[str, list[Evidence]]
"""A sheet's evidence by path."""


async def of_sheets(
    reads: Reads, solution_ids: Iterable[UUID], on: date, *, accepted: bool = True
) -> dict[UUID, SheetEvidence]:
    """What proves each of several sheets on a day. Without `accepted`, what was offered, refused or withdrawn is weighed too."""
    wanted = list(solution_ids)
    sheets = await reads.scalars(
        select(Solution)
        .where(Solution.id.in_(wanted))
        .options(*PUBLIC_PARTS)
        .execution_options(populate_existing=True)
    )
    return await of_loaded(reads, sheets.all(), on, accepted=accepted)


async def of_loaded(
    reads: Reads, sheets: Sequence[Solution], on: date, *, accepted: bool = True
) -> dict[UUID, SheetEvidence]:
    """As `of_sheets`, of sheets that were read with their `PUBLIC_PARTS`."""
    held = await held_by(reads, Evidence.solution_id.in_([sheet.id for sheet in sheets]), accepted=accepted)
    return {sheet.id: _of_sheet(sheet, held[sheet.id], on) for sheet in sheets}


async def levels(reads: Reads, solution_ids: Iterable[UUID], on: date) -> dict[UUID, dict[str, Proof]]:
    """Sheet → path → proof, for every provable claim that the sheet makes: references as `references.<id>`."""
    return {sheet_id: found.proofs for sheet_id, found in (await of_sheets(reads, solution_ids, on)).items()}


async def references_levels(
    reads: Reads, solution_ids: Iterable[UUID], on: date
) -> dict[UUID, dict[UUID, Proof]]:
    """Sheet → reference → proof: as `levels`, without reading the sheets themselves."""
    wanted = list(solution_ids)
    held = await held_by(reads, Evidence.solution_id.in_(wanted))
    cited: dict[UUID, list[Reference]] = defaultdict(list)
    for reference in await reads.scalars(select(Reference).where(Reference.solution_id.in_(wanted))):
        cited[reference.solution_id].append(reference)
    return {
        sheet_id: {
            reference.id: proof_of(verdict)
            for reference, verdict, _ in weigh_references(references, held[sheet_id], on)
        }
        for sheet_id, references in cited.items()
    }


async def held_by(
    reads: Reads, whose: ColumnElement[bool], *, accepted: bool = True
) -> defaultdict[UUID, Held]:
    """The evidence of the sheets that `whose` says, by sheet and path."""
    query = select(Evidence).where(whose).order_by(Evidence.id)
    if accepted:
        query = query.where(Evidence.state == EvidenceState.ACCEPTED)
    held: defaultdict[UUID, Held] = defaultdict(lambda: defaultdict(list))
    for evidence in await reads.scalars(query):
        held[evidence.solution_id][evidence.path].append(evidence)
    return held


def _of_sheet(sheet: Solution, held: Held, on: date) -> SheetEvidence:
    found = SheetEvidence()
    told: set[UUID] = set()
    for path, digest in claims(sheet).items():
        if not path.startswith(REFERENCE):
            found.verdicts[path] = level_of([e.piece for e in held.get(path, [])], digest, on)
    for reference, verdict, covering in weigh_references(sheet.references, held, on):
        found.verdicts[f"{REFERENCE}{reference.id}"] = verdict
        told |= {evidence.id for evidence in covering}
    found.deliveries = [
        delivery_of(evidence)
        for evidence in held.get(DELIVERED, [])
        if evidence.id not in told and level_of([evidence.piece], "", on).best is not None
    ]
    return found


def weigh_references(
    references: Iterable[R], held: Held, on: date
) -> Iterator[tuple[R, Verdict, list[Evidence]]]:
    """Each reference (or a row with the columns of `Cited`) with its verdict, and the deliveries here that cover it."""
    delivered = [(evidence, delivery_of(evidence)) for evidence in held.get(DELIVERED, [])]
    for reference in references:
        covering = [evidence for evidence, delivery in delivered if delivery.covers(reference)]
        pieces = [evidence.piece for evidence in held.get(f"{REFERENCE}{reference.id}", [])]
        pieces += [_bound(evidence.piece, reference.digest) for evidence in covering]
        yield reference, level_of(pieces, reference.digest, on), covering


def _bound(piece: Piece, digest: str) -> Piece:
    """A delivery, which bears on a town, as evidence for a reference that it covers."""
    return Piece(piece.id, piece.kind, piece.state, digest, piece.dated_on, piece.expires_on, piece.source)


def delivery_of(evidence: Evidence) -> Delivery:
    """A row of kind delivery as it is shown."""
    facts: dict[str, Any] = evidence.facts or {}
    return Delivery(
        town_name=facts.get("town_name", ""), insee=facts.get("insee"), siren=facts.get("siren"),
        delivered=tuple((Decimal(one["quantity"]), one["unit"]) for one in facts.get("delivered", [])),
        proof=Proof(Level.DELIVERED, evidence.dated_on, evidence.expires_on, evidence.source),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claimed:
    """One provable claim of a sheet, for its startup and for curators: its verdict, and each piece with what it comes to."""

    path: str
    verdict: Verdict
    pieces: Sequence[Evidence]
    request: EvidenceRequest | None

    @property
    def proof(self) -> Proof:
        return proof_of(self.verdict)

    @property
    def whys(self) -> dict[UUID, str]:
        """Piece → why it counts or not."""
        return {piece.id: why.value for piece, why in self.verdict.reasons}


async def claims_of(reads: Reads, sheet: Solution, on: date) -> list[Claimed]:
    """Every provable claim of a sheet that the asker edits or reviews, in the sheet's order."""
    weighed = (await of_sheets(reads, [sheet.id], on, accepted=False))[sheet.id]
    rows = await reads.scalars(
        select(Evidence)
        .where(Evidence.solution_id == sheet.id)
        .options(selectinload(Evidence.contract), selectinload(Evidence.request))
        .order_by(Evidence.id.desc())
    )
    by_id = {evidence.id: evidence for evidence in rows}
    asked: dict[str, EvidenceRequest] = {}
    requests = await reads.scalars(
        select(EvidenceRequest)
        .where(EvidenceRequest.solution_id == sheet.id)
        .order_by(EvidenceRequest.asked_at)
    )
    for request in requests:
        asked[f"{REFERENCE}{request.reference_id}"] = request
    return [
        Claimed(path, verdict, [by_id[piece.id] for piece, _ in reversed(verdict.reasons)], asked.get(path))
        for path, verdict in weighed.verdicts.items()
    ]


async def waiting(reads: Reads) -> list[Evidence]:
    """The evidence that waits for a curator, the longest waiting first: of the acting startup's sheets, or all for a curator."""
    found = await reads.scalars(
        select(Evidence)
        .join(Solution, Solution.id == Evidence.solution_id)
        .where(Evidence.state == EvidenceState.OFFERED, theirs(reads))
        .options(
            selectinload(Evidence.solution).selectinload(Solution.references),
            selectinload(Evidence.solution).selectinload(Solution.prices),
            selectinload(Evidence.contract), selectinload(Evidence.request),
        )
        .order_by(Evidence.state_since, Evidence.id)
    )  # fmt: skip
    return list(found)


async def contradicted(reads: Reads) -> list[tuple[EvidenceRequest, Reference]]:
    """References that a town said are wrong, and that the directory still shows as they were: they leave when they change."""
    rows = await reads.execute(
        select(EvidenceRequest, Reference)
        .join(Solution, Solution.id == EvidenceRequest.solution_id)
        .join(
            Reference,
            (Reference.solution_id == EvidenceRequest.solution_id)
            & (Reference.id == EvidenceRequest.reference_id)
            & (Reference.digest == EvidenceRequest.digest),
        )
        .where(
            EvidenceRequest.answer == Answer.WRONG, Solution.state == SolutionState.PUBLISHED, theirs(reads)
        )
        .options(selectinload(EvidenceRequest.solution))
        .order_by(EvidenceRequest.answered_at)
    )
    return [(request, reference) for request, reference in rows]


def counts_as(kinds: Collection[Kind]) -> list[Kind]:
    """`kinds`, the most worth first: what would raise a claim."""
    return sorted(kinds, key=lambda kind: LEVEL_OF[kind].rank, reverse=True)


async def sheet_proofs(reads: Reads, solution_id: SolutionId, on: date) -> SheetEvidence:
    """What proves one sheet."""
    return (await of_sheets(reads, [solution_id], on)).get(solution_id, SheetEvidence())
