"""The pools' jobs: each reloads by id and calls one function of the domain, which looks before it acts."""

from marketplace import clock
from marketplace.accounts.events import RolesChanged
from marketplace.actor import SYSTEM
from marketplace.db import Session
from procurement.billing import documents, invoicing, settling
from procurement.billing.events import InvoiceIssued, InvoicePaid
from procurement.conventions import generating
from procurement.orders import preparing
from procurement.orders.events import OrderAccepted, OrderIssued, OrdersChunkPlanned
from procurement.pools import appointments, census, dissolving
from procurement.pools.events import CensusClosed, CensusDue, CommitmentOpened, WentIndividual
from procurement.quotes import consolidating, unsealing
from procurement.quotes.events import AwardNotified, ConsultationPublished, OffersOpened, QuotesDue
from workers import mail_jobs
from workers.tools import Tools


async def close_census(session: Session, event: CensusDue, tools: Tools) -> None:
    del tools
    await census.close(session, event.pool_id, by=SYSTEM, now=await clock.now(session))


async def consolidate_grids(session: Session, event: CensusClosed, tools: Tools) -> None:
    del tools
    await consolidating.on_grids(session, event.pool_id, now=await clock.now(session))


async def return_needs(session: Session, event: WentIndividual, tools: Tools) -> None:
    members = await dissolving.return_needs(session, event.pool_id)
    await mail_jobs.went_individual(session, event, members, tools)


async def write_agreement(session: Session, event: CommitmentOpened, tools: Tools) -> None:
    await generating.generate(session, event.pool_id, folder=tools.files_dir, now=await clock.now(session))


async def make_keys(session: Session, event: ConsultationPublished, tools: Tools) -> None:
    await unsealing.make_keys(
        session, event.consultation_id, seal_key=tools.seal_key, now=await clock.now(session)
    )


async def unseal_offers(session: Session, event: QuotesDue, tools: Tools) -> None:
    await unsealing.unseal_all(
        session, event.consultation_id, seal_key=tools.seal_key, now=await clock.now(session)
    )


async def consolidate_quotes(session: Session, event: OffersOpened, tools: Tools) -> None:
    del tools
    await consolidating.on_quotes(session, event.pool_id, event.consultation_id)


async def plan_orders(session: Session, event: AwardNotified, tools: Tools) -> None:
    await preparing.plan_orders(session, event.pool_id, event.award_id, size=tools.chunk_size)


async def prepare_orders(session: Session, event: OrdersChunkPlanned, tools: Tools) -> None:
    del tools
    await preparing.prepare_chunk(session, event.award_id, event.chunk_id, now=await clock.now(session))


async def write_order(session: Session, event: OrderIssued, tools: Tools) -> None:
    await documents.write_order(session, event.order_id, folder=tools.files_dir, now=await clock.now(session))


async def issue_invoice(session: Session, event: OrderAccepted, tools: Tools) -> None:
    del tools
    await invoicing.issue_under_mandate(session, event.order_id, now=await clock.now(session))


async def write_invoice(session: Session, event: InvoiceIssued, tools: Tools) -> None:
    await documents.write_invoice(session, event.invoice_id, folder=tools.files_dir)


async def settle(session: Session, event: InvoicePaid, tools: Tools) -> None:
    del tools
    await settling.settle(session, event.invoice_id, now=await clock.now(session))


async def end_duties(session: Session, event: RolesChanged, tools: Tools) -> None:
    """Whoever left, or may decide no more, is in charge of no pool."""
    del tools
    await appointments.end_all_of(
        session, event.person_id, event.organisation_id, by=SYSTEM, now=await clock.now(session)
    )
