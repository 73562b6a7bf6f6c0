"""`/api/v1/pools/{id}/agreement`: read it, record the vote, record the signature."""

from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath, JSONBody

from marketplace import clock
from marketplace.errors import NotFound
from marketplace.ids import PoolId
from marketplace.web.creating import creating
from marketplace.web.transaction import By, Reads, Writes
from procurement.conventions import queries, signing
from procurement.conventions.schemas import AgreementOut, DeliberationIn, SignatureIn
from procurement.pools.models import Membership
from procurement.pools.schemas import Moved

TAGS = ["agreements"]


@get("/pools/{pool_id:uuid}/agreement", summary="The founding agreement in force", tags=TAGS)
async def show(reads: Reads, pool_id: FromPath[UUID]) -> AgreementOut:
    found = await queries.agreement(reads, PoolId(pool_id))
    if found is None:
        raise NotFound
    return AgreementOut.model_validate(found)


@post("/pools/{pool_id:uuid}/membership/deliberation", summary="Record my town's deliberation", tags=TAGS)
@creating
async def deliberate(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    pool_id: FromPath[UUID],
    data: JSONBody[DeliberationIn],
) -> Moved:
    del request
    membership = await signing.record_deliberation(
        session, PoolId(pool_id), number=data.number, voted_on=data.voted_on, transmitted_on=data.transmitted_on, by=by,
        now=await clock.now(session),
    )  # fmt: skip
    return _moved(membership)


@post("/pools/{pool_id:uuid}/membership/signature", summary="Record my town's signature", tags=TAGS)
@creating
async def sign(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    pool_id: FromPath[UUID],
    data: JSONBody[SignatureIn],
) -> Moved:
    del request
    membership = await signing.sign(
        session, PoolId(pool_id), sha256=data.sha256, name=data.signatory_name, title=data.signatory_title,
        signed_on=data.signed_on, by=by, now=await clock.now(session),
    )  # fmt: skip
    return _moved(membership)


def _moved(membership: Membership) -> Moved:
    return Moved(id=membership.id, state=membership.state, version=membership.version)


HANDLERS = [show, deliberate, sign]
