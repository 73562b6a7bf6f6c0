"""What a town owns that solutions are counted by: a closed list, one figure and one year each, declared by the town itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select

from marketplace import audit, clock
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import ReadSession, Session, owned
from marketplace.errors import FieldError, Invalid, StaleVersion, wrong
from marketplace.units import UNITS, precision_fault, too_precise
from marketplace.web.schemas import plain
from marketplace.words import N_
from search.twins.models import TownAssets

WRITERS = (Role.AGENT, Role.ADMIN)
OLDEST = 1990


class AssetKind(StrEnum):
    """What can be declared. Each is counted in the unit of the same code (`marketplace.units`)."""

    LIGHT_POINT = "light_point"
    BUILDING = "building"
    KM = "km"
    PARKING_SPACE = "parking_space"
    METER = "meter"
    CONTAINER = "container"
    CHARGING_POINT = "charging_point"
    SENSOR = "sensor"
    VEHICLE = "vehicle"
    SCHOOL = "school"
    USER = "user"


ASSET_NAMES = {
    AssetKind.LIGHT_POINT: N_("Éclairage public"),
    AssetKind.BUILDING: N_("Bâtiments publics"),
    AssetKind.KM: N_("Voirie"),
    AssetKind.PARKING_SPACE: N_("Stationnement public"),
    AssetKind.METER: N_("Compteurs d’eau"),
    AssetKind.CONTAINER: N_("Collecte des déchets"),
    AssetKind.CHARGING_POINT: N_("Recharge de véhicules"),
    AssetKind.SENSOR: N_("Capteurs déjà posés"),
    AssetKind.VEHICLE: N_("Parc de véhicules"),
    AssetKind.SCHOOL: N_("Écoles"),
    AssetKind.USER: N_("Agents de la collectivité"),
}


@dataclass(frozen=True, slots=True)
class Declared:
    """One figure: how many, and the year it was counted."""

    quantity: Decimal
    year: int


@dataclass(frozen=True, slots=True)
class Assets:
    """What one town declared. Version 0: nothing was ever declared."""

    declared: Mapping[AssetKind, Declared]
    public: bool = False
    version: int = 0
    updated_at: datetime | None = None


NOTHING = Assets({})


async def mine(reads: ReadSession | Session, by: Actor) -> Assets:
    """What the acting town declared. Raises `SignInNeeded`, `RoleNeeded`."""
    by.require(OrganisationKind.TOWN)
    row = await reads.scalar(select(TownAssets).where(owned(reads, TownAssets.town_id)))
    return _of(row) if row else NOTHING


async def declare(
    session: Session,
    declared: list[tuple[AssetKind, Declared]],
    *,
    public: bool,
    version: int,
    by: Actor,
    now: datetime,
) -> Assets:
    """Replace all that the acting town declared. Raises `StaleVersion`, or `Invalid` with every wrong figure (`assets[0].year`)."""
    town_id = by.require(OrganisationKind.TOWN, *WRITERS)
    faults = _faults(declared, clock.paris_day(now).year)
    if faults:
        raise Invalid(faults)
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"assets:{town_id}", 0))
    await session.execute(select(lock))  # one writer a town, also before its first row
    row = await session.scalar(select(TownAssets).where(TownAssets.town_id == town_id).with_for_update())
    if version != (row.version if row else 0):
        raise StaleVersion(read=version, current=row.version if row else 0)
    said = {kind.value: {"quantity": plain(one.quantity), "year": one.year} for kind, one in declared}
    before = {"assets": row.declared, "public": row.public} if row else None
    if row is None:
        row = TownAssets(town_id=town_id, declared=said, public=public, updated_at=now)
        session.add(row)
    else:
        row.declared, row.public, row.updated_at = said, public, now
    await session.flush()
    after = {"assets": said, "public": public}
    audit.note(session, by, "assets.declare", "town_assets", town_id, before=before, after=after)
    return _of(row)


def _faults(declared: list[tuple[AssetKind, Declared]], this_year: int) -> list[FieldError]:
    faults = []
    for i, (kind, one) in enumerate(declared):
        if kind in [earlier for earlier, _ in declared[:i]]:
            faults.append(
                wrong(f"assets[{i}].kind", N_("Ce patrimoine est déjà donné plus haut."), code="duplicate")
            )
        decimals = UNITS[kind].decimals
        if too_precise(one.quantity, decimals):
            faults.append(precision_fault(f"assets[{i}].quantity", decimals))
        if not OLDEST <= one.year <= this_year:
            faults.append(
                wrong(
                    f"assets[{i}].year",
                    N_("Donnez l’année du comptage, de {first} à {last}."),
                    code="year",
                    first=OLDEST,
                    last=this_year,
                )
            )
    return faults


def _of(row: TownAssets) -> Assets:
    said: dict[str, Any] = row.declared
    return Assets(
        {kind: Declared(Decimal(said[kind]["quantity"]), said[kind]["year"]) for kind in AssetKind if kind in said},
        row.public, row.version, row.updated_at,
    )  # fmt: skip
