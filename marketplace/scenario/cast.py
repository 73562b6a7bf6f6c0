"""Who takes part: N real towns of one department, each with its people, and the fictional startups of the domain."""

from dataclasses import dataclass, field

from marketplace.accounts import api_keys, registration
from marketplace.accounts.models import KeyScope, Organisation
from marketplace.actor import SYSTEM, Actor, OrganisationKind, Role
from marketplace.db import Database, Session
from marketplace.demo import people
from marketplace.territories.queries import Town, communes_of_department

DEPARTMENT, DOMAIN = "18", "eclairage-public"
PASSWORD = people.PASSWORD


@dataclass(slots=True)
class Cast:
    """Towns in order of population; API keys by role. The first town coordinates."""

    towns: list[Town]
    signatory_keys: list[str] = field(default_factory=list)
    agent_keys: list[str] = field(default_factory=list)
    accountant_keys: list[str] = field(default_factory=list)
    sellers: dict[str, str] = field(default_factory=dict)


async def make_cast(worker_url: str, *, towns: int, startups: list[str]) -> Cast:
    """Register the towns and their people, and make the keys. Four people get a password; see `run.py`."""
    database = Database(worker_url)
    try:
        async with database.transaction(SYSTEM) as session:
            organisations = await people.make_people(session)
            found = await communes_of_department(session, DEPARTMENT)
            cast = Cast(found[:towns])
            for i, town in enumerate(cast.towns):
                organisation = await registration.register_town(session, town.code)
                for role, keys in (
                    (Role.AGENT, cast.agent_keys),
                    (Role.SIGNATORY, cast.signatory_keys),
                    (Role.ACCOUNTANT, cast.accountant_keys),
                ):
                    keys.append(
                        await _key(session, organisation, role, f"{role}.{i}@scenario.demo", password=i < 2)
                    )
            for slug in startups:
                cast.sellers[slug] = await _key(
                    session, organisations[slug], Role.SELLER, f"vente.{slug}@scenario.demo", password=False
                )
        return cast
    finally:
        await database.close()


async def _key(
    session: Session, organisation: Organisation, role: Role, email: str, *, password: bool
) -> str:
    person = await registration.register_person(
        session, email=email, name=f"{organisation.name}, {role}", password=PASSWORD if password and role is Role.AGENT else None,
        organisation_id=organisation.id, roles={role},
    )  # fmt: skip
    actor = Actor(
        person_id=person.id, organisation_id=organisation.id, kind=OrganisationKind(organisation.kind), roles=frozenset({role}),
        channel="system",
    )  # fmt: skip
    _, secret = await api_keys.create(
        session, name="scénario", scope=KeyScope.WRITE, expires_at=None, by=actor
    )
    return secret
