"""What startups and curators are told of profiles and candidature files: notices, one mail a day at most."""

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from catalog.suppliers import expiring
from catalog.suppliers.events import CertificateEnding, CertificateOffered, CertificateReviewed, StakeAdded
from catalog.suppliers.facts import HOLDER_NAMES
from catalog.suppliers.kinds import rule_of
from catalog.suppliers.lifecycle import CertificateState
from catalog.suppliers.models import Certificate, Stake
from marketplace.actor import Role
from marketplace.db import Session
from marketplace.interests.declaring import recused_from
from marketplace.notifications import notices
from workers.tools import Tools

OWNERS = frozenset({Role.EDITOR, Role.ADMIN})
FILE = "/espace-entreprise/candidature"


async def certificate_offered(session: Session, event: CertificateOffered, tools: Tools) -> None:
    """Curators learn that a document waits, save those whom an interest recuses."""
    del tools
    certificate = await session.scalar(
        select(Certificate)
        .where(Certificate.id == event.certificate_id)
        .options(selectinload(Certificate.startup))
    )
    if (
        certificate is None
        or certificate.state is not CertificateState.OFFERED
        or certificate.replaced_at is not None
    ):
        return
    replaced = await session.scalars(
        select(Certificate).where(
            Certificate.startup_id == certificate.startup_id, Certificate.kind == certificate.kind,
            Certificate.title.is_not_distinct_from(certificate.title), Certificate.replaced_at.is_not(None),
        )
    )  # fmt: skip
    for older in replaced:
        await notices.withdraw(session, _waits(older))
    await notices.tell_curators(
        session, key=_waits(certificate), subject=f"Document à vérifier : {certificate.startup.name}",
        body=f"{certificate.startup.name} a déposé une pièce de son dossier de candidature : {_named(certificate)}.",
        link=f"/relecture/certificats/{certificate.id}", beside=await recused_from(session, certificate.startup_id),
    )  # fmt: skip


async def certificate_reviewed(session: Session, event: CertificateReviewed, tools: Tools) -> None:
    del tools
    certificate = await session.scalar(select(Certificate).where(Certificate.id == event.certificate_id))
    decided = CertificateState.REFUSED if event.reason else CertificateState.ACCEPTED
    if certificate is None or certificate.state is not decided:  # a later decision tells for itself
        return
    await notices.withdraw(session, _waits(certificate))
    name = _named(certificate)
    subject, body = f"Document accepté : {name}", f"La relecture a accepté ce document : {name}."
    if event.reason:
        subject = f"Document refusé : {name}"
        body = f"La relecture a refusé ce document : {name}. Raison : {event.reason}"
    await notices.tell(
        session, certificate.startup_id, key=f"certificate_reviewed:{certificate.id}:{certificate.state}", roles=OWNERS,
        subject=subject, body=body, link=FILE,
    )  # fmt: skip


async def certificate_ending(session: Session, event: CertificateEnding, tools: Tools) -> None:
    del tools
    certificate = await expiring.warned(session, event.certificate_id, event.days)
    if certificate is None or certificate.expires_on is None:
        return
    name, day = _named(certificate), f"{certificate.expires_on:%d/%m/%Y}"
    if event.days:
        subject = f"À renouveler avant le {day} : {name}"
        body = f"Ce document ne comptera plus après le {day} : {name}. Déposez le nouveau."
    else:
        subject = f"Document expiré : {name}"
        body = (
            f"Ce document a expiré le {day} : {name}. Il n’est plus montré comme à jour : déposez le nouveau."
        )
    await notices.tell(
        session, certificate.startup_id, key=event.key, roles=OWNERS, subject=subject, body=body,
        link=f"{FILE}/ajouter?piece={certificate.kind}",
    )  # fmt: skip


async def stake_added(session: Session, event: StakeAdded, tools: Tools) -> None:
    del tools
    stake = await session.scalar(select(Stake).where(Stake.id == event.stake_id))
    if stake is None:
        return
    await notices.tell(
        session, stake.startup_id, key=f"stake_added:{stake.id}:{stake.version}", roles=OWNERS,
        subject="La relecture a complété votre capital",
        body=f"La relecture a ajouté ou corrigé une participation à votre capital ({HOLDER_NAMES[stake.kind]}). Source : {stake.source}. "
        "Si c’est inexact, dites-le par la page Contact.",
        link="/espace-entreprise/profil/capital",
    )  # fmt: skip


def _waits(certificate: Certificate) -> str:
    return f"certificate_offered:{certificate.id}"


def _named(certificate: Certificate) -> str:
    name = rule_of(certificate.kind).name
    return f"{name}, {certificate.title}" if certificate.title else name
