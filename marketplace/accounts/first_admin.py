"""The first administrator of an installation, made by its operator."""

import secrets

from sqlalchemy import select

from marketplace.accounts.models import Organisation, Person
from marketplace.accounts.registration import register_organisation, register_person
from marketplace.actor import SYSTEM, OrganisationKind, Role
from marketplace.db import Database
from marketplace.errors import Invalid, wrong
from marketplace.words import N_

ORGANISATION = "Équipe de Lot Commun"


async def make_first_admin(database: Database, email: str) -> str:
    """A person who administers the supervising organisation. Returns the password made for them.

    Raises `Invalid` for an address that has an account: its password is not this command's to change.
    """
    password = secrets.token_urlsafe(16)
    async with database.transaction(SYSTEM) as session:
        known = await session.scalar(select(Person.id).where(Person.email == email.strip().lower()))
        if known is not None:
            raise Invalid([wrong("email", N_("Cette adresse a déjà un compte."), code="taken")])
        organisation = await session.scalar(
            select(Organisation).where(
                Organisation.kind == OrganisationKind.SUPERVISOR, Organisation.name == ORGANISATION
            )
        ) or await register_organisation(session, kind=OrganisationKind.SUPERVISOR, name=ORGANISATION)
        await register_person(
            session, email=email, name=email.split("@", maxsplit=1)[0], password=password, organisation_id=organisation.id,
            roles={Role.ADMIN, Role.SUPERVISOR, Role.CURATOR},
        )  # fmt: skip
    return password
