"""Notices: what may wait for one mail a day. Told and withdrawn by the worker's jobs, never within somebody's request.

`digests.py` sends what is pending; whoever is told also reads it at /compte/avis.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from marketplace.accounts.models import Affiliation, Organisation
from marketplace.actor import OrganisationKind, Role
from marketplace.db import Session
from marketplace.ids import OrganisationId, PersonId, new_id
from marketplace.notifications.models import Notice

STAFF = (OrganisationKind.SUPERVISOR, OrganisationKind.ASSOCIATION)


async def tell(
    session: Session,
    organisation_id: OrganisationId,
    *,
    key: str,
    subject: str,
    body: str,
    link: str,
    roles: frozenset[Role] = frozenset(),
    beside: Collection[PersonId] = (),
) -> int:
    """Write one pending notice to each person of an organisation with one of `roles` (anybody when none), save `beside`.

    `link` is a path of this site. One notice a key and person: telling twice changes nothing. Returns how many are new.
    """
    people = await session.execute(
        select(Affiliation.person_id, Affiliation.organisation_id, Affiliation.roles)
        .where(Affiliation.organisation_id == organisation_id)
        .order_by(Affiliation.person_id)
    )
    told = [(row[0], row[1]) for row in people if not roles or roles & set(row[2])]
    return await _write(session, told, beside, key=key, subject=subject, body=body, link=link)


async def tell_curators(
    session: Session, *, key: str, subject: str, body: str, link: str, beside: Collection[PersonId] = ()
) -> int:
    """As `tell`, to everybody who reviews sheets, in any staff organisation. `beside`: those whom an interest recuses."""
    people = await session.execute(
        select(Affiliation.person_id, Affiliation.organisation_id)
        .join(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(Organisation.kind.in_(STAFF), Affiliation.roles.contains([Role.CURATOR]))
        .ext(distinct_on(Affiliation.person_id))
        .order_by(Affiliation.person_id, Affiliation.created_at)
    )
    told = [(row[0], row[1]) for row in people]
    return await _write(session, told, beside, key=key, subject=subject, body=body, link=link)


async def tell_person(
    session: Session, person_id: PersonId, organisation_id: OrganisationId, *, key: str, subject: str, body: str, link: str
) -> int:  # fmt: skip
    """As `tell`, to one person, who belongs to the organisation."""
    return await _write(
        session, [(person_id, organisation_id)], (), key=key, subject=subject, body=body, link=link
    )


async def withdraw(session: Session, key_prefix: str) -> int:
    """Take back the pending notices whose key starts so: their matter is settled. What was sent stays. Returns how many."""
    if not key_prefix:
        raise ValueError("a prefix that names nothing withdraws everything")
    taken = await session.execute(
        delete(Notice)
        .where(Notice.sent_at.is_(None), Notice.key.startswith(key_prefix, autoescape=True))
        .returning(Notice.id)
    )
    return len(taken.all())


async def _write(
    session: Session,
    people: Iterable[tuple[PersonId, OrganisationId]],
    beside: Collection[PersonId],
    *,
    link: str,
    **said: str,
) -> int:
    if not link.startswith("/"):
        raise ValueError(f"a notice leads to a page of this site, not to {link}")
    rows = [
        {"id": new_id(), "person_id": person_id, "organisation_id": organisation_id, "link": link, **said}
        for person_id, organisation_id in people
        if person_id not in beside
    ]
    if not rows:
        return 0
    added = await session.execute(
        insert(Notice)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["key", "person_id"])
        .returning(Notice.id)
    )
    return len(added.all())
