"""What the demo's directory holds besides sheets: the fictional startups' profiles, and two sheets that wait for a review."""

from datetime import date

from sqlalchemy import func, select

from catalog.solutions import drafting, queries
from catalog.solutions.content import SheetDraft
from catalog.solutions.models import Solution
from catalog.suppliers import profile, stakes
from catalog.suppliers.facts import Headcount, Holder, LegalForm
from catalog.suppliers.models import Supplier
from catalog.suppliers.schemas import CapacityIn, IdentityIn, StakeIn
from marketplace import clock
from marketplace.accounts.models import Organisation
from marketplace.actor import SYSTEM, Actor, OrganisationKind, Role
from marketplace.db import Database, Session
from marketplace.demo import people
from marketplace.ids import OrganisationId
from marketplace.launch.instance import worker_database
from marketplace.settings import Settings, needed

FORMS = (LegalForm.SAS, LegalForm.SAS, LegalForm.SARL, LegalForm.SCOP, LegalForm.SASU)
SIZES = (Headcount.TO_9, Headcount.TO_19, Headcount.TO_49, Headcount.TO_9)
PUBLIC = {"quinquet-systemes": ("7.5", 2023), "bief": ("12", 2022)}
"""Startups in which the demo says that Banque des Territoires holds a share: percent, year."""
WAITING = {
    "name": "Lisière, éclairage des chemins",
    "summary": "Bornes basses qui éclairent les chemins piétons au passage, sans gêner la faune.",
    "problem": "Les chemins entre quartiers restent noirs, ou sont éclairés toute la nuit pour trois passages.",
    "description": "Une borne basse à détection, alimentée par un petit panneau. L’éclairage suit le piéton et s’éteint derrière lui.",
    "domains": ["eclairage-public", "nature-climat"],
    "cpv": ["34928500-3"],
    "maturity": "growth",
    "deployment_weeks_min": 4,
    "deployment_weeks_max": 8,
    "contract_forms": ["experiment", "order"],
    "prices": [
        {
            "label": "Borne posée", "unit": "light_point", "basis": "one_off", "vat_rate": "20",
            "steps": [{"from": "0", "unit_price_cents": 38000}, {"from": "50", "unit_price_cents": 34500}],
        }
    ],
    "answers": {"hosting_country": "none", "data_kinds": ["none"], "api": "none", "source_code": "closed"},
}  # fmt: skip
"""A new sheet of the demo's startup."""


async def fill_demo_directory(settings: Settings) -> None:
    """Give profiles to the fictional startups of a directory that has none, and send two sheets to the curators."""
    async with worker_database(settings) as registry, registry.reading(SYSTEM) as reads:
        if await reads.scalar(select(func.count()).select_from(Supplier)):
            return
        rows = await reads.scalars(select(Organisation).where(Organisation.kind == OrganisationKind.STARTUP))
        startups = {startup.name: startup for startup in rows}
    database = Database(needed(settings.database.url, "DATABASE_URL"))
    try:
        for number, startup in enumerate(people.catalogue()["startups"]):
            organisation = startups.get(startup["name"])
            if organisation is not None:
                by = acting_for(organisation)
                async with database.transaction(by) as session:
                    await _profile(session, number, startup, by)
                if startup["slug"] == "quinquet-systemes":
                    async with database.transaction(by) as session:
                        await _waiting(session, by)
    finally:
        await database.close()


async def _profile(session: Session, number: int, startup: dict[str, str], by: Actor) -> None:
    now = await clock.now(session)
    identity = IdentityIn(
        legal_form=FORMS[number % len(FORMS)], founded_on=date(2011 + number % 11, 1 + number % 12, 15),
        headcount=SIZES[number % len(SIZES)], city=startup["city"], presentation=startup["presentation"],
    )  # fmt: skip
    written = await profile.edit_identity(session, identity, version=0, by=by, now=now)
    capacity = CapacityIn(
        towns_at_once=3 + number % 9, towns_served=number % 6, lead_weeks=2 + number % 8, everywhere=number % 5 != 4,
        regions=[] if number % 5 != 4 else ["24", "52", "75"],
    )  # fmt: skip
    await profile.edit_capacity(session, capacity, version=written.version, by=by, now=now)
    founders = StakeIn(holder="Fondateurs", kind=Holder.FOUNDERS, band=None, since=date(2022, 6, 1))
    await stakes.declare(session, founders, by=by, now=now)
    if startup["slug"] in PUBLIC:
        percent, year = PUBLIC[startup["slug"]]
        stake = StakeIn.model_validate(
            {
                "holder": "Banque des Territoires (démonstration)", "kind": Holder.BDT, "percent": percent,
                "since": f"{year}-03-01", "source": "Participation inventée, pour la démonstration.",
            }
        )  # fmt: skip
        await stakes.declare(session, stake, by=by, now=now)


async def _waiting(session: Session, by: Actor) -> None:
    """A new sheet, and a revision of the first one that is published."""
    now = await clock.now(session)
    made = await drafting.draft(session, SheetDraft.model_validate(WAITING), by=by, now=now)
    await drafting.submit(session, made.id, by=by, now=now)
    startup_id = by.require(OrganisationKind.STARTUP)
    published = [sheet for sheet in await queries.of_startup(session, startup_id) if sheet.published_at]
    sheet = min(published, key=lambda found: found.slug)
    shown = await queries.last_accepted(session, sheet.id)
    if shown is None:
        return
    content = shown.content | {
        "summary": f"{sheet.summary} Nouveau : le réglage se fait aussi depuis un téléphone.",
        "deployment_weeks_max": (sheet.deployment_weeks_max or 8) + 4,
    }
    version = await session.scalar(select(Solution.version).where(Solution.id == sheet.id)) or 0
    await drafting.edit(
        session, sheet.id, SheetDraft.model_validate(content), version=version, by=by, now=now
    )
    await drafting.submit(session, sheet.id, by=by, now=now)


def acting_for(startup: Organisation) -> Actor:
    """Somebody who acts for a fictional startup; nobody can sign in as them."""
    return Actor(
        organisation_id=OrganisationId(startup.id), kind=OrganisationKind.STARTUP, roles=frozenset({Role.EDITOR, Role.ADMIN}),
        channel="session", name="Démonstration", organisation_name=startup.name,
    )  # fmt: skip
