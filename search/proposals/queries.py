"""Reads of proposals: those made to my town, and what it may know of the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from catalog.solutions import queries as directory
from marketplace import clock
from marketplace.accounts.models import Organisation
from marketplace.actor import Actor, OrganisationKind
from marketplace.db import ReadSession, Session, owned
from marketplace.errors import NotFound
from procurement.needs.models import Need
from procurement.pools import scopes
from procurement.pools.models import Pool
from search.proposals.lifecycle import SIDE, SideState, who
from search.proposals.models import Proposal, Side
from search.proposals.outlook import Outlook, outlook

Reads = ReadSession | Session


@dataclass(frozen=True, slots=True)
class Mine:
    """A proposal made to the acting town: its own side and need. `allowed`: what the actor may answer now."""

    proposal: Proposal
    side: Side
    need: Need
    allowed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProposalView:
    """One proposal as its page shows it. `accepted`: the other towns that accepted, once mine has. `pool`: when I may read it."""

    mine: Mine
    accepted: tuple[Organisation, ...]
    outlook: Outlook
    pool: Pool | None
    now: datetime

    @property
    def can_open(self) -> bool:
        """Whether the acting town may open the pool (its agents and administrators)."""
        return bool(self.accepted) and self.mine.proposal.pool_id is None


async def all_mine(reads: Reads, by: Actor) -> list[Mine]:
    """The proposals made to the acting town, the latest first. Raises `SignInNeeded`, `RoleNeeded`."""
    by.require(OrganisationKind.TOWN)
    rows = await reads.execute(_mine(reads).order_by(Proposal.made_at.desc(), Proposal.id.desc()).limit(200))
    now = await clock.now(reads)
    return [_of(*row, by=by, now=now) for row in rows]


async def view(reads: Reads, proposal_id: UUID, by: Actor) -> ProposalView:
    """One proposal made to the acting town. Raises `NotFound`."""
    by.require(OrganisationKind.TOWN)
    row = (await reads.execute(_mine(reads).where(Proposal.id == proposal_id))).one_or_none()
    if row is None:
        raise NotFound
    now = await clock.now(reads)
    mine = _of(*row, by=by, now=now)
    accepted: Sequence[Organisation] = ()
    if mine.side.state is SideState.ACCEPTED:
        sides = await reads.scalars(
            select(Side)
            .where(
                Side.proposal_id == proposal_id,
                Side.state == SideState.ACCEPTED,
                Side.town_id != mine.side.town_id,
            )
            .options(selectinload(Side.town))
            .order_by(Side.state_since, Side.id)
        )
        accepted = [side.town for side in sides]
    grids = await directory.grids(
        reads, domain=mine.proposal.domain, units=[mine.proposal.unit], years=mine.need.years
    )
    tables = [grid.tiers for grid in grids]
    found = outlook(tables, mine.proposal.magnitude, mine.need.quantity, on=clock.paris_day(now))
    return ProposalView(mine, tuple(accepted), found, await _pool(reads, mine), now)


def _mine(reads: Reads):  # type: ignore[no-untyped-def]  # noqa: ANN202  a Select of three rows
    return (
        select(Proposal, Side, Need)
        .join(Side, Side.proposal_id == Proposal.id)
        .join(Need, Need.id == Side.need_id)
        .where(owned(reads, Side.town_id))
    )


def _of(proposal: Proposal, side: Side, need: Need, *, by: Actor, now: datetime) -> Mine:
    allowed = SIDE.allowed(side.state, who(side.town_id, by))
    if proposal.expires_at <= now:
        allowed = [move for move in allowed if move != "accept"]
    if proposal.pool_id is not None and side.state is SideState.ACCEPTED:
        allowed = []
    return Mine(proposal, side, need, tuple(allowed))


async def _pool(reads: Reads, mine: Mine) -> Pool | None:
    if mine.proposal.pool_id is None or mine.side.state is not SideState.ACCEPTED:
        return None
    query = select(Pool).where(Pool.id == mine.proposal.pool_id, scopes.seen(reads))
    found: Pool | None = await reads.scalar(query)
    return found
