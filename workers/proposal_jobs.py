"""Proposals are made by the worker, and told to each of their towns alone: no notice says anything of another town.

Keys: `proposal:<proposal>:<town>:…`. What a town has answered is no more told to it.
"""

from uuid import UUID

from sqlalchemy import select

from catalog.taxonomy import domains
from marketplace import clock
from marketplace.actor import Role
from marketplace.db import Session
from marketplace.ids import OrganisationId
from marketplace.notifications import notices
from search.proposals import proposing
from search.proposals.events import NeedsAlike, ProposalAccepted, ProposalDeclined, ProposalMade
from search.proposals.lifecycle import SideState
from search.proposals.models import Proposal, Side
from workers.tools import Tools

AGENTS = frozenset({Role.AGENT, Role.ADMIN})


async def propose(session: Session, event: NeedsAlike, tools: Tools) -> None:
    del tools
    await proposing.propose(session, event.domain, event.unit, now=await clock.now(session))


async def tell_made(session: Session, event: ProposalMade, tools: Tools) -> None:
    """To each town that has not answered yet."""
    del tools
    proposal = await session.get(Proposal, event.proposal_id)
    if proposal is None:
        return
    until = clock.last_day(proposal.expires_at)
    for side in await _sides(session, proposal.id, SideState.PROPOSED):
        await notices.tell(
            session, side.town_id, key=f"{_of(proposal.id, side.town_id)}made", roles=AGENTS,
            subject=f"D’autres villes ont le même besoin : {_domain(proposal)}",
            body=f"{proposal.towns} villes, dont la vôtre, ont décrit un besoin proche ({_domain(proposal)}). Voulez-vous acheter ensemble ? "
            f"Rien de votre ville n’est montré avant votre accord. Réponse jusqu’au {until:%d/%m/%Y}.",
            link=f"/propositions/{proposal.id}",
        )  # fmt: skip


async def tell_accepted(session: Session, event: ProposalAccepted, tools: Tools) -> None:
    """To the towns that accepted before; the one that just did sees it on its page."""
    del tools
    await notices.withdraw(session, _of(event.proposal_id, event.town_id))
    proposal = await session.get(Proposal, event.proposal_id)
    if proposal is None:
        return
    accepted = await _sides(session, proposal.id, SideState.ACCEPTED)
    if event.town_id not in {side.town_id for side in accepted}:
        return
    for side in accepted:
        if side.town_id != event.town_id:
            await notices.tell(
                session, side.town_id, key=f"{_of(proposal.id, side.town_id)}accepted:{event.town_id}", roles=AGENTS,
                subject=f"Une autre ville accepte d’acheter avec vous : {_domain(proposal)}",
                body="Une ville de plus accepte la proposition d’achat groupé que vous avez acceptée. Voyez laquelle ; l’une de vous peut ouvrir l’achat.",
                link=f"/propositions/{proposal.id}",
            )  # fmt: skip


async def untell(session: Session, event: ProposalDeclined, tools: Tools) -> None:
    del tools
    await notices.withdraw(session, _of(event.proposal_id, event.town_id))


async def _sides(session: Session, proposal_id: UUID, state: SideState) -> list[Side]:
    found = await session.scalars(
        select(Side).where(Side.proposal_id == proposal_id, Side.state == state).order_by(Side.id)
    )
    return list(found)


def _of(proposal_id: UUID, town_id: OrganisationId) -> str:
    return f"proposal:{proposal_id}:{town_id}:"


def _domain(proposal: Proposal) -> str:
    known = domains().get(proposal.domain)
    return known.label("fr") if known else proposal.domain
