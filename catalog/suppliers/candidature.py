"""The candidature file: a startup offers a document, a curator accepts or refuses it; a newer one takes the older's place.

What is in force stays so while its successor waits to be looked at.
"""

from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from catalog.suppliers import locking
from catalog.suppliers.events import CertificateOffered, CertificateReviewed
from catalog.suppliers.kinds import MOST_OF_A_KIND, CertificateKind, Rule, rule_of
from catalog.suppliers.lifecycle import CERTIFICATE, CertificateState, CertificateWho
from catalog.suppliers.models import Certificate
from catalog.suppliers.profile import EDITORS, OLDEST, TO_COME
from catalog.suppliers.queries import seen
from catalog.suppliers.schemas import CertificateIn
from marketplace import audit, clock, lifecycle, outbox
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import Session
from marketplace.errors import Conflict, FieldError, Invalid, NotFound, wrong
from marketplace.files.accepting import Accepted
from marketplace.files.kinds import Kind
from marketplace.files.storage import store
from marketplace.interests.declaring import refuse_recused
from marketplace.words import N_

FILES = frozenset({Kind.PDF, Kind.PNG, Kind.JPEG})
MOST_BYTES = 5_000_000
"""A certificate is a few pages; the whole file leaves as one archive."""
WAITING = (CertificateState.OFFERED, CertificateState.REFUSED)


class Replaced(Conflict):
    code = "replaced"
    sentence = N_("Un document plus récent a pris la place de celui-ci : décidez du plus récent.")


class Ended(Conflict):
    code = "ended"
    sentence = N_("Ce document a expiré depuis son dépôt : refusez-le, l’entreprise en déposera un autre.")


async def offer(
    session: Session,
    content: CertificateIn,
    file: Accepted | Invalid | None,
    *,
    folder: Path,
    by: Actor,
    now: datetime,
) -> Certificate:
    """Put a document in the acting startup's file, to be looked at. Raises `Invalid` with everything that is wrong."""
    startup_id = by.require(OrganisationKind.STARTUP, *EDITORS)
    await locking.startup(session, startup_id)
    today = clock.paris_day(now)
    rule = rule_of(content.kind, today)
    title = content.title if rule.many and content.title else ""
    present = list(
        await session.scalars(
            select(Certificate)
            .where(
                Certificate.startup_id == startup_id,
                Certificate.kind == content.kind,
                Certificate.replaced_at.is_(None),
            )
            .order_by(Certificate.id)
            .with_for_update()
        )
    )
    alike = [one for one in present if one.title.casefold() == title.casefold()]
    title = alike[0].title if alike else title
    faults = certificate_faults(content, rule, alike, today)
    if rule.many and not alike and len({one.title for one in present}) >= MOST_OF_A_KIND:
        faults.append(
            wrong("kind", N_("Votre dossier compte déjà {most} pièces de cette sorte."), code="too_long", most=MOST_OF_A_KIND)
        )  # fmt: skip
    if isinstance(file, Invalid):
        faults += file.fields
    elif file is None:
        faults.append(wrong("file", N_("Joignez le document, en PDF, PNG ou JPEG."), code="required"))
    elif len(file.content) > MOST_BYTES:
        faults.append(
            wrong("file", N_("Ce fichier est trop gros : {megabytes} Mo au plus."), code="too_large", megabytes=MOST_BYTES // 1_000_000)
        )  # fmt: skip
    if faults or not isinstance(file, Accepted):
        raise Invalid(faults)
    kept = await store(
        session, folder, file.content, name=_file_name(content, file.kind), media_type=file.media_type,
        organisation_id=startup_id, declared_type=file.declared_type, scanned_at=file.scanned_at,
    )  # fmt: skip
    certificate = Certificate(
        startup_id=startup_id, kind=content.kind, title=title, file_id=kept.id, number=content.number, issuer=content.issuer,
        issued_on=content.issued_on, expires_on=end_of(content, rule), amount_cents=content.amount_cents if rule.insurance else None,
        state=CertificateState.OFFERED, state_since=now,
    )  # fmt: skip
    session.add(certificate)
    for older in alike:
        if older.state in WAITING:
            older.replaced_at = now
    await session.flush()
    outbox.record(session, CertificateOffered(certificate_id=certificate.id))
    audit.note(
        session, by, "certificate.offer", "certificate", certificate.id,
        after={"kind": content.kind, "issued_on": str(content.issued_on), "sha256": kept.sha256},
    )  # fmt: skip
    return certificate


async def accept(session: Session, certificate_id: UUID, *, by: Actor, now: datetime) -> Certificate:
    """A curator found a document to be what it says. Raises `Recused`, `MoveRefused`, `Replaced`, `Ended`."""
    certificate = await _to_decide(session, certificate_id, by)
    if certificate.expired(clock.paris_day(now)):
        raise Ended
    await lifecycle.apply(
        session, CERTIFICATE, certificate, "accept", who={CertificateWho.CURATOR}, by=by, now=now,
        event=CertificateReviewed(certificate_id=certificate.id, reason=""),
    )  # fmt: skip
    certificate.reason = None
    for older in await session.scalars(
        select(Certificate).where(
            Certificate.startup_id == certificate.startup_id,
            Certificate.kind == certificate.kind,
            Certificate.title == certificate.title,
            Certificate.id != certificate.id,
            Certificate.replaced_at.is_(None),
            Certificate.state == CertificateState.ACCEPTED,
        )
    ):
        older.replaced_at = now
    await session.flush()
    return certificate


async def refuse(
    session: Session, certificate_id: UUID, reason: str, *, by: Actor, now: datetime
) -> Certificate:
    """A curator refuses a document, also one that was accepted, and says why. Raises `Recused`, `MoveRefused`, `Replaced`."""
    certificate = await _to_decide(session, certificate_id, by)
    await lifecycle.apply(
        session, CERTIFICATE, certificate, "refuse", who={CertificateWho.CURATOR}, by=by, now=now, facts={"reason": reason},
        event=CertificateReviewed(certificate_id=certificate.id, reason=reason),
    )  # fmt: skip
    certificate.reason = reason
    await session.flush()
    return certificate


def end_of(content: CertificateIn, rule: Rule) -> date | None:
    """When a document ceases to count: its own end, or what the rule leaves it."""
    if content.expires_on is not None or rule.months is None:
        return content.expires_on
    return clock.months_after(content.issued_on, rule.months)


def certificate_faults(
    content: CertificateIn, rule: Rule, present: list[Certificate], today: date
) -> list[FieldError]:
    """What is wrong with a document's facts, beside those `present` of the same kind and title; all at once."""
    code_needed = (
        N_("Donnez le code de sécurité : il permet de vérifier l’attestation sur le site de l’URSSAF.")
        if rule.kind is CertificateKind.VIGILANCE
        else N_("Donnez le numéro du contrat d’assurance.")
    )
    lacking = (
        (
            "expires_on",
            rule.ends and content.expires_on is None,
            N_("Donnez la date de fin écrite sur le document."),
        ),
        ("number", rule.numbered and not content.number, code_needed),
        (
            "amount_cents",
            rule.insurance and not content.amount_cents,
            N_("Donnez le montant garanti, en euros."),
        ),
        ("title", rule.many and not content.title, N_("Donnez un intitulé à cette pièce.")),
    )
    dated = _date_fault(content, rule, present, today)
    found = [dated] if dated else []
    return found + [wrong(field, said, code="required") for field, lacks, said in lacking if lacks]


def _date_fault(
    content: CertificateIn, rule: Rule, present: list[Certificate], today: date
) -> FieldError | None:
    """The first thing that is wrong with a document's dates: each later one would follow from it."""
    issued, expires, ends = content.issued_on, content.expires_on, end_of(content, rule)
    standing = [one.issued_on for one in present if one.state is not CertificateState.REFUSED]
    if issued > today:
        return wrong("issued_on", TO_COME, code="date")
    if issued < OLDEST:
        return wrong("issued_on", N_("Vérifiez l’année : elle est trop ancienne."), code="date")
    if expires and expires < issued:
        return wrong("expires_on", N_("La fin vient après la date du document."), code="date")
    if expires and rule.months and expires > clock.months_after(issued, rule.months):
        return wrong(
            "expires_on", N_("Ce document compte {months} mois au plus après sa date."), code="date", months=rule.months
        )  # fmt: skip
    if ends and ends < today:
        where = "expires_on" if expires else "issued_on"
        return wrong(where, N_("Ce document a déjà expiré : déposez le plus récent."), code="expired")
    if any(other > issued for other in standing):
        return wrong("issued_on", N_("Votre dossier a déjà un document plus récent."), code="older")
    return None


async def _to_decide(session: Session, certificate_id: UUID, by: Actor) -> Certificate:
    by.require_role(Role.CURATOR)
    certificate = await session.scalar(
        select(Certificate).where(Certificate.id == certificate_id, seen(session))
    )
    if certificate is None:
        raise NotFound
    await refuse_recused(session, by, {certificate.startup_id})
    await locking.startup(session, certificate.startup_id)
    await session.refresh(certificate, with_for_update=True)
    if certificate.replaced_at is not None:
        raise Replaced
    return certificate


def _file_name(content: CertificateIn, kind: Kind) -> str:
    return f"{content.kind.replace('_', '-')}-{content.issued_on.isoformat()}.{kind}"
