"""For whom a cost is computed: a town, a quantity for each unit, and a number of years, as an address says them.

Pages ask `ville` (a name or a code), `annees`, and `quantite.light_point` for each unit; `Asked.query` gives them back in
their canonical form, so that an address can be shared. The API's parameters are in `parameters.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from litestar import Request
from pydantic_core import PydanticCustomError

from marketplace.accounts.models import Organisation
from marketplace.actor import Actor, OrganisationKind
from marketplace.db import ReadSession, Session
from marketplace.errors import FieldError, Invalid
from marketplace.territories.queries import Town, UnknownTown, find_town, typed_town
from marketplace.units import UNITS, precision_fault, too_precise
from marketplace.web import i18n
from marketplace.web.schemas import plain
from marketplace.web.typed import typed_number
from marketplace.words import N_

PREFIX = "quantite."
LONGEST = 200
NO_TOWN = N_("Aucune ville ne porte ce nom ni ce code : vérifiez-le, ou donnez son code INSEE.")


@dataclass(frozen=True, slots=True)
class Asked:
    """`typed` are the quantities as they were written, by unit; `errors` what is wrong, by field name, in words."""

    years: int = 1
    town: Town | None = None
    others: list[Town] = field(default_factory=list)
    typed_town: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    given: dict[str, Decimal] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def quantities(self) -> dict[str, Decimal]:
        """The quantity of each unit: as given, else what the town is known by (its inhabitants)."""
        known = self.town.population if self.town else None
        return ({"inhabitant": Decimal(known)} if known else {}) | self.given

    @property
    def population(self) -> Decimal | None:
        """The inhabitants among whom a cost is shared."""
        return self.quantities.get("inhabitant")

    def query(self) -> list[tuple[str, str]]:
        """The same question as an address asks it."""
        town = [("ville", self.town.code)] if self.town else []
        counted = [(f"{PREFIX}{unit}", plain(self.given[unit])) for unit in UNITS if unit in self.given]
        return [*town, ("annees", str(self.years)), *counted]


async def read(request: Request[Any, Any, Any], reads: ReadSession, by: Actor) -> Asked:
    """What a page was asked; for somebody who acts for a town and names none, it is theirs."""
    sent = request.query_params
    typed = {
        unit: sent[PREFIX + unit].strip()[:40]
        for unit in UNITS
        if unit != "town" and sent.get(PREFIX + unit, "").strip()
    }
    given: dict[str, Decimal] = {}
    errors: dict[str, str] = {}
    for unit, text in typed.items():
        try:
            given[unit] = counted(unit, typed_number(text), PREFIX + unit)
        except PydanticCustomError as error:
            errors[PREFIX + unit] = i18n.translate(error.message_template)
        except Invalid as refusal:
            errors[PREFIX + unit] = i18n.say(refusal.fields[0])
    written = sent.get("ville")
    if written is None:
        town, others = await own_town(reads, by), list[Town]()
        written = f"{town.name} ({town.code})" if town else ""
    else:
        written = written.strip()[:LONGEST]
        town, others = await typed_town(reads, written)
        if written and town is None:
            errors["ville"] = i18n.translate(NO_TOWN)
    years = sent.get("annees", "1")
    return Asked(
        years=int(years) if years in {"1", "2", "3", "4"} else 1, town=town, others=others, typed_town=written, typed=typed,
        given=given, errors=errors,
    )  # fmt: skip


def counted(unit: str, quantity: Decimal, path: str) -> Decimal:
    """`quantity`, when it is as fine as its unit is counted. Raises `Invalid` naming `path`."""
    if too_precise(quantity.normalize(), UNITS[unit].decimals):
        raise Invalid([precision_fault(path, UNITS[unit].decimals)])
    return quantity


async def town_of_code(reads: ReadSession | Session, code: str | None) -> Town | None:
    """The town of a code that a program gave. Raises `Invalid` for one that no town has."""
    if code is None:
        return None
    try:
        return await find_town(reads, code)
    except UnknownTown as unknown:
        fault = FieldError("town", unknown.sentence, unknown.code, tuple(unknown.facts.items()))
        raise Invalid([fault]) from None


async def own_town(reads: ReadSession | Session, by: Actor) -> Town | None:
    if by.kind is not OrganisationKind.TOWN or by.organisation_id is None:
        return None
    organisation = await reads.get(Organisation, by.organisation_id)
    for code in (organisation.insee, organisation.siren) if organisation else ():
        try:
            return await find_town(reads, code or "")
        except UnknownTown:
            continue
    return None


def askable(units: Iterable[str]) -> list[str]:
    """The units whose quantity only the town knows: a flat fee is counted once, and asks nothing."""
    return [unit for unit in units if unit != "town"]
