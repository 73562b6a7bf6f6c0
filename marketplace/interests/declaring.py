"""Declaring a tie with a firm, ending it, and being recused meanwhile."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select

from marketplace import audit, clock
from marketplace.accounts.models import Organisation
from marketplace.actor import Actor, OrganisationKind
from marketplace.db import ReadSession, Session
from marketplace.errors import Forbidden, Invalid, NotFound, SignInNeeded, wrong
from marketplace.ids import OrganisationId, PersonId
from marketplace.interests.models import DeclaredInterest, InterestKind
from marketplace.words import N_


class Recused(Forbidden):
    """The person declared an interest in a firm that this decision bears on."""

    code = "recused"
    sentence = N_(
        "Vous avez déclaré un intérêt dans {firms} : cette décision revient à une autre personne de votre organisation."
    )


async def declare(
    session: Session, *, firm: str, kind: InterestKind, detail: str, since: date, by: Actor, now: datetime
) -> DeclaredInterest:
    """Declare a tie with the firm that `firm` names (SIREN, or its exact name). Raises `Invalid` naming each wrong field.

    A firm declares nothing about itself: buyers and staff do.
    """
    if by.person_id is None:
        raise SignInNeeded
    if by.kind is OrganisationKind.STARTUP:
        raise Forbidden
    startup = await _firm(session, firm)
    faults = []
    if startup is None:
        faults.append(
            wrong(
                "firm",
                N_("Cette entreprise n’est pas inscrite ici : donnez son SIREN, ou son nom tel qu’il est dans l’annuaire."),
                code="unknown_firm",
            )
        )  # fmt: skip
    if since > clock.paris_day(now):
        faults.append(
            wrong("since", N_("Cette date est à venir : donnez le jour où ce lien a commencé."), code="date")
        )
    if startup is None or faults:
        raise Invalid(faults)
    interest = DeclaredInterest(
        person_id=by.person_id, startup_id=startup.id, kind=kind, detail=detail, since=since, startup=startup
    )
    session.add(interest)
    await session.flush()
    audit.note(
        session, by, "interest.declare", "interest", interest.id, after={"startup": str(startup.id), "kind": kind}
    )  # fmt: skip
    return interest


async def end(
    session: Session, interest_id: UUID, *, on: date | None = None, by: Actor, now: datetime
) -> DeclaredInterest:
    """End one's own declaration, on a day not to come. Ending it twice changes nothing. Raises `NotFound`, `Invalid`."""
    interest = await session.scalar(
        select(DeclaredInterest)
        .where(DeclaredInterest.id == interest_id, DeclaredInterest.person_id == by.person_id)
        .with_for_update()
    )
    if interest is None:
        raise NotFound
    today = clock.paris_day(now)
    day = on or today
    if not interest.since <= day <= today:
        raise Invalid(
            [wrong("on", N_("Donnez un jour entre le début de ce lien et aujourd’hui."), code="date")]
        )
    if interest.ended_on is None:
        interest.ended_on = day
        audit.note(session, by, "interest.end", "interest", interest.id, after={"on": str(day)})
        await session.flush()
    return interest


async def mine(reads: ReadSession | Session, by: Actor) -> list[DeclaredInterest]:
    """The person's own declarations, those in force first."""
    found = await reads.scalars(
        select(DeclaredInterest)
        .where(DeclaredInterest.person_id == by.person_id)
        .order_by(DeclaredInterest.ended_on.desc().nulls_first(), DeclaredInterest.id.desc())
    )
    return list(found)


async def firms_of(reads: ReadSession | Session, by: Actor) -> dict[OrganisationId, str]:
    """The firms that the person is recused for, by id, with their names."""
    if by.person_id is None:
        return {}
    found = await reads.scalars(
        select(DeclaredInterest).where(
            DeclaredInterest.person_id == by.person_id, DeclaredInterest.ended_on.is_(None)
        )
    )
    return {interest.startup_id: interest.startup.name for interest in found}


async def recused_from(session: ReadSession | Session, startup_id: OrganisationId | None) -> list[PersonId]:
    """The people whom an interest recuses for a startup. With the worker's rights, who sees everybody's."""
    found = await session.scalars(
        select(DeclaredInterest.person_id).where(
            DeclaredInterest.startup_id == startup_id, DeclaredInterest.ended_on.is_(None)
        )
    )
    return list(found)


async def refuse_recused(
    reads: ReadSession | Session, by: Actor, startups: Collection[OrganisationId | None]
) -> None:
    """Raise `Recused` when the person declared an interest in one of `startups`."""
    tied = await firms_of(reads, by)
    names = tuple(name for firm, name in tied.items() if firm in startups)
    if names:
        raise Recused(firms=names)


async def _firm(session: Session, firm: str) -> Organisation | None:
    digits = "".join(firm.split())
    named = func.folded(Organisation.name) == func.folded(firm.strip())
    wanted = Organisation.siren == digits if digits.isascii() and digits.isdigit() else named
    found = list(
        await session.scalars(
            select(Organisation).where(Organisation.kind == OrganisationKind.STARTUP, wanted).limit(2)
        )
    )
    return found[0] if len(found) == 1 else None
