"""A town says what it needs."""

from marketplace import audit
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import Session
from marketplace.errors import Invalid
from marketplace.units import UNITS, precision_fault, too_precise
from procurement.needs.models import Need
from procurement.needs.schemas import NewNeed


async def state_need(session: Session, need: NewNeed, *, by: Actor) -> Need:
    """A new need of the acting town. Raises `SignInNeeded`, `RoleNeeded`, and `Invalid` for a quantity finer than its unit."""
    town_id = by.require(OrganisationKind.TOWN, Role.AGENT, Role.ADMIN)
    decimals = UNITS[need.unit].decimals
    if need.quantity is not None and too_precise(need.quantity, decimals):
        raise Invalid([precision_fault("quantity", decimals)])
    stated = Need(
        town_id=town_id, person_id=by.person_id, text=need.text, domain=need.domain, unit=need.unit, quantity=need.quantity,
        years=need.years,
    )  # fmt: skip
    session.add(stated)
    await session.flush()
    audit.note(session, by, "need.state", "need", stated.id, after={"domain": need.domain})
    return stated
