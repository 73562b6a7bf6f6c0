"""Making organisations and people: by the operator, demo mode, scenarios, and whoever confirms a claim.

People come by themselves through an invitation (`inviting`) or a claim (`claiming`).
"""

import re
from collections.abc import Collection

from sqlalchemy import select
from stdnum.fr import siren as siren_number

from marketplace import audit
from marketplace.accounts import passwords
from marketplace.accounts.models import Affiliation, Organisation, Person, TownKind
from marketplace.accounts.roles import ONE_HAT, TwoHats, fitting, refuse_two_hats, refused_as
from marketplace.actor import SYSTEM, Actor, OrganisationKind, Role
from marketplace.db import Session
from marketplace.errors import Invalid, wrong
from marketplace.ids import OrganisationId
from marketplace.territories.queries import find_town
from marketplace.words import N_

EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
"""An address that mail can be sent to; whether somebody reads it, only a mail can tell."""


async def register_town(session: Session, code: str, *, by: Actor = SYSTEM) -> Organisation:
    """The organisation of the town that `code` (INSEE, SIREN or SIRET) names, made from the territory's facts if new.

    Raises `UnknownTown`; a former commune's code leads to the present one.
    """
    town = await find_town(session, code)
    known = await session.scalar(
        select(Organisation).where(
            (Organisation.insee == town.insee) if town.insee else (Organisation.siren == town.siren)
        )
    )
    if known is not None:
        return known
    organisation = Organisation(
        kind=OrganisationKind.TOWN,
        name=town.name,
        siren=town.siren,
        siret=code if len(code) == 14 else None,
        insee=town.insee,
        town_kind=TownKind(town.kind),
        department=town.department,
        city=town.name if town.insee else None,
        population=town.population,
    )
    return await _added(session, organisation, by)


async def register_organisation(
    session: Session,
    *,
    kind: OrganisationKind,
    name: str,
    siren: str | None = None,
    siret: str | None = None,
    town_kind: TownKind | None = None,
    city: str | None = None,
    fictional: bool = False,
    by: Actor = SYSTEM,
) -> Organisation:
    """A startup, a supervisor, an association, or a public buyer that the territory data does not know.

    Raises `Invalid` for a SIREN whose key is wrong.
    """
    if siren is not None and not siren_number.is_valid(siren):
        raise Invalid(
            [wrong("siren", N_("Ce numéro SIREN n’existe pas : vérifiez les neuf chiffres."), code="siren")]
        )
    if siren is not None and (
        known := await session.scalar(select(Organisation).where(Organisation.siren == siren))
    ):
        return known
    organisation = Organisation(
        kind=kind, name=name, siren=siren, siret=siret, town_kind=town_kind, city=city, fictional=fictional
    )
    return await _added(session, organisation, by)


async def register_person(
    session: Session,
    *,
    email: str,
    name: str,
    password: str | None,
    organisation_id: OrganisationId,
    roles: Collection[Role],
    by: Actor = SYSTEM,
) -> Person:
    """Somebody with `roles` in an organisation, made if new; the password of somebody known is not touched.

    Raises `Invalid` for a role this organisation cannot give, `TwoHats`.
    """
    organisation = (
        await session.execute(select(Organisation).where(Organisation.id == organisation_id))
    ).scalar_one()
    given = fitting(organisation.kind, roles)
    address = address_of(email)
    person = await session.scalar(select(Person).where(Person.email == address))
    if person is None:
        person = Person(
            email=address, name=name, password_hash=await passwords.hashed(password) if password else None
        )
        session.add(person)
        await session.flush()
        audit.note(
            session, by, "person.register", "person", person.id,
            after={"organisation": str(organisation_id), "roles": sorted(roles)},
        )  # fmt: skip
    affiliation = await session.scalar(
        select(Affiliation).where(
            Affiliation.person_id == person.id, Affiliation.organisation_id == organisation_id
        )
    )
    if affiliation is None:
        affiliation = Affiliation(person_id=person.id, organisation_id=organisation_id, roles=[])
    held = fitting(organisation.kind, {*affiliation.roles, *given})
    await refuse_two_hats(session, person.id, organisation.kind, held, beside=organisation_id)
    async with refused_as(session, {ONE_HAT: TwoHats}):
        affiliation.roles = held
        session.add(affiliation)
    return person


def address_of(email: str) -> str:
    """`email` as it is kept, in lower case. Raises `Invalid` when no mail could be sent to it."""
    address = email.strip().lower()
    if not EMAIL.fullmatch(address):
        raise Invalid(
            [
                wrong(
                    "email",
                    N_("Écrivez une adresse électronique, par exemple prenom.nom@ville.fr."),
                    code="email",
                )
            ]
        )
    return address


async def _added(session: Session, organisation: Organisation, by: Actor) -> Organisation:
    session.add(organisation)
    await session.flush()
    audit.note(
        session,
        by,
        "organisation.register",
        "organisation",
        organisation.id,
        after={"kind": organisation.kind, "name": organisation.name},
    )
    return organisation
