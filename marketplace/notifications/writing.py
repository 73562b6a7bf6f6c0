"""Writing a mail with the transaction of the news it brings. Its key makes telling twice impossible."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from marketplace import outbox
from marketplace.accounts.models import Affiliation, Person
from marketplace.actor import Role
from marketplace.db import Session
from marketplace.ids import OrganisationId, PersonId, new_id
from marketplace.notifications.events import MailQueued
from marketplace.notifications.models import Mail, MailState

FOOTER = "\n\n--\nLot Commun\nVous recevez ce message parce que votre organisation participe à cet achat.\n"
TEAM_FOOTER = "\n\n--\nLot Commun\nVous recevez ce message parce que vous administrez votre organisation.\n"
OWN_FOOTER = (
    "\n\n--\nLot Commun\nCe message concerne votre compte. Si vous n’en êtes pas à l’origine, ignorez-le.\n"
)


async def tell(
    session: Session,
    organisation_id: OrganisationId,
    *,
    key: str,
    subject: str,
    body: str,
    roles: frozenset[Role] = frozenset(),
    beside: PersonId | None = None,
    footer: str = FOOTER,
) -> int:
    """Write one mail to each person of an organisation with one of `roles` (anybody when none is named), save `beside`.

    Returns how many are new.
    """
    rows = await session.execute(
        select(Person.email, Affiliation.roles)
        .join(Affiliation, Affiliation.person_id == Person.id)
        .where(Affiliation.organisation_id == organisation_id, Person.id.is_distinct_from(beside))
        .order_by(Person.email)
    )
    told = 0
    for email, held in rows:
        if roles and not roles & set(held):
            continue
        told += await _write(
            session, key=f"{key}:{email}", recipient=email, subject=subject, body=body + footer, organisation_id=organisation_id
        )  # fmt: skip
    return told


async def tell_person(
    session: Session,
    email: str,
    *,
    key: str,
    subject: str,
    body: str,
    confidential: bool = False,
    footer: str = OWN_FOOTER,
) -> int:
    """Write one mail about somebody's own account, to one address. `confidential`: its body is forgotten once it is sent."""
    return await _write(
        session, key=key, recipient=email, subject=subject, body=body + footer, confidential=confidential
    )


async def _write(session: Session, **values: object) -> int:
    mail_id = new_id()
    added = await session.scalar(
        insert(Mail)
        .values(id=mail_id, state=MailState.QUEUED, **values)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(Mail.id)
    )
    if added is None:
        return 0
    outbox.record(session, MailQueued(mail_id=mail_id))
    return 1
