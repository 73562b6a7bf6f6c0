"""`/api/v1/my/supplier…`, `/api/v1/my/certificates…`, `/api/v1/suppliers/{id}` for everybody, `/api/v1/reviews/certificates…`."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post, put
from litestar.datastructures import UploadFile
from litestar.params import FromPath, JSONBody, MultipartBody
from pydantic import BaseModel, ConfigDict, ValidationError

from catalog.suppliers import bundle, candidature, profile, queries, stakes, standing
from catalog.suppliers.models import Certificate, Supplier
from catalog.suppliers.schemas import (
    BankIn,
    CapacityIn,
    CertificateIn,
    CertificateOut,
    ContactOut,
    ContactsIn,
    IdentityIn,
    Refusal,
    SiretIn,
    StakeIn,
    StakeOut,
    StandingOut,
    SupplierMoved,
    SupplierOut,
    SupplierOwn,
    capacity_out,
    category_of,
    identity_of,
    own,
)
from marketplace import clock
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import ReadSession, Session
from marketplace.errors import Invalid
from marketplace.files import accepting
from marketplace.files.api import attachment
from marketplace.files.storage import content_of
from marketplace.ids import OrganisationId
from marketplace.web.creating import creating
from marketplace.web.limits import UPLOAD_LIMIT
from marketplace.web.transaction import By, Reads, Writes
from marketplace.web.validation import from_pydantic
from marketplace.web.versions import asked_version

TAGS = ["suppliers"]


class CertificateUpload(BaseModel):
    """The multipart form of a document: its facts as JSON values, and the PDF, PNG or JPEG in `file`."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    kind: str
    issuer: str
    issued_on: str
    title: str | None = None
    number: str | None = None
    expires_on: str | None = None
    amount_cents: int | None = None
    file: UploadFile | None = None


@get("/my/supplier", summary="My startup's profile", tags=TAGS)
async def my_supplier(reads: Reads, by: By) -> SupplierOwn:
    return await own_profile(reads, by.require(OrganisationKind.STARTUP), by)


@put("/my/supplier/identity", summary="Replace the identity (If-Match: version, 0 at first)", tags=TAGS)
async def put_identity(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[IdentityIn]
) -> SupplierMoved:
    version = asked_version(request) or 0
    return _moved(
        await profile.edit_identity(session, data, version=version, by=by, now=await clock.now(session))
    )


@put("/my/supplier/capacity", summary="Replace what the startup can serve (If-Match: version)", tags=TAGS)
async def put_capacity(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[CapacityIn]
) -> SupplierMoved:
    version = asked_version(request) or 0
    return _moved(
        await profile.edit_capacity(session, data, version=version, by=by, now=await clock.now(session))
    )


@put("/my/supplier/contacts", summary="Replace every contact (If-Match: version)", tags=TAGS)
async def put_contacts(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[ContactsIn]
) -> SupplierMoved:
    version = asked_version(request) or 0
    return _moved(await profile.edit_contacts(session, data.contacts, version=version, by=by))


@put("/my/supplier/bank", summary="Replace the bank details (administrators; If-Match: version)", tags=TAGS)
async def put_bank(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[BankIn]
) -> SupplierMoved:
    version = asked_version(request) or 0
    return _moved(await profile.edit_bank(session, data, version=version, by=by))


@post(
    "/my/supplier/siret",
    summary="Give the SIRET that the account lacks (administrators)",
    tags=TAGS,
    status_code=200,
)
async def give_siret(session: Writes, by: By, data: JSONBody[SiretIn]) -> SupplierOwn:
    organisation = await profile.complete_siret(session, data.siret, by=by)
    return await own_profile(session, organisation.id, by)


@get("/my/supplier/stakes", summary="Who owns my startup", tags=TAGS)
async def my_stakes(reads: Reads, by: By) -> list[StakeOut]:
    startup_id = by.require(OrganisationKind.STARTUP)
    return [StakeOut.of(stake) for stake in await queries.stakes(reads, startup_id)]


@post("/my/supplier/stakes", summary="Declare a stake in my startup", tags=TAGS)
@creating
async def declare_stake(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[StakeIn]
) -> StakeOut:
    del request
    return StakeOut.of(await stakes.declare(session, data, by=by, now=await clock.now(session)))


@put(
    "/my/supplier/stakes/{stake_id:uuid}",
    summary="Correct a stake, or end it (If-Match: version)",
    tags=TAGS,
)
async def correct_stake(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    stake_id: FromPath[UUID],
    data: JSONBody[StakeIn],
) -> StakeOut:
    by.require(OrganisationKind.STARTUP, *profile.EDITORS)
    version = asked_version(request) or 0
    now = await clock.now(session)
    return StakeOut.of(await stakes.correct(session, stake_id, data, version=version, by=by, now=now))


@get("/my/certificates", summary="My candidature file", tags=TAGS)
async def my_certificates(reads: Reads, by: By) -> list[CertificateOut]:
    startup_id = by.require(OrganisationKind.STARTUP)
    today = clock.paris_day(await clock.now(reads))
    return [CertificateOut.of(one, today) for one in await queries.certificates(reads, startup_id)]


@post(
    "/my/certificates",
    summary="Put a document in my candidature file",
    tags=TAGS,
    request_max_body_size=UPLOAD_LIMIT,
)
@creating
async def offer_certificate(
    request: Request[Any, Any, Any], session: Writes, by: By, data: MultipartBody[CertificateUpload]
) -> CertificateOut:
    by.require(OrganisationKind.STARTUP, *profile.EDITORS)
    told = {name: value for name, value in data.model_dump(exclude={"file"}).items() if value is not None}
    try:
        content = CertificateIn.model_validate(told)
    except ValidationError as error:
        raise Invalid(from_pydantic(error.errors())) from None
    file = await accepting.offered(request, data.file, allowed=candidature.FILES)
    now = await clock.now(session)
    folder = request.app.state.settings.files_dir
    made = await candidature.offer(session, content, file, folder=folder, by=by, now=now)
    return CertificateOut.of(made, clock.paris_day(now))


@get(
    "/my/certificates/{certificate_id:uuid}/file",
    summary="One document of my candidature file",
    tags=TAGS,
    media_type="application/octet-stream",
)
async def my_document(
    request: Request[Any, Any, Any], reads: Reads, by: By, certificate_id: FromPath[UUID]
) -> Response[bytes]:
    by.require(OrganisationKind.STARTUP)
    return await document(request, reads, certificate_id)


@get(
    "/my/candidature.zip",
    summary="My candidature file, whole: documents, summary (PDF) and list (XLSX)",
    tags=TAGS,
    media_type="application/zip",
)
async def my_candidature(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[bytes]:
    return await whole(request, reads, by)


@get("/suppliers/{supplier_id:uuid}", summary="A startup, as everybody may know it", tags=TAGS)
async def show_supplier(reads: Reads, by: By, supplier_id: FromPath[UUID]) -> SupplierOut:
    startup_id = OrganisationId(supplier_id)
    organisation = await queries.startup(reads, startup_id)
    supplier = await queries.profile(reads, startup_id)
    today = clock.paris_day(await clock.now(reads))
    contacts = await queries.contacts(reads, startup_id, by)
    states = (await standing.standings(reads, [startup_id], today))[startup_id]
    return SupplierOut(
        id=organisation.id, name=organisation.name, siren=organisation.siren, siret=organisation.siret, identity=identity_of(supplier),
        category=category_of(supplier), capacity=capacity_out(supplier),
        stakes=[StakeOut.of(stake, public=True) for stake in await queries.stakes(reads, startup_id)],
        certificates=[StandingOut.of(one) for one in states],
        contacts=None if contacts is None else [ContactOut.model_validate(one) for one in contacts],
    )  # fmt: skip


@post("/suppliers/{supplier_id:uuid}/stakes", summary="Add an undeclared stake (curators)", tags=TAGS)
@creating
async def add_stake(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    supplier_id: FromPath[UUID],
    data: JSONBody[StakeIn],
) -> StakeOut:
    del request
    now = await clock.now(session)
    return StakeOut.of(await stakes.add(session, OrganisationId(supplier_id), data, by=by, now=now))


@put(
    "/suppliers/{supplier_id:uuid}/stakes/{stake_id:uuid}",
    summary="Correct a startup's stake (curators; If-Match: version)",
    tags=TAGS,
)
async def curate_stake(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    supplier_id: FromPath[UUID],
    stake_id: FromPath[UUID],
    data: JSONBody[StakeIn],
) -> StakeOut:
    by.require_role(Role.CURATOR)
    version = asked_version(request) or 0
    await queries.stake(session, stake_id, OrganisationId(supplier_id))
    now = await clock.now(session)
    return StakeOut.of(await stakes.correct(session, stake_id, data, version=version, by=by, now=now))


@get("/reviews/certificates", summary="Documents waiting for a curator", tags=TAGS)
async def to_check(reads: Reads, by: By) -> list[CertificateOut]:
    by.require_role(Role.CURATOR)
    today = clock.paris_day(await clock.now(reads))
    return [CertificateOut.of(one, today) for one in await queries.to_check(reads)]


@get(
    "/reviews/certificates/{certificate_id:uuid}/file",
    summary="A document to check",
    tags=TAGS,
    media_type="application/octet-stream",
)
async def document_to_check(
    request: Request[Any, Any, Any], reads: Reads, by: By, certificate_id: FromPath[UUID]
) -> Response[bytes]:
    by.require_role(Role.CURATOR)
    return await document(request, reads, certificate_id)


@post(
    "/reviews/certificates/{certificate_id:uuid}/acceptance",
    summary="Accept a document",
    tags=TAGS,
    status_code=200,
)
async def accept(session: Writes, by: By, certificate_id: FromPath[UUID]) -> CertificateOut:
    now = await clock.now(session)
    return _certificate(await candidature.accept(session, certificate_id, by=by, now=now), now)


@post(
    "/reviews/certificates/{certificate_id:uuid}/refusal",
    summary="Refuse a document, saying why",
    tags=TAGS,
    status_code=200,
)
async def refuse(
    session: Writes, by: By, certificate_id: FromPath[UUID], data: JSONBody[Refusal]
) -> CertificateOut:
    now = await clock.now(session)
    return _certificate(await candidature.refuse(session, certificate_id, data.reason, by=by, now=now), now)


async def own_profile(reads: ReadSession | Session, startup_id: OrganisationId, by: Actor) -> SupplierOwn:
    """A startup's own profile, with what is missing from it."""
    organisation = await queries.startup(reads, startup_id)
    supplier = await queries.profile(reads, startup_id)
    contacts = await queries.contacts(reads, startup_id, by) or []
    bank = await queries.bank(reads, startup_id)
    held = await queries.stakes(reads, startup_id)
    lacking = [name for name, _, _ in queries.missing(organisation, supplier, contacts, bank, held)]
    return own(organisation, supplier, contacts, bank, held, lacking)


async def document(
    request: Request[Any, Any, Any], reads: ReadSession, certificate_id: UUID
) -> Response[bytes]:
    """One document as a download, for whoever may see it."""
    file = await queries.file_of(reads, certificate_id)
    content = content_of(request.app.state.settings.files_dir, file)
    return attachment(content, file.name, file.media_type, sha256=file.sha256)


async def whole(request: Request[Any, Any, Any], reads: ReadSession, by: Actor) -> Response[bytes]:
    """The acting startup's candidature file as one ZIP."""
    startup_id = by.require(OrganisationKind.STARTUP)
    today = clock.paris_day(await clock.now(reads))
    content = await bundle.archive(
        request.app.state.settings.files_dir, await queries.startup(reads, startup_id), await queries.profile(reads, startup_id),
        await queries.certificates(reads, startup_id), today,
    )  # fmt: skip
    return attachment(content, f"candidature-{today}.zip", "application/zip")


def _moved(supplier: Supplier) -> SupplierMoved:
    return SupplierMoved(id=supplier.startup_id, version=supplier.version)


def _certificate(certificate: Certificate, now: Any) -> CertificateOut:
    return CertificateOut.of(certificate, clock.paris_day(now))


HANDLERS = [
    my_supplier, put_identity, put_capacity, put_contacts, put_bank, give_siret, my_stakes, declare_stake, correct_stake, my_certificates,
    offer_certificate, my_document, my_candidature, show_supplier, add_stake, curate_stake, to_check, document_to_check, accept, refuse,
]  # fmt: skip
