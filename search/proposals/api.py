"""`/api/v1/proposals`, and whether a need of mine takes part in them."""

from typing import Any
from uuid import UUID

from litestar import Request, get, post, put
from litestar.params import FromPath, JSONBody

from marketplace import clock
from marketplace.actor import OrganisationKind, Role
from marketplace.ids import NeedId
from marketplace.web.creating import creating
from marketplace.web.transaction import By, Reads, Writes
from procurement.needs.schemas import NeedOut
from search.proposals import answering, opening, queries
from search.proposals.schemas import AlikeIn, OpenIn, PoolProposalOut, ProposalDetail

TAGS = ["proposals"]


@get("/proposals", summary="The pools proposed to my town, the latest first", tags=TAGS)
async def list_proposals(reads: Reads, by: By) -> list[PoolProposalOut]:
    return [PoolProposalOut.of(mine) for mine in await queries.all_mine(reads, by)]


@get("/proposals/{proposal_id:uuid}", summary="One proposal, with what buying together would change", tags=TAGS)  # fmt: skip
async def show_proposal(reads: Reads, by: By, proposal_id: FromPath[UUID]) -> ProposalDetail:
    return ProposalDetail.of_view(await queries.view(reads, proposal_id, by))


@post("/proposals/{proposal_id:uuid}/acceptance", status_code=200, summary="Accept: towns that do see one another", tags=TAGS)  # fmt: skip
async def accept_proposal(session: Writes, by: By, proposal_id: FromPath[UUID]) -> ProposalDetail:
    await answering.accept(session, proposal_id, by=by, now=await clock.now(session))
    return ProposalDetail.of_view(await queries.view(session, proposal_id, by))


@post("/proposals/{proposal_id:uuid}/refusal", status_code=200, summary="Decline, or take an acceptance back: nobody is told", tags=TAGS)  # fmt: skip
async def decline_proposal(session: Writes, by: By, proposal_id: FromPath[UUID]) -> ProposalDetail:
    await answering.decline(session, proposal_id, by=by, now=await clock.now(session))
    return ProposalDetail.of_view(await queries.view(session, proposal_id, by))


@post("/proposals/{proposal_id:uuid}/pool", summary="Open the pool on my need, and invite the others that accepted", tags=TAGS)  # fmt: skip
@creating
async def open_pool(
    request: Request[Any, Any, Any], session: Writes, by: By, proposal_id: FromPath[UUID], data: JSONBody[OpenIn]
) -> ProposalDetail:  # fmt: skip
    del request
    proposal, side = await answering.mine(session, proposal_id, by)
    new = data.new_pool(side.need_id, proposal.unit)
    await opening.open_pool(session, proposal_id, new, by=by, now=await clock.now(session))
    return ProposalDetail.of_view(await queries.view(session, proposal_id, by))


@put("/needs/{need_id:uuid}/alike", summary="Tell my town when others have this need, or no longer", tags=["needs"])  # fmt: skip
async def tell_of_others(
    session: Writes, by: By, need_id: FromPath[UUID], data: JSONBody[AlikeIn]
) -> NeedOut:
    by.require(OrganisationKind.TOWN, Role.AGENT, Role.ADMIN)
    now = await clock.now(session)
    need = await answering.tell_of_others(session, NeedId(need_id), data.alike, by=by, now=now)
    return NeedOut.model_validate(need)


HANDLERS = [list_proposals, show_proposal, accept_proposal, decline_proposal, open_pool, tell_of_others]
