"""What a startup is told of its profile and of its candidature file."""

from sqlalchemy import select

from catalog.suppliers import expiring
from catalog.suppliers.events import CertificateEnding, CertificateReviewed, StakeAdded
from catalog.suppliers.facts import HOLDER_NAMES
from catalog.suppliers.kinds import rule_of
from catalog.suppliers.lifecycle import CertificateState
from catalog.suppliers.models import Certificate, Stake
from marketplace.actor import Role
from marketplace.db import Session
from marketplace.notifications.writing import tell
from workers.tools import Tools

OWNERS = frozenset({Role.EDITOR, Role.ADMIN})
FOOTER = "\n\n--\nLot Commun\nVous recevez ce message parce que vous tenez le profil de votre entreprise.\n"


async def certificate_reviewed(session: Session, event: CertificateReviewed, tools: Tools) -> None:
    certificate = await session.scalar(select(Certificate).where(Certificate.id == event.certificate_id))
    decided = CertificateState.REFUSED if event.reason else CertificateState.ACCEPTED
    if certificate is None or certificate.state is not decided:  # a later decision tells for itself
        return
    name = _named(certificate)
    if event.reason:
        subject = f"Document refusé : {name}"
        said = f"La relecture a refusé ce document de votre dossier de candidature : {name}.\n\nRaison : {event.reason}\n\nDéposez-en un autre ici :"
    else:
        subject = f"Document accepté : {name}"
        said = f"La relecture a accepté ce document de votre dossier de candidature : {name}."
    await tell(
        session, certificate.startup_id, key=f"certificate_reviewed:{certificate.id}:{certificate.state}", roles=OWNERS,
        subject=subject, body=f"{said}\n\n{_file(tools)}", footer=FOOTER,
    )  # fmt: skip


async def certificate_ending(session: Session, event: CertificateEnding, tools: Tools) -> None:
    certificate = await expiring.warned(session, event.certificate_id, event.days)
    if certificate is None or certificate.expires_on is None:
        return
    name, day = _named(certificate), f"{certificate.expires_on:%d/%m/%Y}"
    if event.days:
        subject = f"À renouveler avant le {day} : {name}"
        said = f"Ce document de votre dossier de candidature ne comptera plus après le {day} : {name}."
    else:
        subject = f"Document expiré : {name}"
        said = f"Ce document de votre dossier de candidature a expiré le {day} : {name}. Les villes le voient comme expiré."
    await tell(
        session, certificate.startup_id, key=event.key, roles=OWNERS, subject=subject,
        body=f"{said}\n\nDéposez le nouveau ici :\n\n{_file(tools)}/ajouter?piece={certificate.kind}", footer=FOOTER,
    )  # fmt: skip


async def stake_added(session: Session, event: StakeAdded, tools: Tools) -> None:
    stake = await session.scalar(select(Stake).where(Stake.id == event.stake_id))
    if stake is None:
        return
    await tell(
        session, stake.startup_id, key=f"stake_added:{stake.id}:{stake.version}", roles=OWNERS,
        subject="La relecture a complété votre capital",
        body=f"La relecture a ajouté ou corrigé une participation à votre capital ({HOLDER_NAMES[stake.kind]}), avec sa source : "
        f"{stake.source}\n\nSi c’est inexact, répondez à la relecture. Votre page :\n\n"
        f"{tools.settings.web.base_url}/espace-entreprise/profil/capital",
        footer=FOOTER,
    )  # fmt: skip


def _named(certificate: Certificate) -> str:
    name = rule_of(certificate.kind).name
    return f"{name}, {certificate.title}" if certificate.title else name


def _file(tools: Tools) -> str:
    return f"{tools.settings.web.base_url}/espace-entreprise/candidature"
