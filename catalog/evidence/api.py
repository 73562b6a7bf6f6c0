"""`/api/v1`: what proves a sheet, for all; a startup's evidence; a curator's queue; references across the directory."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, JSONBody, MultipartBody, QueryParameter
from pydantic import BaseModel, ConfigDict, ValidationError

from catalog.evidence import asking, attaching, deciding, linking, queries
from catalog.evidence.models import Evidence
from catalog.evidence.provable import kinds_of
from catalog.evidence.references import all_references, count_references
from catalog.evidence.schemas import (
    ClaimOut,
    ContractOut,
    DocumentIn,
    EvidenceOut,
    LinkIn,
    PlacedOut,
    Refusal,
    RequestIn,
    RequestOut,
    ReviewLinkIn,
    SheetEvidenceOut,
)
from catalog.solutions import queries as sheets
from marketplace import clock
from marketplace.actor import Actor, Role
from marketplace.db import ReadSession, Session
from marketplace.errors import Invalid, NotFound
from marketplace.files import accepting
from marketplace.files.api import attachment
from marketplace.files.kinds import Kind
from marketplace.files.models import StoredFile
from marketplace.files.storage import content_of
from marketplace.ids import SolutionId
from marketplace.web.creating import creating
from marketplace.web.limits import UPLOAD_LIMIT
from marketplace.web.pagination import PageNumber, Pages, PerPage
from marketplace.web.rates import INVITE
from marketplace.web.schemas import Output, Page
from marketplace.web.transaction import By, Reads, Writes
from marketplace.web.validation import from_pydantic

TAGS = ["evidence"]
ACCEPTED = {Kind.PDF, Kind.PNG, Kind.JPEG}


class DocumentBody(BaseModel):
    """The multipart form of a document: its facts, and the file in `file` (PDF, PNG or JPEG)."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    path: str
    title: str
    dated_on: date
    expires_on: date | None = None
    file: UploadFile | None = None


class MatchOut(Output):
    """A contract that may prove a reference. `counts_by_itself`: its CPV division is the sheet's too."""

    reference_id: UUID
    contract: ContractOut
    counts_by_itself: bool

    @classmethod
    def of(cls, match: linking.Match) -> "MatchOut":
        return cls(**cls._values(match))

    @classmethod
    def _values(cls, match: linking.Match) -> dict[str, Any]:
        return {
            "reference_id": match.reference.id, "contract": ContractOut.of(match.contract), "counts_by_itself": match.alike,
        }  # fmt: skip


class ProposalOut(MatchOut):
    """The same, for a curator: of which sheet, and where."""

    solution_id: UUID
    slug: str
    town_name: str

    @classmethod
    def proposing(cls, match: linking.Match) -> "ProposalOut":
        return cls(
            **cls._values(match), solution_id=match.sheet.id, slug=match.sheet.slug, town_name=match.reference.town_name
        )  # fmt: skip


class MyEvidenceOut(Output):
    """Everything that proves a sheet, or could."""

    claims: list[ClaimOut]
    contracts: list[MatchOut]


@get("/solutions/{slug:str}/evidence", summary="What proves a published sheet", tags=TAGS)
async def show(reads: Reads, slug: FromPath[str]) -> SheetEvidenceOut:
    sheet = await sheets.by_slug(reads, slug)
    today = await _today(reads)
    return SheetEvidenceOut.of(sheet.slug, await queries.sheet_proofs(reads, sheet.id, today), today)


@get("/references", summary="Published references, with their town and level", tags=TAGS)
async def references(
    reads: Reads,
    domain: Annotated[str, QueryParameter(max_length=60)] = "",
    department: Annotated[str, QueryParameter(max_length=3)] = "",
    page: PageNumber = 1,
    per_page: PerPage = 50,
) -> Page[PlacedOut]:
    chosen = {"domain": domain, "department": department}
    total = await count_references(reads, **chosen)
    offset = Pages(page, per_page, total).offset
    found = await all_references(reads, await _today(reads), **chosen, limit=per_page, offset=offset)
    items = [PlacedOut.of(one) for one in found]
    return Page[PlacedOut](items=items, total=total, page=page, per_page=per_page)


@get(
    "/my/solutions/{solution_id:uuid}/evidence", summary="What proves one of my sheets, and could", tags=TAGS
)
async def mine(reads: Reads, by: By, solution_id: FromPath[UUID]) -> MyEvidenceOut:
    sheet = await sheets.by_id(reads, SolutionId(solution_id), by)
    claims = await queries.claims_of(reads, sheet, await _today(reads))
    return MyEvidenceOut(
        claims=[ClaimOut.of(claim, queries.counts_as(kinds_of(claim.path))) for claim in claims],
        contracts=[
            MatchOut.of(match)
            for match in await linking.matches(reads, solution_ids=[sheet.id])
        ],
    )  # fmt: skip


@post(
    "/my/solutions/{solution_id:uuid}/evidence/documents",
    summary="Offer a document for a claim (multipart)",
    tags=TAGS,
    request_max_body_size=UPLOAD_LIMIT,
)
@creating
async def attach(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    solution_id: FromPath[UUID],
    data: MultipartBody[DocumentBody],
) -> EvidenceOut:
    try:
        said = DocumentIn.model_validate(data.model_dump(exclude={"file"}))
    except ValidationError as error:
        raise Invalid(from_pydantic(error.errors())) from None
    file = await accepting.offered(request, data.file, allowed=ACCEPTED)
    made = await attaching.attach(
        session, request.app.state.settings.files_dir, SolutionId(solution_id), said.path, file=file, title=said.title,
        dated_on=said.dated_on, expires_on=said.expires_on, by=by, now=await clock.now(session),
    )  # fmt: skip
    return EvidenceOut.of(made, whole=False)


@post(
    "/my/solutions/{solution_id:uuid}/evidence/requests",
    summary="Ask a reference town to confirm, by mail",
    tags=TAGS,
)
@creating
async def ask(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    solution_id: FromPath[UUID],
    data: JSONBody[RequestIn],
) -> RequestOut:
    await count_question(request, by)
    now = await clock.now(session)
    made = await asking.ask(session, SolutionId(solution_id), data.reference_id, data.email, by=by, now=now)
    return RequestOut.of(made)


@post(
    "/my/solutions/{solution_id:uuid}/evidence/requests/{request_id:uuid}/resending",
    summary="Ask the same person again; the earlier link ends",
    tags=TAGS,
)
@creating
async def resend(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    solution_id: FromPath[UUID],
    request_id: FromPath[UUID],
) -> RequestOut:
    await count_question(request, by)
    now = await clock.now(session)
    return RequestOut.of(await asking.resend(session, SolutionId(solution_id), request_id, by=by, now=now))


@post(
    "/my/solutions/{solution_id:uuid}/evidence/requests/{request_id:uuid}/cancellation",
    summary="Take a question back; its link ends",
    tags=TAGS,
    status_code=204,
)
async def cancel(session: Writes, by: By, solution_id: FromPath[UUID], request_id: FromPath[UUID]) -> None:
    await asking.cancel(session, SolutionId(solution_id), request_id, by=by, now=await clock.now(session))


@post(
    "/my/solutions/{solution_id:uuid}/evidence/contracts",
    summary="Say that a public contract is a reference's",
    tags=TAGS,
)
@creating
async def link(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    solution_id: FromPath[UUID],
    data: JSONBody[LinkIn],
) -> EvidenceOut:
    del request
    now = await clock.now(session)
    made = await linking.link(session, SolutionId(solution_id), data.reference_id, data.contract_id, by=by, now=now)  # fmt: skip
    return EvidenceOut.of(made, whole=False)


@post(
    "/my/evidence/{evidence_id:uuid}/withdrawal",
    summary="Take a piece of evidence back",
    tags=TAGS,
    status_code=200,
)
async def withdraw(session: Writes, by: By, evidence_id: FromPath[UUID]) -> EvidenceOut:
    done = await attaching.withdraw(session, evidence_id, by=by, now=await clock.now(session))
    return EvidenceOut.of(done, whole=False)


@get("/reviews/evidence", summary="Evidence that waits for a curator", tags=["reviews"])
async def waiting(reads: Reads, by: By) -> list[EvidenceOut]:
    by.require_role(Role.CURATOR)
    return [EvidenceOut.of(row) for row in await queries.waiting(reads)]


@get("/reviews/evidence/contracts", summary="Public contracts that may prove a reference", tags=["reviews"])
async def proposals(reads: Reads, by: By) -> list[ProposalOut]:
    by.require_role(Role.CURATOR)
    return [ProposalOut.proposing(match) for match in await linking.unlinked(reads)]


@post("/reviews/evidence/contracts", summary="Link a public contract to a reference", tags=["reviews"])
@creating
async def review_link(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[ReviewLinkIn]
) -> EvidenceOut:
    del request
    by.require_role(Role.CURATOR)
    made = await linking.link_as_curator(
        session, SolutionId(data.solution_id), data.reference_id, data.contract_id, by=by, now=await clock.now(session)
    )  # fmt: skip
    return EvidenceOut.of(made, whole=False)


@post(
    "/reviews/evidence/{evidence_id:uuid}/acceptance",
    summary="Make a piece of evidence count",
    tags=["reviews"],
    status_code=200,
)
async def accept(session: Writes, by: By, evidence_id: FromPath[UUID]) -> EvidenceOut:
    done = await deciding.accept(session, evidence_id, by=by, now=await clock.now(session))
    return EvidenceOut.of(done, whole=False)


@post(
    "/reviews/evidence/{evidence_id:uuid}/refusal",
    summary="Refuse a piece of evidence, saying why",
    tags=["reviews"],
    status_code=200,
)
async def refuse(
    session: Writes, by: By, evidence_id: FromPath[UUID], data: JSONBody[Refusal]
) -> EvidenceOut:
    done = await deciding.refuse(session, evidence_id, data.reason, by=by, now=await clock.now(session))
    return EvidenceOut.of(done, whole=False)


@get(
    "/reviews/evidence/{evidence_id:uuid}/file",
    summary="The document of a piece of evidence (curators)",
    tags=["reviews"],
    media_type="application/octet-stream",
)
async def document(
    request: Request[Any, Any, Any], reads: Reads, by: By, evidence_id: FromPath[UUID]
) -> Response[bytes]:
    return await document_of(request, reads, by, evidence_id)


async def document_of(
    request: Request[Any, Any, Any], reads: ReadSession, by: Actor, evidence_id: UUID
) -> Response[bytes]:
    """The file behind a piece of evidence, for a curator. Raises `RoleNeeded`, `NotFound`."""
    by.require_role(Role.CURATOR)
    evidence = await reads.get(Evidence, evidence_id)
    file = await reads.get(StoredFile, evidence.file_id) if evidence and evidence.file_id else None
    if file is None:
        raise NotFound
    content = content_of(request.app.state.settings.files_dir, file)
    return attachment(content, file.name, file.media_type, sha256=file.sha256)


async def count_question(request: Request[Any, Any, Any], by: Actor) -> None:
    """Count one mail to a town, by organisation. Raises `TooOften`."""
    if by.organisation_id is not None:
        await request.app.state.rates.hit(INVITE, f"evidence:{by.organisation_id}")


async def _today(session: Session | ReadSession) -> date:
    return clock.paris_day(await clock.now(session))


HANDLERS = [
    show, references, mine, attach, ask, resend, cancel, link, withdraw, waiting, proposals, review_link, accept, refuse, document,
]  # fmt: skip
