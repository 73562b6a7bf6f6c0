"""Whose address it is: what an e-mail domain tells of a town, and of a startup.

A town's verified domains are those of the people who were confirmed to act for it (`marketplace.joining`), public mail services
left out. A startup's own are those of its people, and its site's.
"""

from urllib.parse import urlsplit

from sqlalchemy import func, or_, select

from catalog.solutions.models import Solution
from marketplace.accounts.models import Affiliation, Organisation, Person
from marketplace.actor import OrganisationKind
from marketplace.db import ReadSession, Session
from marketplace.ids import OrganisationId
from marketplace.joining.queries import WEBMAIL


def domain_of(address: str) -> str:
    """What follows the @."""
    return address.rpartition("@")[2].lower()


async def is_verified(session: Session, address: str, *, insee: str | None, siren: str | None) -> bool:
    """Whether `address` is in a verified domain of the town with one of these codes. With the worker's rights, who sees people."""
    domain = domain_of(address)
    if domain in WEBMAIL:
        return False
    same = [
        column == code for column, code in ((Organisation.insee, insee), (Organisation.siren, siren)) if code
    ]
    if not same:
        return False
    found = await session.scalar(
        select(Person.id)
        .join(Affiliation, Affiliation.person_id == Person.id)
        .join(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(
            Organisation.kind == OrganisationKind.TOWN, or_(*same), func.split_part(Person.email, "@", 2) == domain,
            Person.erased_at.is_(None),
        )
        .limit(1)
    )  # fmt: skip
    return found is not None


async def is_own(
    session: Session | ReadSession, address: str, startup_id: OrganisationId, sheet: Solution
) -> bool:
    """Whether `address` is one of the startup's: of its people, of their domain, or of its site's."""
    rows = await session.scalars(
        select(Person.email)
        .join(Affiliation, Affiliation.person_id == Person.id)
        .where(Affiliation.organisation_id == startup_id)
    )
    addresses = {email.lower() for email in rows}
    own = {domain_of(email) for email in addresses}
    if sheet.website:
        own.add((urlsplit(sheet.website).hostname or "").removeprefix("www."))
    return address.lower() in addresses or any(
        _within(domain_of(address), one) or _within(one, domain_of(address)) for one in own - WEBMAIL if one
    )


def _within(domain: str, other: str) -> bool:
    """Whether `domain` is `other`, or under it."""
    return domain == other or domain.endswith(f".{other}")
