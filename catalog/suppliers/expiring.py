"""Warnings before a document of the file ends: 30 days, 7 days, and once it has ended. The latest that is due, once each."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from catalog.suppliers.events import CertificateEnding
from catalog.suppliers.lifecycle import CertificateState
from catalog.suppliers.models import Certificate
from marketplace import clock
from marketplace.db import Session

FIRST, SECOND, ENDED = 30, 7, 0


async def due_certificates(session: Session, now: datetime) -> Sequence[CertificateEnding]:
    """The accepted documents whose startup is to be warned (asked by the sweep)."""
    today = clock.paris_day(now)
    rows = await session.execute(
        select(Certificate.id, Certificate.expires_on, Certificate.warned).where(
            Certificate.state == CertificateState.ACCEPTED,
            Certificate.replaced_at.is_(None),
            Certificate.expires_on <= today + timedelta(days=FIRST),
            or_(Certificate.warned.is_(None), Certificate.warned > ENDED),
        )
    )
    return [
        CertificateEnding(certificate_id=certificate_id, days=days)
        for certificate_id, expires_on, warned in rows
        if expires_on and (days := _days(expires_on, today)) < (FIRST + 1 if warned is None else warned)
    ]


async def warned(session: Session, certificate_id: UUID, days: int) -> Certificate | None:
    """Note that the warning of `days` is given. The document with its startup, or None when there is nothing more to warn of."""
    certificate = await session.scalar(
        select(Certificate)
        .where(Certificate.id == certificate_id)
        .options(selectinload(Certificate.startup))
        .with_for_update(of=Certificate)
    )
    if certificate is None or certificate.replaced_at or certificate.state is not CertificateState.ACCEPTED:
        return None
    if certificate.warned is not None and certificate.warned <= days:
        return None
    certificate.warned = days
    await session.flush()
    return certificate


def _days(expires_on: date, today: date) -> int:
    if expires_on < today:
        return ENDED
    return SECOND if expires_on - today <= timedelta(days=SECOND) else FIRST
