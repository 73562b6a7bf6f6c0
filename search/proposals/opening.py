"""One of the towns that accepted opens the pool on its own need, and invites the others at once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from marketplace import audit
from marketplace.actor import Actor
from marketplace.db import Session
from marketplace.errors import Conflict
from marketplace.ids import PoolId
from marketplace.words import N_
from procurement.pools import joining, opening
from procurement.pools.models import Pool
from procurement.pools.schemas import NewPool
from search.proposals.answering import PoolAlreadyOpen, mine
from search.proposals.lifecycle import SideState
from search.proposals.models import Proposal, Side


class AloneSoFar(Conflict):
    """Nobody else has accepted."""

    code = "alone_so_far"
    sentence = N_("Aucune autre ville n’a encore accepté : l’achat s’ouvre à partir de deux.")


class AcceptFirst(Conflict):
    """The acting town has not accepted, or no longer does."""

    code = "accept_first"
    sentence = N_("Votre ville n’a pas accepté cette proposition : acceptez-la d’abord.")


async def open_pool(session: Session, proposal_id: UUID, new: NewPool, *, by: Actor, now: datetime) -> Pool:
    """A draft pool from the acting town's need, with every other town that accepted invited. `new.need_id` is not looked at.

    Raises `NotFound`, `AcceptFirst`, `PoolAlreadyOpen`, `AloneSoFar`, `Invalid`.
    """
    proposal, side = await mine(session, proposal_id, by)
    if side.state is not SideState.ACCEPTED:
        raise AcceptFirst
    query = select(Proposal).where(Proposal.id == proposal.id).execution_options(populate_existing=True)
    locked = (await session.scalars(query.with_for_update())).one()
    if locked.pool_id is not None:
        raise PoolAlreadyOpen
    others = await session.scalars(
        select(Side.town_id)
        .where(
            Side.proposal_id == proposal.id, Side.state == SideState.ACCEPTED, Side.town_id != side.town_id
        )
        .order_by(Side.town_id)
    )
    towns = others.all()
    if not towns:
        raise AloneSoFar
    pool = await opening.open_pool(session, new.model_copy(update={"need_id": side.need_id}), by=by, now=now)
    await joining.invite_organisations(session, PoolId(pool.id), towns, by=by, now=now)
    locked.pool_id = pool.id
    await session.flush()
    audit.note(session, by, "proposal.open", "proposal", proposal.id, after={"pool": str(pool.id)})
    return pool
