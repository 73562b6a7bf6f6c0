"""The worker proposes to the towns of a group, once: a town hears of a domain and unit again three months later at the earliest."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, distinct, exists, func, select

from marketplace import audit, clock, outbox
from marketplace.actor import SYSTEM
from marketplace.db import Session
from marketplace.outbox import Event
from procurement.needs.models import Need
from procurement.needs.secrecy import LEAST_TOWNS
from procurement.needs.waiting import waits
from search.proposals.events import NeedsAlike, ProposalMade
from search.proposals.grouping import Group, Stated, groups
from search.proposals.lifecycle import SideState
from search.proposals.models import Proposal, Side

ANSWER_WITHIN = timedelta(days=30)
AGAIN_AFTER = timedelta(days=90)


async def due_proposals(session: Session, now: datetime) -> Sequence[Event]:
    """Each domain and unit in which enough towns wait for others."""
    rows = await session.execute(
        select(Need.domain, Need.unit)
        .where(*_waiting(now))
        .group_by(Need.domain, Need.unit)
        .having(func.count(distinct(Need.town_id)) >= LEAST_TOWNS)
    )
    today = clock.paris_day(now)
    return [NeedsAlike(domain=row.domain, unit=row.unit, day=today) for row in rows]


async def propose(session: Session, domain: str, unit: str, *, now: datetime) -> list[Proposal]:
    """Make a proposal of each group of towns that wait with needs of one domain and unit. Running twice makes nothing twice."""
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"proposal:{domain}:{unit}", 0))
    await session.execute(select(lock))
    query = select(Need).where(Need.domain == domain, Need.unit == unit, *_waiting(now)).order_by(Need.id)
    needs = await session.scalars(query)
    stated = [Stated(need.id, need.town_id, need.text, need.quantity) for need in needs]
    return [await _make(session, domain, unit, group, now) for group in groups(stated)]


async def _make(session: Session, domain: str, unit: str, group: Group, now: datetime) -> Proposal:
    size = group.magnitude
    proposal = Proposal(
        domain=domain, unit=unit, towns=len(group.needs), low=size and size.low, high=size and size.high, made_at=now,
        expires_at=clock.end_of(clock.paris_day(now + ANSWER_WITHIN)),
    )  # fmt: skip
    session.add(proposal)
    await session.flush()
    session.add_all(
        Side(
            proposal_id=proposal.id, town_id=need.town_id, need_id=need.need_id, state=SideState.PROPOSED, state_since=now
        )
        for need in group.needs
    )  # fmt: skip
    await session.flush()
    told = {"domain": domain, "unit": unit, "towns": proposal.towns}
    audit.note(session, SYSTEM, "proposal.make", "proposal", proposal.id, after=told)
    outbox.record(session, ProposalMade(proposal_id=proposal.id))
    return proposal


def _waiting(now: datetime) -> list[ColumnElement[bool]]:
    """The needs that wait for others, and whose town heard of nothing like them lately."""
    told = exists().where(
        Side.town_id == Need.town_id, Proposal.id == Side.proposal_id, Proposal.domain == Need.domain, Proposal.unit == Need.unit,
        Proposal.made_at > now - AGAIN_AFTER,
    )  # fmt: skip
    return [waits(), ~told]
