"""The erasure of one person, by the worker, in one transaction: everything that `holdings` says, or nothing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text

from marketplace import audit, outbox
from marketplace.accounts.events import RolesChanged
from marketplace.accounts.models import Affiliation, Organisation, Person
from marketplace.actor import SYSTEM, Role
from marketplace.db import Session
from marketplace.ids import OrganisationId
from marketplace.notifications.models import Mail
from marketplace.personal_data.holdings import HOLDINGS, PSEUDONYM
from marketplace.personal_data.models import PersonalRequest, RequestState


async def erase(session: Session, request_id: UUID, *, now: datetime) -> list[UUID]:
    """Erase the person of a confirmed request. Returns the ids of the mails that are forgotten, whose files must go too.

    Somebody who asked for themselves and has since become an organisation's last administrator is refused.
    """
    request = await session.get(PersonalRequest, request_id, with_for_update=True)
    if request is None or request.state is not RequestState.CONFIRMED:
        return []
    person = await session.get(Person, request.person_id, with_for_update=True)
    request.done_at = now
    if person is None or (request.asked_by == person.id and await _administers_alone(session, person)):
        request.state = RequestState.REFUSED
        audit.note(session, SYSTEM, "personal_request.refuse", "personal_request", request.id)
        return []
    request.state = RequestState.DONE
    await _end_duties(session, person)
    mails = list(await session.scalars(select(Mail.id).where(Mail.recipient == person.email)))
    counts = await erase_rows(session, person)
    audit.note(session, SYSTEM, "personal_request.erase", "personal_request", request.id, after=counts)
    return mails


async def erase_rows(session: Session, person: Person) -> dict[str, int]:
    """Run every holding's statements. Returns how many rows each table lost or changed."""
    await session.flush()
    known = {"person": person.id, "email": person.email.lower(), "pseudonym": pseudonym(person.id)}
    counts: dict[str, int] = {}
    for holding in HOLDINGS:
        for statement in holding.erase:
            bound = {name: value for name, value in known.items() if f":{name}" in statement}
            done = await session.execute(text(statement), bound)
            counts[holding.table] = counts.get(holding.table, 0) + int(done.rowcount)  # type: ignore[attr-defined]
    session.expire(person)
    return {table: count for table, count in counts.items() if count}


def pseudonym(person_id: UUID) -> str:
    """What stands for the name, the same wherever it was."""
    return f"{PSEUDONYM} {person_id.hex[-6:]}"


async def _administers_alone(session: Session, person: Person) -> bool:
    """Whether an organisation has no other administrator. It is held, as its team does: two may not leave it together."""
    mine = select(Affiliation.organisation_id).where(Affiliation.person_id == person.id)
    organisations = list(
        await session.scalars(
            select(Organisation.id)
            .where(Organisation.id.in_(mine))
            .order_by(Organisation.id)
            .with_for_update()
        )
    )
    for organisation_id in organisations:
        held = await session.scalars(
            select(Affiliation).where(Affiliation.organisation_id == organisation_id)
        )
        admins = {a.person_id for a in held if Role.ADMIN in a.roles}
        if admins == {person.id}:
            return True
    return False


async def _end_duties(session: Session, person: Person) -> None:
    """Whoever held what these affiliations allowed is told that they end."""
    left = await session.scalars(
        select(Affiliation.organisation_id).where(Affiliation.person_id == person.id)
    )
    for organisation_id in left:
        outbox.record(
            session,
            RolesChanged(
                organisation_id=OrganisationId(organisation_id), person_id=person.id, roles=(), own=True
            ),
        )
