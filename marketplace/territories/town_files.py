"""Communes from a file of the operator's: a newer year, a correction. Row by row, idempotent, nothing taken on trust."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import PydanticCustomError
from sqlalchemy import func, select
from stdnum.fr import siren as siren_number

from marketplace.actor import SYSTEM
from marketplace.db import Database, Session
from marketplace.errors import FieldError, wrong
from marketplace.tabular import SourceRow
from marketplace.territories.models import Commune, Department, Epci, FormerCommune
from marketplace.web.schemas import clean
from marketplace.words import N_

COLUMNS = frozenset(
    [
        "code_insee", "nom", "departement", "region", "siren", "population_municipale", "epci_siren", "ept_siren",
        "code_postal", "lat", "lon", "geo_confiance",
    ]
)  # fmt: skip
REQUIRED = N_("Ce champ est obligatoire.")
TAKEN = N_("Ce SIREN est déjà celui d’un autre acheteur : {name}.")


@dataclass(slots=True)
class _Facts:
    """What a row is checked against."""

    regions: dict[str, str]
    epcis: dict[str, str]
    former: dict[str, str]
    communes: dict[str, Commune]
    holders: dict[str, Commune]
    seen: set[str] = field(default_factory=set)

    @classmethod
    async def read(cls, session: Session) -> "_Facts":
        departments = await session.execute(select(Department.code, Department.region_code))
        epcis = await session.execute(select(Epci.siren, Epci.name))
        former = await session.execute(select(FormerCommune.insee, FormerCommune.present_insee))
        communes = list(await session.scalars(select(Commune)))
        return cls(
            regions={row.code: row.region_code for row in departments},
            epcis={row.siren: row.name for row in epcis},
            former={row.insee: row.present_insee for row in former},
            communes={commune.insee: commune for commune in communes},
            holders={commune.siren: commune for commune in communes if commune.siren},
        )


async def load_communes(database: Database, rows: Sequence[SourceRow]) -> dict[str, Any]:
    """Add or change communes from a file with columns of `communes.csv`. Rows that are wrong are listed, the others taken.

    `code_insee`, `nom` and `departement` are needed; what a missing column would say stays as it was.
    """
    report: dict[str, Any] = {"created": 0, "updated": 0, "unchanged": 0, "rejected": [], "total": len(rows)}
    async with database.transaction(SYSTEM) as session:
        facts = await _Facts.read(session)
        for row in rows:
            values, faults = _commune(row.values, facts)
            if faults:
                reasons = [
                    {"path": fault.path, "code": fault.code, "message": str(fault)} for fault in faults
                ]
                report["rejected"].append(
                    {"where": row.where, "id": row.values.get("code_insee"), "reasons": reasons}
                )
            else:
                report[await _put(session, values, facts)] += 1
    return report


async def _put(session: Session, values: dict[str, Any], facts: _Facts) -> str:
    """Write one commune, at once: the next row may take the SIREN that this one leaves."""
    facts.seen.add(values["insee"])
    known = facts.communes.get(values["insee"])
    if known is not None and all(getattr(known, name) == value for name, value in values.items()):
        return "unchanged"
    commune = known or Commune(insee=values["insee"])
    if commune.siren:
        facts.holders.pop(commune.siren, None)
    for name, value in values.items():
        setattr(commune, name, value)
    commune.search_name = func.town_key(values["name"])
    session.add(commune)
    await session.flush()
    facts.communes[commune.insee] = commune
    if commune.siren:
        facts.holders[commune.siren] = commune
    return "updated" if known else "created"


def _commune(row: dict[str, Any], facts: _Facts) -> tuple[dict[str, Any], list[FieldError]]:
    """A row's values by column of `Commune`, and everything that is wrong with it."""
    given = {name: "" if row[name] is None else str(row[name]).strip() for name in COLUMNS & row.keys()}
    faults = [
        wrong(str(name), N_("Ce champ n’existe pas : vérifiez son nom."), code="extra_forbidden")
        for name in sorted(row.keys() - COLUMNS)
    ]
    insee, department = given.get("code_insee", ""), given.get("departement", "")
    values: dict[str, Any] = {"insee": insee, "name": given.get("nom", ""), "department_code": department}
    if not re.fullmatch(r"[0-9][0-9AB][0-9]{3}", insee):
        faults.append(
            wrong("code_insee", N_("Un code INSEE a cinq caractères, par exemple 18279."), code="insee")
        )
    elif insee in facts.former:
        faults.append(
            wrong(
                "code_insee",
                N_("Ce code n’existe plus : la commune actuelle est {present}."),
                code="former_insee",
                present=facts.former[insee],
            )
        )
    elif insee in facts.seen:
        faults.append(wrong("code_insee", N_("Cet identifiant est déjà dans le fichier."), code="duplicate"))
    faults += _name_faults(values["name"])
    if department not in facts.regions:
        faults.append(wrong("departement", N_("Ce département n’existe pas."), code="unknown_area"))
    elif not insee.startswith(department):
        faults.append(
            wrong("departement", N_("Ce code INSEE n’est pas de ce département."), code="other_area")
        )
    values["region_code"] = facts.regions.get(department, "")
    for column, read in (
        ("siren", _siren), ("epci_siren", _epci), ("population_municipale", _population), ("code_postal", _postal_code),
        ("lat", _degrees), ("lon", _degrees),
    ):  # fmt: skip
        if column in given:
            value, fault = read(column, given[column], insee, facts) if given[column] else (None, None)
            values[MEANS.get(column, column)] = value
            faults += [fault] if fault else []
    return values, faults


MEANS = {
    "population_municipale": "population",
    "code_postal": "postal_code",
    "lat": "latitude",
    "lon": "longitude",
}
"""The columns of a file whose name in `Commune` is another."""
Read = tuple[Any, FieldError | None]


def _name_faults(name: str) -> list[FieldError]:
    if not name:
        return [wrong("nom", REQUIRED, code="required")]
    try:
        clean(name)
    except PydanticCustomError as error:
        return [wrong("nom", error.message_template, code="characters")]
    return []


def _siren(column: str, text: str, insee: str, facts: _Facts) -> Read:
    if not (re.fullmatch(r"[0-9]{9}", text) and siren_number.is_valid(text)):
        return None, wrong(
            column, N_("Ce numéro SIREN n’existe pas : vérifiez les neuf chiffres."), code="siren"
        )
    holder = facts.holders.get(text)
    name = facts.epcis.get(text) or (holder.name if holder and holder.insee != insee else None)
    return text, wrong(column, TAKEN, code="taken", name=name) if name else None


def _epci(column: str, text: str, _insee: str, facts: _Facts) -> Read:
    unknown = wrong(column, N_("Cette intercommunalité n’existe pas."), code="unknown_area")
    return text, None if text in facts.epcis else unknown


def _population(column: str, text: str, _insee: str, _facts: _Facts) -> Read:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        return None, wrong(column, N_("Écrivez un nombre entier, par exemple 12."), code="integer")
    return int(text), None


def _postal_code(column: str, text: str, _insee: str, _facts: _Facts) -> Read:
    if not re.fullmatch(r"[0-9]{5}", text):
        return None, wrong(
            column, N_("Un code postal a cinq chiffres, par exemple 18100."), code="postal_code"
        )
    return text, None


def _degrees(column: str, text: str, _insee: str, _facts: _Facts) -> Read:
    if not re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{1,15})?", text):
        return None, wrong(column, N_("Écrivez des degrés décimaux, par exemple 47.2225."), code="degrees")
    return float(text), None
