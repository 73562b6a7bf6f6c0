"""Who owns a share of a startup. Declared by the startup; a curator may add what it left out, with the source, and it is told.

A correction keeps what was said before in the journal. Nothing is ever deleted: a stake that was sold ends.
"""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from catalog.suppliers import locking
from catalog.suppliers.events import StakeAdded
from catalog.suppliers.facts import LEAST, PUBLIC_HOLDERS, Band, Origin
from catalog.suppliers.models import Stake, Supplier
from catalog.suppliers.profile import EDITORS, OLDEST, TO_COME
from catalog.suppliers.schemas import StakeIn
from marketplace import audit, clock, outbox
from marketplace.accounts.models import Organisation
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import Session
from marketplace.errors import FieldError, Forbidden, Invalid, NotFound, StaleVersion, wrong
from marketplace.ids import OrganisationId
from marketplace.interests.declaring import refuse_recused
from marketplace.web.schemas import plain
from marketplace.words import N_

MOST = 100
"""How many stakes a startup may tell of, those that ended included."""


class AddedByCurators(Forbidden):
    """A curator added this stake: the startup may contest it, not rewrite it."""

    code = "added_by_curators"
    sentence = N_("La relecture a ajouté cette participation : écrivez-lui pour la corriger.")


async def declare(session: Session, content: StakeIn, *, by: Actor, now: datetime) -> Stake:
    """A stake in the acting startup. Raises `Invalid` for dates that cannot be, and for more than 100 % in all."""
    startup_id = by.require(OrganisationKind.STARTUP, *EDITORS)
    stake = await _add(session, startup_id, content, Origin.STARTUP, now=now)
    audit.note(session, by, "stake.declare", "stake", stake.id, after=_told(stake))
    return stake


async def add(
    session: Session, startup_id: OrganisationId, content: StakeIn, *, by: Actor, now: datetime
) -> Stake:
    """A stake that the startup did not declare, added by a curator with its source; the startup is told."""
    by.require_role(Role.CURATOR)
    organisation = await session.get(Organisation, startup_id)
    if organisation is None or organisation.kind is not OrganisationKind.STARTUP:
        raise NotFound
    await refuse_recused(session, by, {startup_id})
    stake = await _add(session, startup_id, content, Origin.CURATOR, now=now)
    audit.note(session, by, "stake.add", "stake", stake.id, after=_told(stake))
    outbox.record(session, StakeAdded(stake_id=stake.id, startup_id=startup_id))
    return stake


async def correct(
    session: Session, stake_id: UUID, content: StakeIn, *, version: int, by: Actor, now: datetime
) -> Stake:
    """Replace one stake: its own startup what it declared, a curator any. Raises `NotFound`, `AddedByCurators`, `StaleVersion`."""
    curates = Role.CURATOR in by.roles
    startup_id = None if curates else by.require(OrganisationKind.STARTUP, *EDITORS)
    found = await session.get(Stake, stake_id)
    if found is None or startup_id not in {None, found.startup_id}:
        raise NotFound
    if not curates and found.origin is Origin.CURATOR:
        raise AddedByCurators
    if curates:
        await refuse_recused(session, by, {found.startup_id})
    await locking.startup(session, found.startup_id)
    await session.refresh(found, with_for_update=True)
    if found.version != version:
        raise StaleVersion(read=version, current=found.version)
    await _refuse_faults(
        session, found.startup_id, content, found.origin, beside=found.id, today=clock.paris_day(now)
    )
    before = _told(found)
    for name, value in _fields(content).items():
        setattr(found, name, value)
    found.declared_on = clock.paris_day(now)
    await session.flush()
    audit.note(session, by, "stake.correct", "stake", found.id, before=before, after=_told(found))
    if curates:
        outbox.record(session, StakeAdded(stake_id=found.id, startup_id=found.startup_id))
    return found


async def _add(
    session: Session, startup_id: OrganisationId, content: StakeIn, origin: Origin, *, now: datetime
) -> Stake:
    await locking.startup(session, startup_id)
    today = clock.paris_day(now)
    await _refuse_faults(session, startup_id, content, origin, beside=None, today=today)
    stake = Stake(startup_id=startup_id, declared_on=today, origin=origin, **_fields(content))
    session.add(stake)
    await session.flush()
    return stake


async def _refuse_faults(
    session: Session,
    startup_id: OrganisationId,
    content: StakeIn,
    origin: Origin,
    *,
    beside: UUID | None,
    today: date,
) -> None:
    founded = await session.scalar(select(Supplier.founded_on).where(Supplier.startup_id == startup_id))
    others = [
        stake
        for stake in await session.scalars(select(Stake).where(Stake.startup_id == startup_id))
        if stake.id != beside
    ]
    found = stake_faults(content, origin, others, founded=founded, today=today)
    if found:
        raise Invalid(found)


def stake_faults(
    content: StakeIn, origin: Origin, others: list[Stake], *, founded: date | None, today: date
) -> list[FieldError]:
    """What is wrong with a stake, beside the `others` of the same startup; all at once."""
    found = []
    if content.since > today:
        found.append(wrong("since", TO_COME, code="date"))
    elif content.since < OLDEST or (founded and content.since < founded):
        found.append(wrong("since", N_("Cette date est avant la création de l’entreprise."), code="date"))
    if content.until and content.until > today:
        found.append(wrong("until", TO_COME, code="date"))
    elif content.until and content.until <= content.since:
        found.append(wrong("until", N_("La fin vient après le début."), code="date"))
    if content.percent is not None and content.band is not None:
        found.append(wrong("band", N_("Donnez la part exacte ou une tranche, pas les deux."), code="choice"))
    if not content.source and (origin is Origin.CURATOR or content.kind in PUBLIC_HOLDERS):
        found.append(
            wrong("source", N_("Dites d’où vient cette information, par exemple un communiqué daté."), code="required")
        )  # fmt: skip
    if len(others) >= MOST:
        found.append(
            wrong("holder", N_("Le capital compte déjà {most} participations."), code="too_long", most=MOST)
        )
    if not found and content.until is None:
        held = sum(
            (_at_least(stake.percent, stake.band) for stake in others if stake.until is None), Decimal(0)
        )
        if held + _at_least(content.percent, content.band) > 100:
            where = "percent" if content.percent is not None else "band"
            found.append(
                wrong(
                    where, N_("Le total des parts dépasserait 100 % : les autres en font déjà {held} %."), code="over_100",
                    held=plain(held).replace(".", ","),
                )
            )  # fmt: skip
    return found


def _at_least(percent: Decimal | None, band: Band | None) -> Decimal:
    return percent if percent is not None else LEAST[band or Band.NOT_TOLD]


def _fields(content: StakeIn) -> dict[str, object]:
    told: dict[str, object] = {name: getattr(content, name) for name in StakeIn.model_fields}
    if content.percent is None and content.band is None:
        told["band"] = Band.NOT_TOLD
    return told


def _told(stake: Stake) -> dict[str, str | None]:
    """A stake for the journal: never the name of its holder, who may be a person."""
    share = plain(stake.percent) if stake.percent is not None else stake.band
    return {"kind": stake.kind, "share": share, "since": str(stake.since), "until": str(stake.until or "")}
