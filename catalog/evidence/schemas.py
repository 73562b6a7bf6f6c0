"""What the API says of evidence, and what it and the forms take."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, StringConstraints

from catalog.evidence.levels import EvidenceState, Kind, Level, Proof
from catalog.evidence.models import Answer, Evidence, EvidenceRequest, PublicContract
from catalog.evidence.queries import Claimed, Delivery, SheetEvidence
from catalog.evidence.references import Placed
from catalog.solutions.schemas import IndicatorOut
from catalog.texts import Line, Phrase, Prose
from marketplace.web.schemas import Input, Output, clean, plain

Address = Annotated[str, StringConstraints(min_length=1, max_length=320), AfterValidator(clean)]
ClaimPath = Annotated[str, StringConstraints(max_length=100)]


class ProofOut(Output):
    """What a claim is worth today. A declaration has neither date nor source."""

    level: Level
    dated_on: date | None
    expires_on: date | None
    source: str

    @classmethod
    def of(cls, proof: Proof) -> "ProofOut":
        return cls.model_validate(proof)


class QuantityOut(Output):
    quantity: str
    unit: str


class DeliveryOut(Output):
    """A delivery here that no reference of the sheet tells."""

    town_name: str
    insee: str | None
    siren: str | None
    delivered: list[QuantityOut]
    delivered_on: date | None

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryOut":
        return cls(
            town_name=delivery.town_name, insee=delivery.insee, siren=delivery.siren,
            delivered=[QuantityOut(quantity=plain(quantity), unit=unit) for quantity, unit in delivery.delivered],
            delivered_on=delivery.proof.dated_on,
        )  # fmt: skip


class SheetEvidenceOut(Output):
    """The levels of a published sheet: one a provable claim, references as `references.<id>`."""

    slug: str
    on: date
    claims: dict[str, ProofOut]
    deliveries: list[DeliveryOut]

    @classmethod
    def of(cls, slug: str, found: SheetEvidence, on: date) -> "SheetEvidenceOut":
        return cls(
            slug=slug, on=on, claims={path: ProofOut.of(proof) for path, proof in found.proofs.items()},
            deliveries=[DeliveryOut.of(delivery) for delivery in found.deliveries],
        )  # fmt: skip


class ContractOut(Output):
    """A public contract, as its buyer published it (open data)."""

    id: UUID
    uid: str
    buyer_siret: str
    holders: list[str]
    object: str
    cpv: str
    notified_on: date
    months: int

    @classmethod
    def of(cls, contract: PublicContract) -> "ContractOut":
        return cls.model_validate(contract)


class RequestOut(Output):
    """A question to a town. Its link is the town's alone."""

    id: UUID
    reference_id: UUID
    recipient: str
    state: str
    asked_at: datetime
    expires_at: datetime
    answer: Answer | None
    said: str | None

    @classmethod
    def of(cls, request: EvidenceRequest) -> "RequestOut":
        return cls.model_validate(request)


class EvidenceOut(Output):
    """A piece of evidence, for its startup and for curators. `why`: whether it counts today, or why not."""

    id: UUID
    solution_id: UUID
    path: str
    kind: Kind
    state: EvidenceState
    source: str
    dated_on: date
    expires_on: date | None
    file_id: UUID | None
    reason: str | None
    why: str | None = None
    contract: ContractOut | None = None
    request: RequestOut | None = None

    @classmethod
    def of(cls, row: Evidence, why: str | None = None, *, whole: bool = True) -> "EvidenceOut":
        return cls(
            id=row.id, solution_id=row.solution_id, path=row.path, kind=row.kind, state=row.state, source=row.source, dated_on=row.dated_on,
            expires_on=row.expires_on, file_id=row.file_id, reason=row.reason, why=why,
            contract=ContractOut.of(row.contract) if whole and row.contract else None,
            request=RequestOut.of(row.request) if whole and row.request else None,
        )  # fmt: skip


class ClaimOut(Output):
    """A provable claim: its level, what could raise it, its evidence, and the last question put to the town."""

    path: str
    proof: ProofOut
    kinds: list[Kind]
    evidence: list[EvidenceOut]
    request: RequestOut | None

    @classmethod
    def of(cls, claim: Claimed, kinds: list[Kind]) -> "ClaimOut":
        return cls(
            path=claim.path, proof=ProofOut.of(claim.proof), kinds=kinds,
            evidence=[EvidenceOut.of(piece, claim.whys[piece.id]) for piece in claim.pieces],
            request=RequestOut.of(claim.request) if claim.request else None,
        )  # fmt: skip


class PlacedOut(Output):
    """A published reference with its town as it is today."""

    id: UUID
    solution: str
    solution_name: str
    supplier: str
    fictional: bool
    domains: list[str]
    town_name: str
    insee: str | None
    siren: str | None
    population: int | None
    department: str | None
    epci_siren: str | None
    latitude: float | None
    longitude: float | None
    started_on: date
    ended_on: date | None
    quantity: str | None
    unit: str | None
    scope: str
    indicators: list[IndicatorOut]
    proof: ProofOut

    @classmethod
    def of(cls, found: Placed) -> "PlacedOut":
        said, place = found.reference, found.place
        return cls(
            id=said.id, solution=found.slug, solution_name=found.solution_name, supplier=found.supplier_name, fictional=found.fictional,
            domains=list(found.domains), town_name=said.town_name, insee=said.insee, siren=said.siren, population=place.population, department=place.department,
            epci_siren=place.epci_siren, latitude=place.latitude, longitude=place.longitude, started_on=said.started_on,
            ended_on=said.ended_on, quantity=None if said.quantity is None else plain(said.quantity), unit=said.unit, scope=said.scope,
            indicators=[IndicatorOut.model_validate(one) for one in said.indicators], proof=ProofOut.of(found.proof),
        )  # fmt: skip


class RequestIn(Input):
    """Whom to ask at the town."""

    reference_id: UUID
    email: Address


class LinkIn(Input):
    """Which contract proves which reference."""

    reference_id: UUID
    contract_id: UUID


class ReviewLinkIn(LinkIn):
    """A curator's: of which sheet, too."""

    solution_id: UUID


class DocumentIn(Input):
    """A document for the claim at `path`, with the dates that are written on it. The file comes beside."""

    path: ClaimPath
    title: Line
    dated_on: date
    expires_on: date | None = None


class Refusal(Input):
    """Why a curator refuses a piece of evidence: the startup reads it."""

    reason: Phrase


class AnswerIn(Input):
    """What the person asked at the town answers. Who is not the right person need not say who they are."""

    answer: Answer
    said: Prose | None = None
    name: Line | None = None
    role: Line | None = None
