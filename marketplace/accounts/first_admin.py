"""The first administrator of an installation, made by its operator."""

import secrets

from sqlalchemy import select

from marketplace import audit, outbox
from marketplace.accounts.events import AdminAdded
from marketplace.accounts.models import Affiliation, Organisation, Person
from marketplace.accounts.registration import address_of, register_organisation, register_person
from marketplace.actor import SYSTEM, OrganisationKind, Role
from marketplace.db import Database
from marketplace.errors import Invalid, wrong
from marketplace.words import N_

ORGANISATION = "Équipe de Lot Commun"
ROLES = frozenset({Role.ADMIN, Role.SUPERVISOR, Role.CURATOR})


async def make_first_admin(
    database: Database, email: str, organisation_name: str = ORGANISATION
) -> str | None:
    """A person who administers a supervising organisation, made if new. Returns the password made for them.

    Somebody who has an account keeps it as it is, password included, and gets the roles: None is returned.
    Raises `Invalid` for an address that administers this organisation already, `TwoHats`.
    """
    address, name = address_of(email), organisation_name.strip()
    if not name:
        raise Invalid([wrong("organisation", N_("Écrivez le nom de l’organisation."), code="required")])
    async with database.transaction(SYSTEM) as session:
        organisation = await session.scalar(
            select(Organisation).where(
                Organisation.kind == OrganisationKind.SUPERVISOR, Organisation.name == name
            )
        ) or await register_organisation(session, kind=OrganisationKind.SUPERVISOR, name=name)
        known = await session.scalar(select(Person).where(Person.email == address))
        held = known and await session.scalar(
            select(Affiliation).where(
                Affiliation.person_id == known.id, Affiliation.organisation_id == organisation.id
            )
        )
        if held and Role.ADMIN in held.role_set:
            raise Invalid([wrong("email", N_("Cette adresse a déjà un compte."), code="taken")])
        password = None if known else secrets.token_urlsafe(16)
        person = await register_person(
            session, email=address, name=address.partition("@")[0], password=password, organisation_id=organisation.id, roles=ROLES
        )  # fmt: skip
        audit.note(
            session, SYSTEM, "affiliation.first_admin", "person", person.id,
            before={"roles": sorted(held.roles)} if held else None, after={"organisation": str(organisation.id), "roles": sorted(ROLES)},
        )  # fmt: skip
        outbox.record(session, AdminAdded(organisation_id=organisation.id, person_id=person.id))
    return password
