"""Pages: a startup's profile with what is missing, and its sections, one form each."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from catalog.suppliers import profile, queries, stakes, words
from catalog.suppliers.facts import ContactKind, Origin
from catalog.suppliers.forms import (
    IDENTITY_FIELDS,
    BankForm,
    CapacityForm,
    ContactsForm,
    IdentityForm,
    StakeForm,
)
from catalog.suppliers.models import Stake, Supplier, SupplierContact
from catalog.suppliers.schemas import SiretIn, category_of, masked
from marketplace import clock
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import ReadSession, Session
from marketplace.ids import OrganisationId
from marketplace.money import as_typed
from marketplace.web.creating import creating
from marketplace.web.forms import Form
from marketplace.web.pages import page, redirect
from marketplace.web.schemas import plain
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_

HERE = "/espace-entreprise/profil"
SAVED = N_("C’est enregistré.")


@get(HERE)
async def show(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    startup_id = by.require(OrganisationKind.STARTUP)
    organisation = await queries.startup(reads, startup_id)
    supplier = await queries.profile(reads, startup_id)
    contacts = await queries.contacts(reads, startup_id, by) or []
    bank = await queries.bank(reads, startup_id)
    held = await queries.stakes(reads, startup_id)
    regions, departments = await queries.places(reads)
    return page(
        request, "suppliers/profile.html", organisation=organisation, supplier=supplier, contacts=contacts, bank=bank, stakes=held,
        iban=masked(bank.iban) if bank else "", missing=queries.missing(organisation, supplier, contacts, bank, held),
        category=category_of(supplier), may_edit=_edits(by), may_bank=Role.ADMIN in by.roles, regions=regions,
        departments=departments, sections=queries.SECTIONS, addresses=words.ADDRESSES, **words.names(),
    )  # fmt: skip


@get(f"{HERE}/identite")
async def identity_page(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    startup_id = by.require(OrganisationKind.STARTUP, *profile.EDITORS)
    supplier = await queries.profile(reads, startup_id)
    return await _identity(request, reads, by, startup_id, Form(_typed_identity(supplier)), supplier)


@post(f"{HERE}/identite", status_code=303)
async def edit_identity(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    startup_id = by.require(OrganisationKind.STARTUP, *profile.EDITORS)
    form = await Form.read(request, IdentityForm)
    async with form.attempt(session, names=IDENTITY_FIELDS):
        if not form.failed:
            typed = form.value()
            await profile.edit_identity(
                session, typed.identity(), version=typed.version or 0, by=by, now=await clock.now(session)
            )
    if form.failed:
        return await _identity(
            request, session, by, startup_id, form, await queries.profile(session, startup_id)
        )
    return redirect(HERE, SAVED)


@post(f"{HERE}/siret", status_code=303)
async def give_siret(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    startup_id = by.require(OrganisationKind.STARTUP, Role.ADMIN)
    form = await Form.read(request, SiretIn)
    async with form.attempt(session):
        if not form.failed:
            await profile.complete_siret(session, form.value().siret, by=by)
    if form.failed:
        supplier = await queries.profile(session, startup_id)
        form.raw = _typed_identity(supplier) | form.raw
        return await _identity(request, session, by, startup_id, form, supplier)
    return redirect(f"{HERE}/identite", N_("Le SIRET est enregistré."))


@get(f"{HERE}/contacts")
async def contacts_page(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    startup_id = by.require(OrganisationKind.STARTUP, *profile.EDITORS)
    known = await queries.contacts(reads, startup_id, by) or []
    return await _contacts(request, reads, startup_id, Form(_typed_contacts(known)))


@post(f"{HERE}/contacts", status_code=303)
async def edit_contacts(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    startup_id = by.require(OrganisationKind.STARTUP, *profile.EDITORS)
    form = await Form.read(request, ContactsForm)
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            await profile.edit_contacts(session, typed.contacts(), version=typed.version or 0, by=by)
    if form.failed:
        return await _contacts(request, session, startup_id, form)
    return redirect(HERE, SAVED)


@get(f"{HERE}/banque")
async def bank_page(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    startup_id = by.require(OrganisationKind.STARTUP, Role.ADMIN)
    return await _bank(request, reads, startup_id, Form())


@post(f"{HERE}/banque", status_code=303)
async def edit_bank(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    startup_id = by.require(OrganisationKind.STARTUP, Role.ADMIN)
    form = await Form.read(request, BankForm)
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            await profile.edit_bank(session, typed.bank(), version=typed.version or 0, by=by)
    if form.failed:
        return await _bank(request, session, startup_id, form)
    return redirect(HERE, SAVED)


@get(f"{HERE}/capacite")
async def capacity_page(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    startup_id = by.require(OrganisationKind.STARTUP, *profile.EDITORS)
    supplier = await queries.profile(reads, startup_id)
    return await _capacity(request, reads, startup_id, Form(_typed_capacity(supplier)))


@post(f"{HERE}/capacite", status_code=303)
async def edit_capacity(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    startup_id = by.require(OrganisationKind.STARTUP, *profile.EDITORS)
    form = await Form.read(request, CapacityForm)
    async with form.attempt(session, names={"everywhere": "where"}):
        if not form.failed:
            typed = form.value()
            await profile.edit_capacity(
                session, typed.capacity(), version=typed.version or 0, by=by, now=await clock.now(session)
            )
    if form.failed:
        return await _capacity(request, session, startup_id, form)
    return redirect(HERE, SAVED)


@get(f"{HERE}/capital")
async def ownership_page(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    startup_id = by.require(OrganisationKind.STARTUP, *profile.EDITORS)
    return await _ownership(request, reads, startup_id, Form())


@post(f"{HERE}/capital", status_code=303)
@creating
async def declare_stake(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    startup_id = by.require(OrganisationKind.STARTUP, *profile.EDITORS)
    form = await Form.read(request, StakeForm)
    async with form.attempt(session):
        if not form.failed:
            await stakes.declare(session, form.value().stake(), by=by, now=await clock.now(session))
    if form.failed:
        return await _ownership(request, session, startup_id, form)
    return redirect(f"{HERE}/capital", N_("La participation est ajoutée."))


@get(f"{HERE}/capital/{{stake_id:uuid}}")
async def stake_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, stake_id: FromPath[UUID]
) -> Response[str]:
    startup_id = by.require(OrganisationKind.STARTUP, *profile.EDITORS)
    stake = await queries.stake(reads, stake_id, startup_id)
    return stake_form(request, Form(typed_stake(stake)), stake, f"{HERE}/capital/{stake.id}", curates=False)


@post(f"{HERE}/capital/{{stake_id:uuid}}", status_code=303)
async def correct_stake(
    request: Request[Any, Any, Any], session: Writes, by: By, stake_id: FromPath[UUID]
) -> Response[Any]:
    startup_id = by.require(OrganisationKind.STARTUP, *profile.EDITORS)
    stake = await queries.stake(session, stake_id, startup_id)
    form = await Form.read(request, StakeForm)
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            await stakes.correct(
                session, stake_id, typed.stake(), version=typed.version or 0, by=by, now=await clock.now(session)
            )  # fmt: skip
    if form.failed:
        return stake_form(request, form, stake, f"{HERE}/capital/{stake.id}", curates=False)
    return redirect(f"{HERE}/capital", N_("La participation est corrigée."))


def stake_form(
    request: Request[Any, Any, Any], form: Form[Any], stake: Stake, action: str, *, curates: bool
) -> Response[str]:
    """The page that corrects one stake, for its startup or for a curator."""
    return page(
        request, "suppliers/stake.html", status=form.status, form=form, stake=stake, version=form.version_read(stake.version), action=action, curates=curates,
        locked=not curates and stake.origin is Origin.CURATOR, **words.names(),
    )  # fmt: skip


def typed_stake(stake: Stake) -> dict[str, Any]:
    """A stake as its form's fields."""
    return {
        "holder": stake.holder, "kind": stake.kind.value, "percent": plain(stake.percent).replace(".", ",") if stake.percent is not None else "",
        "band": stake.band.value if stake.band else "", "since": stake.since.isoformat(),
        "until": stake.until.isoformat() if stake.until else "", "source": stake.source or "",
    }  # fmt: skip


async def _identity(
    request: Request[Any, Any, Any],
    reads: ReadSession | Session,
    by: Actor,
    startup_id: OrganisationId,
    form: Form[Any],
    supplier: Supplier | None,
) -> Response[str]:
    return page(
        request, "suppliers/identity.html", status=form.status, form=form, supplier=supplier,
        organisation=await queries.startup(reads, startup_id), version=form.version_read(supplier.version if supplier else 0),
        may_siret=Role.ADMIN in by.roles, **words.names(),
    )  # fmt: skip


async def _contacts(
    request: Request[Any, Any, Any],
    reads: ReadSession | Session,
    startup_id: OrganisationId,
    form: Form[Any],
) -> Response[str]:
    version = form.version_read(await _version(reads, startup_id))
    return page(
        request, "suppliers/contacts.html", status=form.status, form=form, version=version, kinds=list(ContactKind),
        **words.names(),
    )  # fmt: skip


async def _bank(
    request: Request[Any, Any, Any],
    reads: ReadSession | Session,
    startup_id: OrganisationId,
    form: Form[Any],
) -> Response[str]:
    bank = await queries.bank(reads, startup_id)
    return page(
        request, "suppliers/bank.html", status=form.status, form=form, bank=bank,
        iban=masked(bank.iban) if bank else "", version=form.version_read(await _version(reads, startup_id)),
        organisation=await queries.startup(reads, startup_id),
    )  # fmt: skip


async def _capacity(
    request: Request[Any, Any, Any],
    reads: ReadSession | Session,
    startup_id: OrganisationId,
    form: Form[Any],
) -> Response[str]:
    regions, _ = await queries.places(reads)
    chosen = form.get("regions") or []
    form.errors = {name.split("-")[0]: said for name, said in form.errors.items()}  # one list, one place
    return page(
        request, "suppliers/capacity.html", status=form.status, form=form, regions=regions,
        chosen=[chosen] if isinstance(chosen, str) else list(chosen), version=form.version_read(await _version(reads, startup_id)),
    )  # fmt: skip


async def _ownership(
    request: Request[Any, Any, Any],
    reads: ReadSession | Session,
    startup_id: OrganisationId,
    form: Form[Any],
) -> Response[str]:
    return page(
        request, "suppliers/ownership.html", status=form.status, form=form,
        stakes=await queries.stakes(reads, startup_id), **words.names(),
    )  # fmt: skip


async def _version(reads: ReadSession | Session, startup_id: OrganisationId) -> int:
    supplier = await queries.profile(reads, startup_id)
    return supplier.version if supplier else 0


def _edits(by: Actor) -> bool:
    return by.has(OrganisationKind.STARTUP, *profile.EDITORS)


def _typed_identity(supplier: Supplier | None) -> dict[str, Any]:
    if supplier is None:
        return {}
    typed: dict[str, Any] = {
        name: getattr(supplier, name) or ""
        for name in ("street", "postal_code", "city", "website", "presentation", "vat_number")
    }
    cents = supplier.turnover_cents
    return typed | {
        "legal_form": supplier.legal_form or "", "headcount": supplier.headcount or "",
        "founded_on": supplier.founded_on.isoformat() if supplier.founded_on else "",
        "turnover": "" if cents is None else as_typed(cents),
        "turnover_year": str(supplier.turnover_year or ""),
    }  # fmt: skip


def _typed_contacts(contacts: list[SupplierContact]) -> dict[str, Any]:
    return {
        f"{contact.kind}_{part}": getattr(contact, part) or ""
        for contact in contacts
        for part in ("name", "email", "phone")
    }


def _typed_capacity(supplier: Supplier | None) -> dict[str, Any]:
    if supplier is None:
        return {}
    numbers = {
        name: "" if (value := getattr(supplier, name)) is None else str(value)
        for name in ("towns_at_once", "towns_served", "lead_weeks")
    }
    listed = supplier.regions or supplier.departments
    return numbers | {
        "where": "everywhere" if supplier.everywhere else "listed" if listed else "", "regions": supplier.regions,
        "departments": ", ".join(supplier.departments), "overseas": "on" if supplier.overseas else "",
    }  # fmt: skip


HANDLERS = [
    show, identity_page, edit_identity, give_siret, contacts_page, edit_contacts, bank_page, edit_bank, capacity_page, edit_capacity,
    ownership_page, declare_stake, stake_page, correct_stake,
]  # fmt: skip
