"""A town says what it needs."""

from marketplace import audit
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import Session
from procurement.needs.models import Need
from procurement.needs.schemas import NewNeed


async def state_need(session: Session, need: NewNeed, *, by: Actor) -> Need:
    """A new need of the acting town. Raises `SignInNeeded`, `RoleNeeded`."""
    town_id = by.require(OrganisationKind.TOWN, Role.AGENT, Role.ADMIN)
    stated = Need(
        town_id=town_id, person_id=by.person_id, text=need.text, domain=need.domain, unit=need.unit, quantity=need.quantity,
        years=need.years,
    )  # fmt: skip
    session.add(stated)
    await session.flush()
    audit.note(session, by, "need.state", "need", stated.id, after={"domain": need.domain})
    return stated
