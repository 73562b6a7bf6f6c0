"""Mails: what each piece of news says to whom, and the sending itself."""

from collections.abc import Sequence

from sqlalchemy import select

from marketplace import clock
from marketplace.accounts.models import Organisation
from marketplace.actor import Role
from marketplace.db import Session
from marketplace.money import euros
from marketplace.notifications.events import MailQueued
from marketplace.notifications.writing import tell
from procurement.conventions.events import AgreementReady
from procurement.orders.events import OrdersPrepared
from procurement.orders.models import PurchaseOrder
from procurement.pools.events import CensusClosed, TownInvited, TownLeft, WentIndividual
from procurement.pools.lifecycle import PRESENT
from procurement.pools.models import Membership, Pool
from procurement.quotes.events import AwardNotified, ConsultationOpen
from procurement.quotes.lifecycle import QuoteState
from procurement.quotes.models import Award, Consultation, Invitation, Quote
from workers import mailer
from workers.tools import Tools

AGENTS = frozenset({Role.AGENT, Role.ADMIN})
SIGNATORIES = frozenset({Role.SIGNATORY, Role.AGENT, Role.ADMIN})
SELLERS = frozenset({Role.SELLER, Role.ADMIN})


async def town_invited(session: Session, event: TownInvited, tools: Tools) -> None:
    pool, town = await _pool(session, event.pool_id), await _town(session, event.membership_id)
    await tell(
        session, town.id, key=f"invited:{event.membership_id}", roles=AGENTS,
        subject=f"Invitation à un achat groupé : {pool.title}",
        body=f"{town.name} est invitée à l’achat groupé « {pool.title} ».\n\nDéclarer un besoin n’engage pas la ville. "
        f"Recensement jusqu’au {_day(pool)}.\n\n{_link(tools, pool)}",
    )  # fmt: skip


async def town_left(session: Session, event: TownLeft, tools: Tools) -> None:
    pool, town = await _pool(session, event.pool_id), await _town(session, event.membership_id)
    await tell(
        session, pool.coordinator_id, key=event.key, roles=AGENTS,
        subject=f"{town.name} quitte l’achat groupé : {pool.title}",
        body=f"{town.name} ne participe plus à « {pool.title} ». Les totaux et la fourchette ont été recalculés.\n\n{_link(tools, pool)}",
    )  # fmt: skip


async def census_closed(session: Session, event: CensusClosed, tools: Tools) -> None:
    pool = await _pool(session, event.pool_id)
    for membership in await _present(session, pool):
        await tell(
            session, membership.town_id, key=f"census_closed:{membership.id}:{pool.version}", roles=AGENTS,
            subject=f"Confirmez vos quantités : {pool.title}",
            body=f"Le recensement de « {pool.title} » est clos. Relisez vos quantités, puis confirmez-les.\n\n{_link(tools, pool)}",
        )  # fmt: skip


async def went_individual(
    session: Session, event: WentIndividual, members: Sequence[Membership], tools: Tools
) -> None:
    pool = await _pool(session, event.pool_id)
    for membership in members:
        await tell(
            session, membership.town_id, key=f"individual:{membership.id}", roles=AGENTS,
            subject=f"L’achat groupé s’arrête : {pool.title}",
            body=f"Le seuil de « {pool.title} » n’a pas été atteint : comme prévu, chaque ville peut acheter seule. Votre besoin et "
            f"votre quantité vous attendent ici :\n\n{tools.settings.web.base_url}/achats/nouveau",
        )  # fmt: skip


async def agreement_ready(session: Session, event: AgreementReady, tools: Tools) -> None:
    pool = await _pool(session, event.pool_id)
    for membership in await _present(session, pool):
        await tell(
            session, membership.town_id, key=f"agreement:{event.agreement_id}:{membership.id}", roles=SIGNATORIES,
            subject=f"Convention à délibérer et à signer : {pool.title}",
            body=f"La convention constitutive de « {pool.title} » est prête. C’est un modèle : faites-le relire par votre juriste.\n\n"
            f"{_link(tools, pool)}",
        )  # fmt: skip


async def consultation_open(session: Session, event: ConsultationOpen, tools: Tools) -> None:
    consultation = (
        await session.execute(select(Consultation).where(Consultation.id == event.consultation_id))
    ).scalar_one()
    invited = await session.scalars(
        select(Invitation.startup_id).where(Invitation.consultation_id == consultation.id)
    )
    for startup_id in invited:
        await tell(
            session, startup_id, key=f"consultation:{consultation.id}:{startup_id}", roles=SELLERS,
            subject=f"Demande de devis : {consultation.published['title']}",
            body=f"{consultation.published['coordinator']['name']} demande des devis (villes acheteuses : {len(consultation.published['buyers'])}). "
            f"Votre offre est scellée jusqu’à l’ouverture, le {clock.last_day(consultation.deadline_at):%d/%m/%Y} à minuit.\n\n"
            f"{tools.settings.web.base_url}/consultations/{consultation.id}",
        )  # fmt: skip


async def award_notified(session: Session, event: AwardNotified, tools: Tools) -> None:
    award = (await session.execute(select(Award).where(Award.id == event.award_id))).scalar_one()
    pool = await _pool(session, event.pool_id)
    consultation_id = await session.scalar(select(Quote.consultation_id).where(Quote.id == award.quote_id))
    quotes = await session.scalars(
        select(Quote).where(
            Quote.consultation_id == consultation_id,
            Quote.state.in_([QuoteState.RETAINED, QuoteState.REJECTED]),
        )
    )
    for quote in quotes:
        if quote.startup_id is None:
            continue
        won = quote.id == award.quote_id
        await tell(
            session, quote.startup_id, key=f"award:{award.id}:{quote.id}", roles=SELLERS,
            subject=("Votre offre est retenue : " if won else "Votre offre n’est pas retenue : ") + pool.title,
            body=(
                f"Votre offre est retenue pour {euros(award.ht_cents)} HT. Les villes vont émettre leurs commandes."
                if won
                else f"L’offre de {award.supplier_name} a été classée première. Motifs : {award.reasons}"
            )
            + f"\n\n{tools.settings.web.base_url}/espace-entreprise",
        )  # fmt: skip


async def orders_prepared(session: Session, event: OrdersPrepared, tools: Tools) -> None:
    pool = await _pool(session, event.pool_id)
    orders = await session.scalars(
        select(PurchaseOrder).where(PurchaseOrder.pool_id == pool.id).order_by(PurchaseOrder.id)
    )
    for order in orders:
        await tell(
            session, order.town_id, key=f"order:{order.id}", roles=AGENTS,
            subject=f"Votre commande est prête : {pool.title}",
            body=f"La commande {order.number} est prête : {euros(order.ttc_cents)} TTC. Émettez-la avec votre numéro d’engagement.\n\n"
            f"{tools.settings.web.base_url}/commandes/{order.id}",
        )  # fmt: skip


async def send(session: Session, event: MailQueued, tools: Tools) -> None:
    del session  # a mail has its own transactions: claimed, sent, noted
    await mailer.deliver(tools, event.mail_id)


async def _pool(session: Session, pool_id: object) -> Pool:
    pool: Pool = (await session.execute(select(Pool).where(Pool.id == pool_id))).scalar_one()
    return pool


async def _town(session: Session, membership_id: object) -> Organisation:
    found: Organisation = (
        await session.execute(
            select(Organisation)
            .join(Membership, Membership.town_id == Organisation.id)
            .where(Membership.id == membership_id)
        )
    ).scalar_one()
    return found


async def _present(session: Session, pool: Pool) -> list[Membership]:
    found = await session.scalars(
        select(Membership)
        .where(Membership.pool_id == pool.id, Membership.state.in_(PRESENT))
        .order_by(Membership.id)
    )
    return list(found)


def _day(pool: Pool) -> str:
    return f"{clock.last_day(pool.census_ends_at):%d/%m/%Y}"


def _link(tools: Tools, pool: Pool) -> str:
    return f"{tools.settings.web.base_url}/achats/{pool.id}"
