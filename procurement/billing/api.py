"""`/api/v1`: billing mandate, invoices, payments by mandat."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, delete, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, JSONBody, MultipartBody
from pydantic import BaseModel, ConfigDict, ValidationError

from marketplace import clock
from marketplace.actor import OrganisationKind
from marketplace.errors import Invalid, NotFound, SignInNeeded
from marketplace.files import accepting
from marketplace.files.kinds import Kind
from marketplace.ids import InvoiceId, OrderId
from marketplace.web.creating import creating
from marketplace.web.limits import UPLOAD_LIMIT
from marketplace.web.transaction import By, Reads, Writes
from marketplace.web.validation import from_pydantic
from procurement.billing import invoicing, mandates, paying, queries
from procurement.billing.schemas import InvoiceOut, MandateOut, NewMandate, OwnInvoice, PaymentIn, PaymentOut
from procurement.pools.schemas import Reason

TAGS = ["billing"]


class OwnInvoiceForm(BaseModel):
    """The multipart form of a supplier's own invoice: its facts, and the PDF in `file`."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    number: str
    issued_on: date
    ht_cents: int
    vat_cents: int
    ttc_cents: int
    file: UploadFile | None = None


@post("/billing-mandate", summary="Mandate Lot Commun to issue my invoices", tags=TAGS)
@creating
async def give_mandate(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[NewMandate]
) -> MandateOut:
    del request
    return MandateOut.model_validate(
        await mandates.give(session, data.prefix, by=by, now=await clock.now(session)), from_attributes=True
    )


@get("/billing-mandate", summary="My billing mandate", tags=TAGS)
async def show_mandate(reads: Reads, by: By) -> MandateOut:
    found = await mandates.live_mandate(reads, by.require(OrganisationKind.STARTUP))
    if found is None:
        raise NotFound
    return MandateOut.model_validate(found)


@delete("/billing-mandate", summary="Revoke my billing mandate", tags=TAGS, status_code=204)
async def revoke_mandate(session: Writes, by: By) -> None:
    await mandates.revoke(session, by=by, now=await clock.now(session))


@post(
    "/orders/{order_id:uuid}/invoice",
    summary="Give my own invoice for an accepted order (PDF)",
    tags=TAGS,
    request_max_body_size=UPLOAD_LIMIT,
)
@creating
async def give_invoice(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    order_id: FromPath[UUID],
    data: MultipartBody[OwnInvoiceForm],
) -> InvoiceOut:
    try:
        given = OwnInvoice.model_validate(data.model_dump(exclude={"file"}))
    except ValidationError as error:
        raise Invalid(from_pydantic(error.errors())) from None
    pdf = await accepting.offered(request, data.file, allowed={Kind.PDF})
    invoice = await invoicing.record_own(
        session,
        OrderId(order_id),
        given,
        pdf,
        folder=request.app.state.settings.files_dir,
        by=by,
        now=await clock.now(session),
    )
    return InvoiceOut.model_validate(invoice)


@get("/invoices", summary="My invoices", tags=TAGS)
async def list_invoices(reads: Reads, by: By) -> list[InvoiceOut]:
    if not by.signed_in:
        raise SignInNeeded
    return [InvoiceOut.model_validate(invoice) for invoice in await queries.mine(reads, by)]


@get("/invoices/{invoice_id:uuid}", summary="One invoice", tags=TAGS)
async def show_invoice(reads: Reads, invoice_id: FromPath[UUID]) -> InvoiceOut:
    return InvoiceOut.model_validate(await queries.one(reads, InvoiceId(invoice_id)))


@post("/invoices/{invoice_id:uuid}/payment", summary="Record the mandat that pays it", tags=TAGS)
@creating
async def record_payment(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    invoice_id: FromPath[UUID],
    data: JSONBody[PaymentIn],
) -> PaymentOut:
    del request
    return PaymentOut.model_validate(
        await paying.record(session, InvoiceId(invoice_id), data, by=by, now=await clock.now(session))
    )


@post(
    "/invoices/{invoice_id:uuid}/payment/confirmation",
    summary="Confirm that the money came",
    tags=TAGS,
    status_code=200,
)
async def confirm_payment(session: Writes, by: By, invoice_id: FromPath[UUID]) -> InvoiceOut:
    return InvoiceOut.model_validate(
        await paying.confirm(session, InvoiceId(invoice_id), by=by, now=await clock.now(session))
    )


@post(
    "/invoices/{invoice_id:uuid}/payment/dispute",
    summary="Say that the money did not come",
    tags=TAGS,
    status_code=200,
)
async def dispute_payment(
    session: Writes, by: By, invoice_id: FromPath[UUID], data: JSONBody[Reason]
) -> InvoiceOut:
    return InvoiceOut.model_validate(
        await paying.dispute(session, InvoiceId(invoice_id), data.reason, by=by, now=await clock.now(session))
    )


HANDLERS = [
    give_mandate, show_mandate, revoke_mandate, give_invoice, list_invoices, show_invoice, record_payment, confirm_payment,
    dispute_payment,
]  # fmt: skip
