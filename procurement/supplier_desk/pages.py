"""The page: `/espace-entreprise`."""

from typing import Any

from litestar import Request, Response, get

from catalog.curation import queries as reviews
from catalog.solutions import queries as sheets
from catalog.solutions.lifecycle import REVISION_STATE_NAMES, STATE_NAMES
from catalog.solutions.schemas import state_of
from catalog.taxonomy import domains
from marketplace import clock
from marketplace.actor import OrganisationKind
from marketplace.web.pages import page
from marketplace.web.transaction import By, Reads
from procurement.billing import mandates
from procurement.billing import queries as billing
from procurement.orders import queries as orders
from procurement.orders.lifecycle import ORDER_STATE_NAMES, OrderState
from procurement.quotes import queries as quotes
from procurement.quotes.lifecycle import CONSULTATION_STATE_NAMES, ConsultationState


@get("/espace-entreprise")
async def desk(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    startup_id = by.require(OrganisationKind.STARTUP)
    now = await clock.now(reads)
    invitations = await quotes.invitations(reads, by)
    answered = {c.id: await quotes.my_quote(reads, c.id, by) for c, _ in invitations}
    found = await orders.mine(reads, by)
    return page(
        request,
        "supplier_desk/desk.html",
        invitations=invitations,
        answered=answered,
        to_answer=[
            c
            for c, invitation in invitations
            if c.state is ConsultationState.OPEN
            and now < c.deadline_at
            and answered[c.id] is None
            and invitation.declined_at is None
        ],
        orders=found,
        to_deliver=[o for o in found if o.state is OrderState.ISSUED],
        to_invoice=[o for o in found if o.state is OrderState.ACCEPTED],
        to_confirm=[i for i in await billing.mine(reads, by) if i.state == "mandated"],
        mandate=await mandates.live_mandate(reads, startup_id),
        sheets=await sheets.of_startup(reads, startup_id),
        progress=lambda sheet: reviews.progress(sheet, now),
        consultation_names=CONSULTATION_STATE_NAMES,
        order_names=ORDER_STATE_NAMES,
        sheet_names=REVISION_STATE_NAMES | STATE_NAMES,
        state_of=state_of,
        domains=domains(),
    )


HANDLERS = [desk]
