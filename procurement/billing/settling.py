"""When an invoice is paid: the town's part is settled, and the pool whose towns all are goes to its review."""

from datetime import datetime

from sqlalchemy import select

from marketplace import lifecycle
from marketplace.actor import SYSTEM
from marketplace.db import Session
from marketplace.ids import InvoiceId
from procurement.billing.lifecycle import InvoiceState
from procurement.billing.models import Invoice
from procurement.pools.access import locked_memberships, locked_pool, who
from procurement.pools.lifecycle import MEMBERSHIP, POOL, MembershipState, PoolState


async def settle(session: Session, invoice_id: InvoiceId, *, now: datetime) -> None:
    """Settle the paying town's membership, then the pool when nobody is left. Does nothing the second time."""
    invoice = (await session.execute(select(Invoice).where(Invoice.id == invoice_id))).scalar_one()
    pool = await locked_pool(session, invoice.pool_id)
    memberships = await locked_memberships(session, pool)
    if invoice.state is not InvoiceState.PAID:
        return
    for membership in memberships:
        if membership.town_id == invoice.town_id and membership.state is MembershipState.EXECUTING:
            await lifecycle.apply(
                session, MEMBERSHIP, membership, "settle", who=who(pool, SYSTEM), by=SYSTEM, now=now
            )
    left = [m for m in memberships if m.state is MembershipState.EXECUTING]
    if not left and pool.state is PoolState.EXECUTION:
        await lifecycle.apply(session, POOL, pool, "complete", who=who(pool, SYSTEM), by=SYSTEM, now=now)
