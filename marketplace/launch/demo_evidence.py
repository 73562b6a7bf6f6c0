"""Evidence for the demo's sheets, all invented: confirmations, documents that a curator has accepted, and things that wait for one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from catalog.evidence import attaching, deciding
from catalog.evidence.durations import ends_on
from catalog.evidence.levels import EvidenceState, Kind
from catalog.evidence.models import Evidence
from catalog.evidence.provable import REFERENCE, claims
from catalog.solutions.events import SheetsLoaded
from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import Solution
from catalog.solutions.queries import PUBLIC_PARTS
from catalog.suppliers import candidature
from catalog.suppliers.kinds import CertificateKind
from catalog.suppliers.schemas import CertificateIn
from marketplace import clock, outbox
from marketplace.accounts.models import Organisation
from marketplace.actor import SYSTEM, Actor, OrganisationKind, Role
from marketplace.db import Database, Session
from marketplace.documents.blocks import Document, parse
from marketplace.documents.pdf import to_pdf
from marketplace.files.accepting import Accepted
from marketplace.files.kinds import Kind as FileKind
from marketplace.ids import new_id
from marketplace.launch.demo_directory import acting_for
from marketplace.launch.instance import worker_database
from marketplace.settings import Settings, needed

PROVEN = ("answers.hosting_country", "answers.rgaa_rate", "answers.energy_saving")
"""What the demo's documents prove, where a sheet says it."""
CURATOR = Actor(
    kind=OrganisationKind.ASSOCIATION, roles=frozenset({Role.CURATOR}), channel="session", name="Démonstration",
    organisation_name="Villes de France (démonstration)",
)  # fmt: skip


async def fill_demo_evidence(settings: Settings) -> None:
    """Prove a part of what the fictional sheets say. Does nothing where there is evidence already."""
    async with worker_database(settings) as registry:
        async with registry.transaction(SYSTEM) as session:
            if await session.scalar(select(func.count()).select_from(Evidence)):
                return
            sheets = await _sheets(session)
            now = await clock.now(session)
            for number, sheet in enumerate(sheets):
                session.add_all(_confirmations(sheet, number, now))
            outbox.record(session, SheetsLoaded(solution_ids=tuple(sheet.id for sheet in sheets)))
        async with registry.reading(SYSTEM) as reads:
            rows = await reads.scalars(
                select(Organisation).where(Organisation.kind == OrganisationKind.STARTUP)
            )
            owners = {startup.id: startup for startup in rows}
    file = _file(now)
    async with _application(settings) as database:
        for sheet in sheets[::3]:
            owner = owners.get(sheet.startup_id) if sheet.startup_id else None
            if owner is not None:
                await _documents(database, settings.files_dir, sheet, acting_for(owner), file)
        shown = next((owner for owner in owners.values() if owner.name.startswith("Quinquet")), None)
        if shown is not None:
            await _waiting(database, settings.files_dir, sheets, acting_for(shown), file)


async def _sheets(session: Session) -> list[Solution]:
    found = await session.scalars(
        select(Solution)
        .where(Solution.state == SolutionState.PUBLISHED, Solution.fictional)
        .options(*PUBLIC_PARTS)
        .order_by(Solution.slug)
    )
    return list(found)


def _confirmations(sheet: Solution, number: int, now: datetime) -> list[Evidence]:
    """Two references of five are confirmed: invented as the references are."""
    found = []
    for place, reference in enumerate(sheet.references):
        if (number + place) % 5 < 2:
            path = f"{REFERENCE}{reference.id}"
            day = clock.paris_day(now) - timedelta(days=20 + 37 * ((number + place) % 9))
            found.append(
                Evidence(
                    id=new_id(), solution_id=sheet.id, path=path, kind=Kind.CONFIRMATION, digest=reference.digest,
                    source=f"{reference.town_name} (démonstration)", dated_on=day, expires_on=ends_on(Kind.CONFIRMATION, path, day),
                    state=EvidenceState.ACCEPTED, state_since=now,
                )
            )  # fmt: skip
    return found


async def _documents(database: Database, folder: Path, sheet: Solution, by: Actor, file: Accepted) -> None:
    """Documents of one sheet, accepted by a curator."""
    for path in PROVEN:
        if path in claims(sheet):
            async with database.transaction(by) as session:
                offered = await _offer(session, folder, sheet, path, by, file)
            async with database.transaction(CURATOR) as session:
                await deciding.accept(session, offered.id, by=CURATOR, now=await clock.now(session))


async def _waiting(
    database: Database, folder: Path, sheets: list[Solution], by: Actor, file: Accepted
) -> None:
    """A document and a certificate that wait for a curator."""
    mine = next(
        (sheet for sheet in sheets if by.acts_for(sheet.startup_id) and "prices" in claims(sheet)), None
    )
    async with database.transaction(by) as session:
        if mine is not None:
            await _offer(session, folder, mine, "prices", by, file)
        now = await clock.now(session)
        vigilance = CertificateIn(
            kind=CertificateKind.VIGILANCE, issuer="Urssaf (démonstration)", number="DEMONSTRATION",
            issued_on=clock.paris_day(now) - timedelta(days=12),
        )  # fmt: skip
        await candidature.offer(session, vigilance, file, folder=folder, by=by, now=now)


async def _offer(
    session: Session, folder: Path, sheet: Solution, path: str, by: Actor, file: Accepted
) -> Evidence:
    now = await clock.now(session)
    return await attaching.attach(
        session, folder, sheet.id, path, file=file, title="Document de démonstration",
        dated_on=clock.paris_day(now) - timedelta(days=60), expires_on=None, by=by, now=now,
    )  # fmt: skip


def _file(now: datetime) -> Accepted:
    text = (
        "Ce document est inventé : il montre, dans la démonstration, où se lit une preuve. Il ne prouve rien."
    )
    document = Document(
        title="Document de démonstration",
        subtitle="",
        reference="",
        notice=text,
        summary=[],
        blocks=parse(text),
    )
    return Accepted(to_pdf(document, made_on=clock.paris_day(now)), FileKind.PDF)


@asynccontextmanager
async def _application(settings: Settings) -> AsyncIterator[Database]:
    database = Database(needed(settings.database.url, "DATABASE_URL"))
    try:
        yield database
    finally:
        await database.close()
