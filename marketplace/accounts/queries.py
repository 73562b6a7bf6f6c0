"""Reads about organisations and people."""

from sqlalchemy import select

from marketplace.accounts.models import Affiliation, Organisation
from marketplace.actor import Actor, OrganisationKind
from marketplace.db import ReadSession, Session
from marketplace.errors import NotFound
from marketplace.ids import OrganisationId
from marketplace.territories.queries import find_town
from marketplace.words import N_


async def organisation(session: Session | ReadSession, organisation_id: OrganisationId) -> Organisation:
    """One organisation. Raises `NotFound`."""
    found = await session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound
    return found


async def mine(reads: ReadSession | Session, by: Actor) -> list[tuple[Organisation, Affiliation]]:
    """The organisations that the person may act for."""
    rows = await reads.execute(
        select(Organisation, Affiliation)
        .join(Affiliation, Affiliation.organisation_id == Organisation.id)
        .where(Affiliation.person_id == by.person_id)
        .order_by(Organisation.name)
    )
    return [(row[0], row[1]) for row in rows]


class TownWithoutAccount(NotFound):
    """The town exists in the territory, but nobody has an account for it yet."""

    code = "town_without_account"
    sentence = N_("La ville « {name} » n’a pas encore de compte ici : invitez-la à en ouvrir un.")


async def town_organisation(session: Session | ReadSession, code: str) -> Organisation:
    """The organisation of the town that `code` (INSEE, SIREN or SIRET) names. Raises `UnknownTown`, `TownWithoutAccount`."""
    town = await find_town(session, code)
    found = await session.scalar(
        select(Organisation).where(
            Organisation.kind == OrganisationKind.TOWN,
            (Organisation.insee == town.insee) if town.insee else (Organisation.siren == town.siren),
        )
    )
    if found is None:
        raise TownWithoutAccount(name=town.name)
    return found
