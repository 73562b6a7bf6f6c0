"""Reads of profiles, stakes, capacities and certificates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import selectinload

from catalog.suppliers.facts import CONTACT_NAMES, PUBLIC_HOLDERS, ContactKind, Holder
from catalog.suppliers.lifecycle import CertificateState
from catalog.suppliers.models import Certificate, Stake, Supplier, SupplierBank, SupplierContact
from catalog.suppliers.territories import Territories
from marketplace.accounts.models import Organisation
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import ReadSession, Session, acting, owned
from marketplace.errors import NotFound
from marketplace.files.models import StoredFile
from marketplace.ids import OrganisationId
from marketplace.territories.models import Department, Region
from marketplace.words import N_

TOLD_CONTACTS = (OrganisationKind.TOWN, OrganisationKind.SUPERVISOR, OrganisationKind.ASSOCIATION)
"""Who reads a startup's contacts, besides itself."""


async def startup(reads: ReadSession | Session, startup_id: OrganisationId) -> Organisation:
    """A startup's public identity. Raises `NotFound` for any other organisation."""
    found = await reads.get(Organisation, startup_id)
    if found is None or found.kind is not OrganisationKind.STARTUP:
        raise NotFound
    return found


async def profile(reads: ReadSession | Session, startup_id: OrganisationId) -> Supplier | None:
    """What a startup says of itself, if it said anything. Everybody's to read."""
    found: Supplier | None = await reads.scalar(select(Supplier).where(Supplier.startup_id == startup_id))
    return found


async def contacts(
    reads: ReadSession | Session, startup_id: OrganisationId, by: Actor
) -> list[SupplierContact] | None:
    """The contacts, for the startup itself, towns and staff; None for whoever may not know them."""
    if not (by.acts_for(startup_id) or by.kind in TOLD_CONTACTS):
        return None
    found = await reads.scalars(select(SupplierContact).where(SupplierContact.startup_id == startup_id))
    order = list(ContactKind)
    return sorted(found, key=lambda contact: order.index(contact.kind))


async def bank(reads: ReadSession | Session, startup_id: OrganisationId) -> SupplierBank | None:
    """The bank details, for the startup alone."""
    found: SupplierBank | None = await reads.scalar(
        select(SupplierBank).where(
            SupplierBank.startup_id == startup_id, owned(reads, SupplierBank.startup_id)
        )
    )
    return found


async def stakes(reads: ReadSession | Session, startup_id: OrganisationId) -> list[Stake]:
    """Every stake told of, those in force first, then by kind of holder and name: never by size."""
    found = await reads.scalars(select(Stake).where(Stake.startup_id == startup_id))
    order = list(Holder)
    return sorted(
        found, key=lambda one: (one.until is not None, order.index(one.kind), one.holder.casefold(), one.id)
    )


async def stake(reads: ReadSession | Session, stake_id: UUID, startup_id: OrganisationId) -> Stake:
    """One stake of a startup. Raises `NotFound`."""
    found: Stake | None = await reads.scalar(
        select(Stake).where(Stake.id == stake_id, Stake.startup_id == startup_id)
    )
    if found is None:
        raise NotFound
    return found


async def public_stakes(
    reads: ReadSession | Session, startup_ids: Iterable[UUID], on: date
) -> dict[UUID, list[Stake]]:
    """The stakes of public holders in force on the day `on`, for each startup: to be shown, and never to rank by."""
    asked = list(startup_ids)
    found: dict[UUID, list[Stake]] = {startup_id: [] for startup_id in asked}
    rows = await reads.scalars(
        select(Stake)
        .where(Stake.startup_id.in_(asked), Stake.kind.in_(PUBLIC_HOLDERS))
        .order_by(Stake.since, Stake.id)
    )
    for one in rows:
        if one.in_force(on):
            found[one.startup_id].append(one)
    return found


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a startup says it can serve; None is « not told ». `told_on`: when it said so."""

    towns_at_once: int | None
    towns_served: int | None
    lead_weeks: int | None
    territories: Territories
    told_on: date | None


async def capacity_of(reads: ReadSession | Session, startup_ids: Iterable[UUID]) -> dict[UUID, Capacity]:
    """The capacity of each startup that has told one, its regions opened out into departments."""
    rows = await reads.scalars(select(Supplier).where(Supplier.startup_id.in_(list(startup_ids))))
    told = [row for row in rows if row.capacity_on is not None]
    within = await _departments(reads) if any(row.regions for row in told) else {}
    return {
        row.startup_id: Capacity(
            row.towns_at_once, row.towns_served, row.lead_weeks,
            Territories(
                row.everywhere,
                frozenset(row.departments).union(*(within.get(region, frozenset()) for region in row.regions)),
                row.overseas,
            ),
            row.capacity_on,
        )
        for row in told
    }  # fmt: skip


async def _departments(reads: ReadSession | Session) -> dict[str, frozenset[str]]:
    """The departments of each region."""
    found: dict[str, set[str]] = {}
    for code, region in await reads.execute(select(Department.code, Department.region_code)):
        found.setdefault(region, set()).add(code)
    return {region: frozenset(codes) for region, codes in found.items()}


async def places(reads: ReadSession | Session) -> tuple[dict[str, str], dict[str, str]]:
    """The names of regions and of departments, by code."""
    regions = await reads.execute(select(Region.code, Region.name).order_by(Region.name))
    departments = await reads.execute(select(Department.code, Department.name).order_by(Department.code))
    return {row[0]: row[1] for row in regions}, {row[0]: row[1] for row in departments}


def seen(session: ReadSession | Session) -> ColumnElement[bool]:
    """The acting startup's certificates, or all of them for a curator."""
    return true() if Role.CURATOR in acting(session).roles else owned(session, Certificate.startup_id)


async def certificates(reads: ReadSession | Session, startup_id: OrganisationId) -> list[Certificate]:
    """A startup's documents with their files, the newest first, those that were replaced after the others."""
    found = await reads.scalars(
        select(Certificate)
        .where(Certificate.startup_id == startup_id, seen(reads))
        .options(selectinload(Certificate.file))
        .order_by(Certificate.replaced_at.desc().nulls_first(), Certificate.id.desc())
    )
    return list(found)


async def certificate(reads: ReadSession | Session, certificate_id: UUID) -> Certificate:
    """One document that the asker may see, with its file and its startup. Raises `NotFound`."""
    found: Certificate | None = await reads.scalar(
        select(Certificate)
        .where(Certificate.id == certificate_id, seen(reads))
        .options(selectinload(Certificate.file), selectinload(Certificate.startup))
    )
    if found is None:
        raise NotFound
    return found


async def to_check(reads: ReadSession | Session) -> list[Certificate]:
    """The documents that wait for a curator, the longest waiting first."""
    found = await reads.scalars(
        select(Certificate)
        .where(Certificate.state == CertificateState.OFFERED, Certificate.replaced_at.is_(None), seen(reads))
        .options(selectinload(Certificate.startup))
        .order_by(Certificate.state_since, Certificate.id)
    )
    return list(found)


async def file_of(reads: ReadSession | Session, certificate_id: UUID) -> StoredFile:
    """The file of one document that the asker may see. Raises `NotFound`."""
    return (await certificate(reads, certificate_id)).file


SECTIONS = {
    "identity": N_("Identité"),
    "capacity": N_("Capacité"),
    "contacts": N_("Contacts"),
    "bank": N_("Coordonnées bancaires"),
    "ownership": N_("Capital"),
}


def missing(
    organisation: Organisation,
    supplier: Supplier | None,
    contacts: list[SupplierContact],
    bank: SupplierBank | None,
    stakes: list[Stake],
) -> list[tuple[str, str, str]]:
    """What would complete a profile: a stable name, what to say, and the section where it is filled in."""
    known = {contact.kind for contact in contacts}
    wanted = [
        ("siret", N_("le SIRET"), "identity", organisation.siret),
        ("legal_form", N_("la forme juridique"), "identity", supplier and supplier.legal_form),
        ("founded_on", N_("la date de création"), "identity", supplier and supplier.founded_on),
        ("headcount", N_("l’effectif"), "identity", supplier and supplier.headcount),
        ("address", N_("l’adresse"), "identity", supplier and supplier.street and supplier.city),
        ("presentation", N_("la présentation"), "identity", supplier and supplier.presentation),
        ("towns_at_once", N_("le nombre de villes servies à la fois"), "capacity", supplier and supplier.towns_at_once),
        (
            "territories", N_("les territoires servis"), "capacity",
            supplier and (supplier.everywhere or supplier.regions or supplier.departments or supplier.overseas),
        ),
        *((f"contact_{kind}", CONTACT_NAMES[kind], "contacts", kind in known) for kind in ContactKind),
        ("bank", N_("l’IBAN et son titulaire"), "bank", bank),
        ("stakes", N_("les participations au capital"), "ownership", stakes),
    ]  # fmt: skip
    return [(name, said, section) for name, said, section, value in wanted if not value]
