"""A startup writes its profile, a section at a time; each says which version of the profile it was written from."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified

from catalog.suppliers import locking
from catalog.suppliers.events import CapacityChanged
from catalog.suppliers.models import Stake, Supplier, SupplierBank, SupplierContact
from catalog.suppliers.schemas import BankIn, CapacityIn, ContactIn, IdentityIn
from marketplace import audit, clock, outbox
from marketplace.accounts.models import Organisation
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import Session
from marketplace.errors import FieldError, Invalid, StaleVersion, wrong
from marketplace.ids import OrganisationId
from marketplace.joining.claiming import checked_siret
from marketplace.territories.models import Department, Region
from marketplace.words import N_

EDITORS = (Role.EDITOR, Role.ADMIN)
OLDEST = date(1800, 1, 1)

TO_COME = N_("Cette date est à venir : donnez une date passée.")


async def edit_identity(
    session: Session, content: IdentityIn, *, version: int, by: Actor, now: datetime
) -> Supplier:
    """Replace the identity. Raises `StaleVersion`, or `Invalid` for what does not hold together."""
    startup_id = by.require(OrganisationKind.STARTUP, *EDITORS)
    organisation = await session.get_one(Organisation, startup_id)
    stakes = await session.scalars(select(Stake.since).where(Stake.startup_id == startup_id))
    faults = identity_faults(
        content, siren=organisation.siren, oldest_stake=min(stakes, default=None), today=clock.paris_day(now)
    )
    if faults:
        raise Invalid(faults)
    supplier = await locked(session, startup_id, version)
    after = await _written(session, supplier, content.model_dump())
    audit.note(session, by, "supplier.edit_identity", "supplier", startup_id, after=after)
    return supplier


async def edit_capacity(
    session: Session, content: CapacityIn, *, version: int, by: Actor, now: datetime
) -> Supplier:
    """Replace what the startup can serve, as of today. Raises `StaleVersion`, or `Invalid` naming unknown places."""
    startup_id = by.require(OrganisationKind.STARTUP, *EDITORS)
    faults = await _capacity_faults(session, content)
    if faults:
        raise Invalid(faults)
    supplier = await locked(session, startup_id, version)
    fields = content.model_dump() | {
        "regions": sorted(set(content.regions)),
        "departments": sorted(set(content.departments)),
        "capacity_on": clock.paris_day(now),
    }
    after = await _written(session, supplier, fields)
    audit.note(session, by, "supplier.edit_capacity", "supplier", startup_id, after=after)
    outbox.record(session, CapacityChanged(startup_id=startup_id))
    return supplier


async def edit_contacts(
    session: Session, contacts: Sequence[ContactIn], *, version: int, by: Actor
) -> Supplier:
    """Replace every contact. Raises `StaleVersion`, or `Invalid` for a kind given twice."""
    startup_id = by.require(OrganisationKind.STARTUP, *EDITORS)
    kinds = [contact.kind for contact in contacts]
    faults = [
        wrong(f"contacts[{i}].kind", N_("Ce contact est déjà donné plus haut."), code="duplicate")
        for i, kind in enumerate(kinds)
        if kind in kinds[:i]
    ]
    if faults:
        raise Invalid(faults)
    supplier = await locked(session, startup_id, version)
    await session.execute(delete(SupplierContact).where(SupplierContact.startup_id == startup_id))
    session.add_all(SupplierContact(startup_id=startup_id, **contact.model_dump()) for contact in contacts)
    after = await _written(session, supplier, {})
    audit.note(session, by, "supplier.edit_contacts", "supplier", startup_id, after=after)
    return supplier


async def edit_bank(session: Session, content: BankIn, *, version: int, by: Actor) -> Supplier:
    """Replace the bank details. An administrator of the startup alone. Raises `StaleVersion`, `Invalid`."""
    startup_id = by.require(OrganisationKind.STARTUP, Role.ADMIN)
    if content.bic and content.bic[4:6] != content.iban[:2]:
        raise Invalid([wrong("bic", N_("Ce BIC n’est pas du même pays que l’IBAN."), code="bic")])
    supplier = await locked(session, startup_id, version)
    bank = await session.scalar(select(SupplierBank).where(SupplierBank.startup_id == startup_id))
    if bank is None:
        bank = SupplierBank(startup_id=startup_id)
        session.add(bank)
    for name, value in content.model_dump().items():
        setattr(bank, name, value)
    after = await _written(session, supplier, {})
    audit.note(session, by, "supplier.edit_bank", "supplier", startup_id, after=after)
    return supplier


async def complete_siret(session: Session, siret: str, *, by: Actor) -> Organisation:
    """Give the account the SIRET that it lacks. An administrator alone. Raises `Invalid` at `siret`."""
    startup_id = by.require(OrganisationKind.STARTUP, Role.ADMIN)
    organisation = await session.get_one(Organisation, startup_id)
    if organisation.siret:
        raise Invalid(
            [wrong("siret", N_("Ce compte a déjà un SIRET : écrivez au support pour le changer."), code="known")]
        )  # fmt: skip
    number = checked_siret(siret)
    if organisation.siren and not number.startswith(organisation.siren):
        raise Invalid(
            [
                wrong(
                    "siret", N_("Ce SIRET n’est pas celui de votre entreprise : il commence par votre SIREN, {siren}."),
                    code="other_siren", siren=organisation.siren,
                )
            ]
        )  # fmt: skip
    try:
        async with session.begin_nested():
            await session.execute(text("select complete_siret(:number)"), {"number": number})
    except IntegrityError:
        raise Invalid(
            [
                wrong(
                    "siret",
                    N_("Une autre organisation est déjà inscrite ici avec ce SIREN : demandez-lui de vous inviter dans son équipe."),
                    code="duplicate_siren",
                )
            ]
        ) from None  # fmt: skip
    await session.refresh(organisation)
    audit.note(session, by, "supplier.complete_siret", "supplier", startup_id, after={"siret": number})
    return organisation


async def locked(session: Session, startup_id: OrganisationId, version: int) -> Supplier:
    """The startup's profile, locked, when it still is at `version` (0: never written). Raises `StaleVersion`."""
    await locking.startup(session, startup_id)
    supplier = await session.scalar(
        select(Supplier).where(Supplier.startup_id == startup_id).with_for_update()
    )
    current = supplier.version if supplier else 0
    if current != version:
        raise StaleVersion(read=version, current=current)
    if supplier is None:
        return Supplier(
            startup_id=startup_id, regions=[], departments=[]
        )  # added once it is whole: version 1
    return supplier


def identity_faults(
    content: IdentityIn, *, siren: str | None, oldest_stake: date | None, today: date
) -> list[FieldError]:
    """What is wrong with an identity beyond each value, all at once."""
    found = []
    founded, year = content.founded_on, content.turnover_year
    if founded and founded > today:
        found.append(wrong("founded_on", TO_COME, code="date"))
    elif founded and founded < OLDEST:
        found.append(wrong("founded_on", N_("Vérifiez l’année : elle est trop ancienne."), code="date"))
    elif founded and oldest_stake and oldest_stake < founded:
        found.append(
            wrong("founded_on", N_("Une participation de votre capital est plus ancienne que cette date : corrigez l’une ou l’autre."), code="date")
        )  # fmt: skip
    if (content.turnover_cents is None) != (year is None):
        where = "turnover_year" if year is None else "turnover_cents"
        found.append(wrong(where, N_("Donnez le chiffre d’affaires avec son année."), code="required"))
    if year is not None and (year > today.year or (founded and year < founded.year)):
        found.append(
            wrong("turnover_year", N_("Cette année est à venir, ou avant la création de l’entreprise."), code="date")
        )  # fmt: skip
    if content.vat_number and siren and not content.vat_number.endswith(siren):
        found.append(
            wrong(
                "vat_number", N_("Ce numéro de TVA n’est pas celui de votre entreprise : il finit par votre SIREN, {siren}."),
                code="other_siren", siren=siren,
            )
        )  # fmt: skip
    return found


async def _capacity_faults(session: Session, content: CapacityIn) -> list[FieldError]:
    found = []
    at_once, served = content.towns_at_once, content.towns_served
    if at_once is not None and served is not None and served > at_once:
        found.append(
            wrong("towns_served", N_("Vous servez plus de villes que vous ne dites pouvoir en servir : corrigez l’un des deux nombres."), code="capacity")
        )  # fmt: skip
    if content.everywhere and (content.regions or content.departments):
        found.append(
            wrong("everywhere", N_("Choisissez : toute la France, ou une liste de régions et de départements."), code="choice")
        )  # fmt: skip
    for field, codes, table in (
        ("regions", content.regions, Region),
        ("departments", content.departments, Department),
    ):
        asked = set(codes)
        known = (
            set(await session.scalars(select(table.code).where(table.code.in_(asked)))) if asked else set()
        )
        if asked - known:
            found.append(
                wrong(
                    field, N_("Ces codes n’existent pas : {codes}. Exemples : 18, 2A, 974."), code="unknown_area",
                    codes=tuple(sorted(asked - known)),
                )
            )  # fmt: skip
    return found


async def _written(session: Session, supplier: Supplier, fields: dict[str, object]) -> dict[str, object]:
    """Write `fields`, as a new version also when only a contact or the bank changed. What the journal says of it."""
    changed = sorted(name for name, value in fields.items() if getattr(supplier, name) != value)
    for name, value in fields.items():
        setattr(supplier, name, value)
    if supplier not in session:
        session.add(supplier)
    else:
        flag_modified(supplier, "regions")
    await session.flush()
    return {"version": supplier.version} | ({"fields": changed} if changed else {})
