"""A town asks to be told of others with its need, or no longer; it accepts a proposal, or declines it without a word to anybody."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from marketplace import lifecycle
from marketplace.actor import Actor, OrganisationKind
from marketplace.db import Session, owned
from marketplace.errors import Conflict, NotFound
from marketplace.ids import NeedId
from marketplace.words import N_
from procurement.needs import stating
from procurement.needs.models import Need
from search.proposals.events import ProposalAccepted, ProposalDeclined
from search.proposals.lifecycle import ANSWERERS, SIDE, SideState, who
from search.proposals.models import Proposal, Side


class ProposalOver(Conflict):
    """Nobody answers any more."""

    code = "proposal_over"
    sentence = N_("Cette proposition est close : la réponse était attendue avant. Rien n’a été changé.")


class PoolAlreadyOpen(Conflict):
    """One of the towns that accepted opened the pool."""

    code = "pool_already_open"
    sentence = N_(
        "L’achat groupé est déjà ouvert : c’est là que votre ville participe, décline ou se retire."
    )


async def accept(session: Session, proposal_id: UUID, *, by: Actor, now: datetime) -> Side:
    """The acting town accepts: it and the others that did see one another. It commits to nothing.

    Raises `NotFound`, `ProposalOver`, `MoveRefused`.
    """
    proposal, side = await mine(session, proposal_id, by)
    if proposal.expires_at <= now:
        raise ProposalOver
    event = ProposalAccepted(proposal_id=proposal.id, town_id=side.town_id)
    await lifecycle.apply(
        session, SIDE, side, "accept", who=who(side.town_id, by), by=by, now=now, event=event
    )
    return side


async def decline(session: Session, proposal_id: UUID, *, by: Actor, now: datetime) -> Side:
    """The acting town declines, or takes its acceptance back. Raises `NotFound`, `PoolAlreadyOpen`, `MoveRefused`."""
    proposal, side = await mine(session, proposal_id, by)
    if side.state is SideState.ACCEPTED and proposal.pool_id is not None:
        raise PoolAlreadyOpen
    await _decline(session, side, by=by, now=now)
    return side


async def tell_of_others(session: Session, need_id: NeedId, told: bool, *, by: Actor, now: datetime) -> Need:
    """Ask to be told when other towns have this need, for six months, or no longer: what was proposed for it is then declined.

    Raises `NotFound`.
    """
    need = await stating.tell_of_others(session, need_id, told, by=by, now=now)
    if not told:
        query = select(Side).join(Proposal, Proposal.id == Side.proposal_id)
        left = await session.scalars(
            query.where(
                Side.need_id == need.id,
                owned(session, Side.town_id),
                Side.state != SideState.DECLINED,
                Proposal.pool_id.is_(None),
            ).order_by(Side.id)
        )
        for side in left.all():
            await _decline(session, side, by=by, now=now)
    return need


async def _decline(session: Session, side: Side, *, by: Actor, now: datetime) -> None:
    event = ProposalDeclined(proposal_id=side.proposal_id, town_id=side.town_id)
    await lifecycle.apply(
        session, SIDE, side, "decline", who=who(side.town_id, by), by=by, now=now, event=event
    )


async def mine(session: Session, proposal_id: UUID, by: Actor) -> tuple[Proposal, Side]:
    """A proposal made to the acting town, with its own side. Raises `NotFound`, `RoleNeeded`."""
    by.require(OrganisationKind.TOWN, *ANSWERERS)
    found = (
        await session.execute(
            select(Proposal, Side)
            .join(Side, Side.proposal_id == Proposal.id)
            .where(Proposal.id == proposal_id, owned(session, Side.town_id))
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]
