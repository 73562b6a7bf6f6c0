"""Evidence's jobs: what a delivery, a contract or a town's answer comes to, and who is told.

The link to a town is made here, from the token's id and the instance's secret, and mailed at once: no event carries it, and the
mail's body is forgotten once it is sent. Everything else is a notice.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from catalog.evidence import confirming, delivering, linking
from catalog.evidence.ending import take_warning
from catalog.evidence.events import (
    ConfirmationAnswered,
    ConfirmationAsked,
    EvidenceDecided,
    EvidenceEnding,
    EvidenceOffered,
)
from catalog.evidence.levels import KIND_NAMES, EvidenceState
from catalog.evidence.lifecycle import RequestState
from catalog.evidence.models import ANSWER_NAMES, Answer, Evidence, EvidenceRequest
from catalog.evidence.provable import DELIVERED
from catalog.solutions import wording
from catalog.solutions.events import SheetChanged, SheetsLoaded
from catalog.solutions.models import Reference
from marketplace import clock
from marketplace.accounts import tokens
from marketplace.accounts.models import Organisation
from marketplace.accounts.tokens import Purpose
from marketplace.actor import Role
from marketplace.db import Session
from marketplace.interests.declaring import recused_from
from marketplace.notifications import notices
from marketplace.notifications.writing import tell_person
from marketplace.settings import needed
from procurement.orders.events import OrderAccepted
from procurement.orders.models import PurchaseOrder
from procurement.pools.models import Pool
from workers.tools import Tools

WRITERS = frozenset({Role.EDITOR, Role.ADMIN})
QUEUE = "/relecture/preuves"
TOWN_FOOTER = (
    "\n\n--\nLot Commun\nVous recevez ce message parce qu’une entreprise cite votre collectivité comme référence et donne votre adresse. "
    "Elle ne voit pas ce lien. Sans réponse de votre part, rien n’est confirmé.\n"
)


async def record_delivery(session: Session, event: OrderAccepted, tools: Tools) -> None:
    """Plain values of an order, for the directory: what, how much and where; no amount."""
    del tools
    order = await session.scalar(
        select(PurchaseOrder)
        .where(PurchaseOrder.id == event.order_id)
        .options(selectinload(PurchaseOrder.lines), selectinload(PurchaseOrder.town))
    )
    if order is None or order.supplier_id is None or order.accepted_at is None:
        return
    pool = await session.get_one(Pool, order.pool_id)
    await delivering.record(
        session, order_id=order.id, startup_id=order.supplier_id, domain=pool.domain, town_name=order.town.name, insee=order.town.insee,
        siren=order.town.siren, delivered=[(line.quantity, line.unit) for line in order.lines if line.quantity is not None and line.unit],
        on=clock.paris_day(order.accepted_at), now=await clock.now(session),
    )  # fmt: skip


async def link_contracts(session: Session, event: SheetChanged, tools: Tools) -> None:
    del tools
    await linking.link_by_itself(session, now=await clock.now(session), solution_ids=[event.solution_id])


async def link_loaded(session: Session, event: SheetsLoaded, tools: Tools) -> None:
    del tools
    await linking.link_by_itself(session, now=await clock.now(session), solution_ids=event.solution_ids)


async def mail_confirmation(session: Session, event: ConfirmationAsked, tools: Tools) -> None:
    request = await session.get(
        EvidenceRequest, event.request_id, options=[selectinload(EvidenceRequest.solution)]
    )
    if request is None or request.state is not RequestState.SENT or request.answered_at is not None:
        return  # cancelled or sent again since
    startup = await session.get_one(Organisation, request.startup_id)
    reference = await session.get(Reference, (request.solution_id, request.reference_id))
    if reference is None:
        return
    secret = needed(tools.settings.web.secret, "WEB_SECRET").get_secret_value()
    token = tokens.written(secret, request.token_id, Purpose.CONFIRMATION, request.recipient)
    await tell_person(
        session, request.recipient, key=f"evidence_request:{request.id}", confidential=True, footer=TOWN_FOOTER,
        subject=f"{startup.name} cite {reference.town_name} : est-ce exact ?",
        body=f"{startup.name} présente « {request.solution.name} » dans l’annuaire Lot Commun et dit l’avoir déployée à {reference.town_name} "
        f"depuis le {reference.started_on:%d/%m/%Y}.\n\nDites-nous si c’est exact : une page, quatre réponses possibles, pas de compte à créer. "
        f"Le lien sert une fois, jusqu’au {clock.last_day(request.expires_at):%d/%m/%Y} :\n\n"
        f"{tools.settings.web.base_url}/references/confirmer/{token}",
    )  # fmt: skip


async def settle(session: Session, event: ConfirmationAnswered, tools: Tools) -> None:
    """The answer takes effect; the startup is told, and the curators when the town says otherwise than the sheet."""
    del tools
    request = await confirming.settle(session, event.request_id, now=await clock.now(session))
    if request is None or request.answer is None:
        return
    reference = await session.get(Reference, (request.solution_id, request.reference_id))
    town = reference.town_name if reference else "La ville"
    said = f"\n\n« {request.said} »" if request.said else ""
    link = claim_link(request.solution_id, f"references.{request.reference_id}")
    await notices.tell(
        session, request.startup_id, key=f"evidence_request:{request.id}", roles=WRITERS, link=link,
        subject=f"{town} a répondu : {ANSWER_NAMES[request.answer]}",
        body=f"À propos de « {request.solution.name} ».{said}\n\n{AFTER[request.answer]}",
    )  # fmt: skip
    if request.answer is Answer.WRONG:
        await notices.tell_curators(
            session, key=f"evidence_request:{request.id}", link=QUEUE, beside=await recused_from(session, request.solution.startup_id),
            subject=f"{town} dit que la référence de « {request.solution.name} » n’est pas exacte",
            body=f"La fiche publiée le dit encore.{said}",
        )  # fmt: skip


AFTER = {
    Answer.EXACT: "La confirmation compte pendant deux ans si l’adresse est d’un domaine vérifié de la ville ; sinon un relecteur la vérifie.",
    Answer.CORRECTED: "Corrigez la référence dans votre fiche, puis demandez de nouveau une confirmation.",
    Answer.WRONG: "Corrigez ou retirez cette référence. Les relecteurs en sont avertis.",
    Answer.OTHER_PERSON: "Demandez à une autre personne de la ville.",
}


async def tell_curators(session: Session, event: EvidenceOffered, tools: Tools) -> None:
    del tools
    evidence = await _evidence(session, event.evidence_id)
    if evidence is None or evidence.state is not EvidenceState.OFFERED:
        return
    await notices.tell_curators(
        session, key=f"evidence_offered:{evidence.id}", link=QUEUE, beside=await recused_from(session, evidence.solution.startup_id),
        subject=f"Preuve à vérifier : {evidence.solution.name}",
        body=f"{KIND_NAMES[evidence.kind].capitalize()}, pour « {wording.label(evidence.path, 'fr')} » : {evidence.source}.",
    )  # fmt: skip


DECIDED = frozenset({EvidenceState.ACCEPTED, EvidenceState.REFUSED})
"""What a curator said; a startup that withdrew its evidence since is told nothing of it."""


async def tell_decision(session: Session, event: EvidenceDecided, tools: Tools) -> None:
    del tools
    evidence = await _evidence(session, event.evidence_id)
    if evidence is None:
        return
    await notices.withdraw(session, f"evidence_offered:{evidence.id}")
    if evidence.solution.startup_id is None or evidence.state not in DECIDED:
        return
    accepted = evidence.state is EvidenceState.ACCEPTED
    until = (
        f" Elle compte jusqu’au {evidence.expires_on:%d/%m/%Y}." if accepted and evidence.expires_on else ""
    )
    await notices.tell(
        session, evidence.solution.startup_id, key=f"evidence_decided:{evidence.id}", roles=WRITERS,
        link=claim_link(evidence.solution_id, evidence.path),
        subject=f"Preuve {'acceptée' if accepted else 'refusée'} : {evidence.solution.name}",
        body=f"« {wording.label(evidence.path, 'fr')} » : {evidence.source}.{until}" + (f"\n\nMotif : {evidence.reason}" if evidence.reason else ""),
    )  # fmt: skip


async def tell_ending(session: Session, event: EvidenceEnding, tools: Tools) -> None:
    del tools
    evidence = await take_warning(session, event.evidence_id, event.days)
    if evidence is None or evidence.solution.startup_id is None or evidence.expires_on is None:
        return
    what = "livraison ici" if evidence.path == DELIVERED else wording.label(evidence.path, "fr")
    ended = event.days == 0
    await notices.tell(
        session, evidence.solution.startup_id, key=f"evidence_ending:{evidence.id}:{event.days}", roles=WRITERS,
        link=claim_link(evidence.solution_id, evidence.path),
        subject=f"{'Preuve périmée' if ended else 'Preuve bientôt périmée'} : {evidence.solution.name}",
        body=f"« {what} » : {evidence.source}. "
        + (f"Cette preuve ne compte plus depuis le {evidence.expires_on:%d/%m/%Y} : la fiche le montre." if ended
           else f"Cette preuve compte jusqu’au {evidence.expires_on:%d/%m/%Y}. Renouvelez-la pour garder son niveau."),
    )  # fmt: skip


def claim_link(solution_id: UUID, path: str) -> str:
    """The page where a startup proves a claim."""
    page = f"/espace-entreprise/fiches/{solution_id}/preuves"
    return page if path == DELIVERED else f"{page}/{path}"


async def _evidence(session: Session, evidence_id: UUID) -> Evidence | None:
    return await session.get(Evidence, evidence_id, options=[selectinload(Evidence.solution)])
