"""The organisations and sign-ins of demo mode and scenarios: real towns, fictional startups, one person a role."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stdnum import luhn

from marketplace.accounts import registration
from marketplace.accounts.models import Organisation
from marketplace.actor import OrganisationKind, Role
from marketplace.db import Session
from marketplace.words import N_

PASSWORD = "demonstration"  # noqa: S105  printed on the sign-in page of demo mode
CATALOGUE = Path(__file__).parent / "catalogue.json"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to sign in as. `organisation`: a town's INSEE code, a startup's slug, or « bdt » / « association »."""

    email: str
    name: str
    organisation: str
    roles: frozenset[Role]
    what: str


PEOPLE: Sequence[DemoPerson] = (
    DemoPerson("agent@vierzon.demo", "Agente de Vierzon", "18279", frozenset({Role.AGENT}), N_("agente de Vierzon, coordinatrice")),
    DemoPerson("elu@vierzon.demo", "Élue de Vierzon", "18279", frozenset({Role.SIGNATORY}), N_("élue signataire de Vierzon")),
    DemoPerson("compta@vierzon.demo", "Comptable de Vierzon", "18279", frozenset({Role.ACCOUNTANT}), N_("comptable de Vierzon")),
    DemoPerson("dgs@vierzon.demo", "Directrice générale de Vierzon", "18279", frozenset({Role.ADMIN}), N_("administratrice des comptes de Vierzon")),
    DemoPerson("agent@bourges.demo", "Agent de Bourges", "18033", frozenset({Role.AGENT, Role.SIGNATORY, Role.ACCOUNTANT}), N_("agent de Bourges, ville membre")),
    DemoPerson("vente@quinquet.demo", "Vente de Quinquet Systèmes", "quinquet-systemes", frozenset({Role.SELLER, Role.EDITOR}), N_("entreprise fictive Quinquet Systèmes")),
    DemoPerson("direction@quinquet.demo", "Direction de Quinquet Systèmes", "quinquet-systemes", frozenset({Role.ADMIN}), N_("administration de Quinquet Systèmes")),
    DemoPerson("suivi@bdt.demo", "Suivi national", "bdt", frozenset({Role.SUPERVISOR}), N_("suivi national, Banque des Territoires")),
    DemoPerson("comptes@bdt.demo", "Gestion des comptes", "bdt", frozenset({Role.ADMIN}), N_("vérification des inscriptions, Banque des Territoires")),
    DemoPerson("relecture@villes.demo", "Relecture des fiches", "association", frozenset({Role.CURATOR}), N_("relecture des fiches, association d’élus")),
)  # fmt: skip
"""The sign-ins that demo mode prints, one a role."""


async def make_people(session: Session) -> dict[str, Organisation]:
    """Everybody of `PEOPLE`, with their organisations. Returns the organisations by the key that people name."""
    organisations = await make_startups(session)
    organisations["bdt"] = await registration.register_organisation(
        session,
        kind=OrganisationKind.SUPERVISOR,
        name="Banque des Territoires (démonstration)",
        siren=fictional_siren(900),
    )
    organisations["association"] = await registration.register_organisation(
        session,
        kind=OrganisationKind.ASSOCIATION,
        name="Association de villes (démonstration)",
        siren=fictional_siren(901),
    )
    for person in PEOPLE:
        if person.organisation.isdigit():
            organisations[person.organisation] = await registration.register_town(
                session, person.organisation
            )
        await registration.register_person(
            session, email=person.email, name=person.name, password=PASSWORD,
            organisation_id=organisations[person.organisation].id, roles=person.roles,
        )  # fmt: skip
    return organisations


async def make_startups(session: Session) -> dict[str, Organisation]:
    """The fictional startups of the catalogue, by slug, each with a seller who can only sign in by API key."""
    found: dict[str, Organisation] = {}
    for number, startup in enumerate(catalogue()["startups"], 1):
        organisation = await registration.register_organisation(
            session, kind=OrganisationKind.STARTUP, name=startup["name"], siren=fictional_siren(number), city=startup["city"],
            fictional=True,
        )  # fmt: skip
        await registration.register_person(
            session, email=f"vente@{startup['slug']}.demo", name=f"Vente de {startup['name']}", password=None,
            organisation_id=organisation.id, roles={Role.SELLER, Role.EDITOR},
        )  # fmt: skip
        found[startup["slug"]] = organisation
    return found


def catalogue() -> dict[str, Any]:
    """The fictional catalogue: startups and solutions."""
    document: dict[str, Any] = json.loads(CATALOGUE.read_text())
    return document


def records() -> list[dict[str, Any]]:
    """The catalogue's solutions as rows to load, each naming its startup."""
    document = catalogue()
    names = {startup["slug"]: startup["name"] for startup in document["startups"]}
    return [solution | {"supplier": names[solution["supplier"]]} for solution in document["solutions"]]


def fictional_siren(number: int) -> str:
    """A SIREN whose key is right and that no body has: the real ones never begin with 000."""
    start = f"000{number:05d}"
    digit: str = luhn.calc_check_digit(start)
    return start + digit
