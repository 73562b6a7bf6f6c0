"""A town says what it needs."""

from datetime import datetime

from marketplace import audit, clock
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import Session
from marketplace.errors import Invalid
from marketplace.ids import NeedId
from marketplace.units import UNITS, precision_fault, too_precise
from procurement.needs import queries
from procurement.needs.models import Need
from procurement.needs.schemas import NewNeed

WATCH_MONTHS = 6
"""How long a town is told of others with its need, unless it asks again."""


async def state_need(session: Session, need: NewNeed, *, by: Actor, now: datetime) -> Need:
    """A new need of the acting town. Raises `SignInNeeded`, `RoleNeeded`, and `Invalid` for a quantity finer than its unit."""
    town_id = by.require(OrganisationKind.TOWN, Role.AGENT, Role.ADMIN)
    decimals = UNITS[need.unit].decimals
    if need.quantity is not None and too_precise(need.quantity, decimals):
        raise Invalid([precision_fault("quantity", decimals)])
    stated = Need(
        town_id=town_id, person_id=by.person_id, text=need.text, domain=need.domain, unit=need.unit, quantity=need.quantity,
        years=need.years, alike_until=_until(now) if need.alike else None,
    )  # fmt: skip
    session.add(stated)
    await session.flush()
    audit.note(session, by, "need.state", "need", stated.id, after={"domain": need.domain})
    return stated


async def tell_of_others(session: Session, need_id: NeedId, told: bool, *, by: Actor, now: datetime) -> Need:
    """The acting town asks to be told of others with this need, for six months from now, or no longer. Raises `NotFound`."""
    by.require(OrganisationKind.TOWN, Role.AGENT, Role.ADMIN)
    need = await queries.one(session, need_id, by)
    need.alike_until = _until(now) if told else None
    await session.flush()
    if told:
        audit.note(session, by, "need.watch", "need", need.id)
    else:
        audit.note(session, by, "need.unwatch", "need", need.id)
    return need


def _until(now: datetime) -> datetime:
    return clock.end_of(clock.months_after(clock.paris_day(now), WATCH_MONTHS))
