"""Who is in charge of a pool for its coordinating town: appointments of one pool, not roles of an organisation.

With nobody appointed, any agent, signatory or administrator of the coordinating town may act (a small pool's short path).
Once somebody is, the acts of the duty are theirs alone. The signatory's own acts stay the signatory's.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select, update

from marketplace import audit
from marketplace.accounts.models import Affiliation, Person
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import ReadSession, Session
from marketplace.errors import Conflict, Invalid, NotFound, wrong
from marketplace.ids import OrganisationId, PersonId, PoolId
from marketplace.words import N_
from procurement.pools.access import locked_pool
from procurement.pools.lifecycle import ENDED
from procurement.pools.models import Appointment, Duty, Pool

DECIDERS = (Role.AGENT, Role.SIGNATORY, Role.ADMIN)
"""The roles that may be in charge, and that may put somebody in charge."""

HANDED_OVER = N_("dossier transmis")
LEFT = N_("a quitté l’organisation, ou n’y décide plus")


class PoolEnded(Conflict):
    code = "pool_ended"
    sentence = N_("Cet achat est terminé : il n’y a plus personne à désigner.")


@dataclass(frozen=True, slots=True)
class InCharge:
    """One appointment in force, with what a page shows."""

    id: UUID
    pool_id: PoolId
    pool_title: str
    person_id: PersonId
    person_name: str
    duty: Duty
    since: datetime


async def appoint(
    session: Session, pool_id: PoolId, person_id: PersonId, duty: Duty, *, by: Actor
) -> Appointment:
    """Put somebody of the coordinating town in charge. Appointing them twice changes nothing.

    Raises `NotFound`, `RoleNeeded`, `PoolEnded`, and `Invalid` for somebody of another organisation, or without a deciding role.
    """
    pool = await _ours(session, pool_id, by)
    if pool.state in ENDED:
        raise PoolEnded
    await _refuse_outsider(session, person_id, by, "person_id")
    return await _appoint(session, pool.id, person_id, duty, by=by)


async def end(session: Session, pool_id: PoolId, appointment_id: UUID, *, by: Actor, now: datetime) -> None:
    """End one appointment of the pool. Ending it twice changes nothing. Raises `NotFound`, `RoleNeeded`."""
    pool = await _ours(session, pool_id, by)
    found = await session.scalar(
        select(Appointment)
        .where(Appointment.id == appointment_id, Appointment.pool_id == pool.id)
        .with_for_update()
    )
    if found is None:
        raise NotFound
    if found.ended_at is None:
        found.ended_at = now
        audit.note(
            session,
            by,
            "appointment.end",
            "pool",
            pool.id,
            before={"person": str(found.person_id), "duty": found.duty},
        )
        await session.flush()


async def hand_over(
    session: Session, leaver: PersonId, successor: PersonId, *, by: Actor, now: datetime
) -> int:
    """Give every duty that `leaver` holds for the acting town to `successor`. Returns how many.

    The town's administrators may, and the leaver. Raises `RoleNeeded`, `Invalid` naming each wrong field.
    """
    town_id = _town(by, own=leaver)
    faults = []
    if leaver == successor:
        faults.append(wrong("successor_id", N_("Choisissez une autre personne."), code="same_person"))
    if not await _decides(session, successor, town_id):
        faults.append(wrong("successor_id", _OUTSIDER, code="outsider"))
    held = list(
        await session.scalars(
            select(Appointment)
            .where(
                Appointment.town_id == town_id,
                Appointment.person_id == leaver,
                Appointment.ended_at.is_(None),
            )
            .order_by(Appointment.id)
            .with_for_update()
        )
    )
    if not held:
        faults.append(
            wrong("leaver_id", N_("Cette personne n’a aucun dossier à transmettre."), code="nothing")
        )
    if faults:
        raise Invalid(faults)
    for appointment in held:
        appointment.ended_at, appointment.ended_because = now, HANDED_OVER
        await session.flush()
        await _appoint(session, appointment.pool_id, successor, appointment.duty, by=by)
    audit.note(
        session, by, "appointment.hand_over", "person", leaver, after={"to": str(successor), "count": len(held)}
    )  # fmt: skip
    return len(held)


async def end_all_of(
    session: Session, person_id: PersonId, town_id: OrganisationId, *, by: Actor, now: datetime
) -> list[PoolId]:
    """End what somebody who left, or may decide no more, was in charge of. Returns the pools left without them."""
    if await _decides(session, person_id, town_id):
        return []
    ended = await session.scalars(
        update(Appointment)
        .where(
            Appointment.town_id == town_id, Appointment.person_id == person_id, Appointment.ended_at.is_(None)
        )
        .values(ended_at=now, ended_because=LEFT)
        .returning(Appointment.pool_id)
    )
    pools = sorted(set(ended))
    for pool_id in pools:
        audit.note(session, by, "appointment.end", "pool", pool_id, before={"person": str(person_id)})
    return pools


async def of_pool(reads: ReadSession | Session, pool_id: PoolId, by: Actor) -> list[InCharge]:
    """Who is in charge of the pool. Raises `NotFound` unless the acting town coordinates it."""
    await _coordinated(reads, pool_id, by)
    return await _in_charge(reads, Appointment.pool_id == pool_id)


async def of_town(reads: ReadSession | Session, by: Actor) -> list[InCharge]:
    """Every duty that the acting town's people hold. Raises `RoleNeeded` for another kind of organisation."""
    town_id = by.require(OrganisationKind.TOWN)
    return await _in_charge(reads, Appointment.town_id == town_id)


async def candidates(reads: ReadSession | Session, by: Actor) -> list[tuple[PersonId, str]]:
    """The people of the acting town who may be put in charge, by name."""
    rows = await reads.execute(
        select(Person.id, Person.name)
        .join(Affiliation, Affiliation.person_id == Person.id)
        .where(
            Affiliation.organisation_id == by.organisation_id,
            Affiliation.roles.overlap([str(r) for r in DECIDERS]),
        )
        .order_by(Person.name, Person.id)
    )
    return [(row.id, row.name) for row in rows]


_OUTSIDER = N_(
    "Choisissez une personne de votre organisation, avec le rôle agent, signataire ou administration."
)


async def _ours(session: Session, pool_id: PoolId, by: Actor) -> Pool:
    pool = await locked_pool(session, pool_id)
    if not by.acts_for(pool.coordinator_id):
        raise NotFound
    by.require(OrganisationKind.TOWN, *DECIDERS)
    return pool


async def _coordinated(reads: ReadSession | Session, pool_id: PoolId, by: Actor) -> None:
    if (
        await reads.scalar(
            select(Pool.id).where(Pool.id == pool_id, Pool.coordinator_id == by.organisation_id)
        )
        is None
    ):
        raise NotFound


def _town(by: Actor, *, own: PersonId) -> OrganisationId:
    if by.person_id == own:
        return by.require(OrganisationKind.TOWN)
    return by.require(OrganisationKind.TOWN, Role.ADMIN)


async def _refuse_outsider(session: Session, person_id: PersonId, by: Actor, field: str) -> None:
    if by.organisation_id is None or not await _decides(session, person_id, by.organisation_id):
        raise Invalid([wrong(field, _OUTSIDER, code="outsider")])


async def _decides(session: Session, person_id: PersonId, town_id: OrganisationId) -> bool:
    found = await session.scalar(
        select(
            exists().where(
                Affiliation.person_id == person_id,
                Affiliation.organisation_id == town_id,
                Affiliation.roles.overlap([str(r) for r in DECIDERS]),
            )
        )
    )
    return bool(found)


async def _appoint(
    session: Session, pool_id: PoolId, person_id: PersonId, duty: Duty, *, by: Actor
) -> Appointment:
    known = await session.scalar(
        select(Appointment).where(
            Appointment.pool_id == pool_id, Appointment.person_id == person_id, Appointment.duty == duty,
            Appointment.ended_at.is_(None),
        )
    )  # fmt: skip
    if known is not None:
        return known
    assert by.organisation_id is not None
    made = Appointment(
        pool_id=pool_id, town_id=by.organisation_id, person_id=person_id, duty=duty, appointed_by=by.person_id
    )
    session.add(made)
    await session.flush()
    audit.note(
        session, by, "appointment.appoint", "pool", pool_id, after={"person": str(person_id), "duty": duty}
    )  # fmt: skip
    return made


async def _in_charge(reads: ReadSession | Session, condition: ColumnElement[bool]) -> list[InCharge]:
    rows = await reads.execute(
        select(Appointment, Person.name, Pool.title)
        .join(Person, Person.id == Appointment.person_id)
        .join(Pool, Pool.id == Appointment.pool_id)
        .where(condition, Appointment.ended_at.is_(None))
        .order_by(Person.name, Pool.id, Appointment.id)
    )
    return [
        InCharge(
            id=a.id, pool_id=a.pool_id, pool_title=title, person_id=a.person_id, person_name=name, duty=a.duty, since=a.created_at
        )
        for a, name, title in rows
    ]  # fmt: skip
