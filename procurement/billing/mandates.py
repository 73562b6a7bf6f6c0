"""A supplier's written mandate to have its invoices issued in its name, and its end."""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace import audit
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import ReadSession, Session
from marketplace.errors import Conflict, Invalid, NotFound, wrong
from marketplace.ids import OrganisationId
from marketplace.words import N_
from procurement.billing.models import BillingMandate

TEXT_VERSION = "1.0"
TEXT = N_(
    "L’entreprise donne mandat à Lot Commun d’établir et d’émettre, en son nom et pour son compte, les factures des commandes "
    "passées ici dont le service fait est constaté. Elle garde l’entière responsabilité de ses obligations en matière de "
    "facturation et de TVA. Chaque facture porte la mention « Facture établie au nom et pour le compte de l’entreprise » et un "
    "numéro d’une série propre, continue. L’entreprise reçoit chaque facture dès son émission et peut la contester pendant "
    "quinze jours. Le mandat dure jusqu’à sa révocation, possible à tout moment, sans effet sur les factures déjà émises."
)
PREFIX = re.compile(r"[A-Z0-9]{2,12}")


class MandateGiven(Conflict):
    code = "mandate_given"
    sentence = N_("Un mandat de facturation est déjà en vigueur, avec la série « {prefix} ».")


async def give(session: Session, prefix: str, *, by: Actor, now: datetime) -> BillingMandate:
    """Accept the mandate's text in its present version, with the prefix of the series (2 to 12 capitals or digits)."""
    supplier_id = by.require(OrganisationKind.STARTUP, Role.ADMIN, Role.SELLER)
    if not PREFIX.fullmatch(prefix):
        raise Invalid(
            [
                wrong(
                    "prefix",
                    N_("Le préfixe a de 2 à 12 lettres capitales ou chiffres, par exemple QUINQUET."),
                    code="prefix",
                )
            ]
        )
    live = await live_mandate(session, supplier_id)
    if live is not None:
        raise MandateGiven(prefix=live.prefix)
    mandate = BillingMandate(
        supplier_id=supplier_id, prefix=prefix, text_version=TEXT_VERSION, given_by=by.person_id, given_at=now
    )
    try:
        async with session.begin_nested():
            session.add(mandate)
            await session.flush()
    except IntegrityError:  # another supplier's series, which this one cannot see, or a colleague's click
        if (live := await live_mandate(session, supplier_id)) is not None:
            raise MandateGiven(prefix=live.prefix) from None
        raise Invalid(
            [wrong("prefix", N_("Cette série existe déjà : choisissez un autre préfixe."), code="taken")]
        ) from None
    audit.note(
        session,
        by,
        "billing_mandate.give",
        "billing_mandate",
        mandate.id,
        after={"prefix": prefix, "text": TEXT_VERSION},
    )
    return mandate


async def revoke(session: Session, *, by: Actor, now: datetime) -> BillingMandate:
    """End the mandate: invoices already issued stand. Raises `NotFound` when there is none."""
    supplier_id = by.require(OrganisationKind.STARTUP, Role.ADMIN, Role.SELLER)
    mandate = await live_mandate(session, supplier_id)
    if mandate is None:
        raise NotFound
    mandate.revoked_at = now
    audit.note(session, by, "billing_mandate.revoke", "billing_mandate", mandate.id)
    await session.flush()
    return mandate


async def live_mandate(
    session: Session | ReadSession, supplier_id: OrganisationId | None
) -> BillingMandate | None:
    """The mandate in force, if any."""
    found: BillingMandate | None = await session.scalar(
        select(BillingMandate).where(
            BillingMandate.supplier_id == supplier_id, BillingMandate.revoked_at.is_(None)
        )
    )
    return found
