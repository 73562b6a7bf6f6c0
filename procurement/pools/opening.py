"""A coordinator opens a pool from its town's need."""

from datetime import datetime

from marketplace import audit, clock
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import Session
from marketplace.errors import FieldError, Invalid, wrong
from marketplace.ids import NeedId
from marketplace.units import UNITS, precision_fault, too_precise
from marketplace.words import N_
from procurement.needs import queries as needs
from procurement.pools.lifecycle import MembershipState, PoolState
from procurement.pools.models import Membership, Pool, PoolLine, PoolTotals
from procurement.pools.schemas import NewPool


async def open_pool(session: Session, new: NewPool, *, by: Actor, now: datetime) -> Pool:
    """A draft pool from a need of the acting town, which is its coordinator and first member.

    Raises `NotFound` for another town's need, and `Invalid` for dates or minima that cannot be.
    """
    coordinator_id = by.require(OrganisationKind.TOWN, Role.AGENT, Role.ADMIN)
    need = await needs.one(session, NeedId(new.need_id), by)
    _refuse_impossible(new, now)
    pool = Pool(
        coordinator_id=coordinator_id,
        need_id=need.id,
        title=new.title,
        statement=new.statement or need.text,
        domain=new.domain or need.domain,
        nature=new.nature,
        cpv=list(new.cpv),
        years=new.years or need.years,
        innovative=new.innovative,
        alone=new.alone,
        mission=new.mission,
        committee=new.committee,
        rule=new.rule,
        missed_policy=new.missed_policy,
        state=PoolState.DRAFT,
        state_since=now,
        census_ends_at=clock.end_of(new.census_ends_on),
        commitment_ends_at=clock.end_of(new.commitment_ends_on),
    )
    pool.totals = PoolTotals(members=1, declared=0)
    pool.lines = [
        PoolLine(
            position=i,
            label=line.label,
            unit=line.unit,
            decimals=UNITS[line.unit].decimals,
            vat_rate=line.vat_rate,
            minimum=line.minimum,
            estimate_unit_cents=line.estimate_unit_cents,
        )
        for i, line in enumerate(new.lines)
    ]
    session.add(pool)
    await session.flush()
    session.add(
        Membership(pool_id=pool.id, town_id=coordinator_id, state=MembershipState.INTERESTED, state_since=now)
    )
    await session.flush()
    audit.note(session, by, "pool.draft", "pool", pool.id, after={"title": pool.title, "domain": pool.domain})
    return pool


def _refuse_impossible(new: NewPool, now: datetime) -> None:
    faults: list[FieldError] = []
    today = clock.paris_day(now)
    if new.census_ends_on < today:
        faults.append(
            wrong(
                "census_ends_on",
                N_("Cette date est passée : le recensement finit aujourd’hui au plus tôt."),
                code="past",
            )
        )
    if new.commitment_ends_on < new.census_ends_on:
        faults.append(
            wrong(
                "commitment_ends_on",
                N_("Les délibérations finissent après le recensement des besoins."),
                code="order",
            )
        )
    for i, line in enumerate(new.lines):
        decimals = UNITS[line.unit].decimals
        if line.minimum is not None and too_precise(line.minimum, decimals):
            faults.append(precision_fault(f"lines[{i}].minimum", decimals))
    if faults:
        raise Invalid(faults)
