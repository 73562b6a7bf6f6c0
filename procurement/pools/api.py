"""`/api/v1/pools`: from the opening to the freeze. Actions are resources: freezing is `POST /pools/{id}/freeze`."""

from typing import Any
from uuid import UUID

from litestar import Request, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from marketplace import clock
from marketplace.actor import OrganisationKind
from marketplace.ids import MembershipId, PoolId
from marketplace.web.creating import creating
from marketplace.web.transaction import By, Reads, Writes
from marketplace.web.versions import asked_version
from procurement.pools import census, freezing, joining, opening, queries
from procurement.pools.access import locked_pool
from procurement.pools.models import Membership, Pool
from procurement.pools.schemas import (
    Declaration,
    Extension,
    Invitations,
    LineOut,
    MemberNeedOut,
    MemberOut,
    Moved,
    NewPool,
    OutlookOut,
    PoolCard,
    PoolOut,
    RangeOut,
    Reason,
)

TAGS = ["pools"]


@post("/pools", summary="Draft a pool from a need", tags=TAGS)
@creating
async def open_pool(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[NewPool]
) -> Moved:
    del request
    return _moved(await opening.open_pool(session, data, by=by, now=await clock.now(session)))


@get("/pools", summary="Pools open to towns; with `mine=true`, my town's pools", tags=TAGS)
async def list_pools(
    reads: Reads, by: By, mine: FromQuery[bool] = False, domain: FromQuery[str | None] = None
) -> list[PoolCard]:
    if mine:
        by.require(OrganisationKind.TOWN)
        return [_card(pool) for pool in await queries.my_pools(reads, by)]
    return [_card(pool) for pool in await queries.public_pools(reads, domain=domain)]


@get("/pools/{pool_id:uuid}", summary="One pool", tags=TAGS)
async def show_pool(reads: Reads, by: By, pool_id: FromPath[UUID]) -> PoolOut:
    return pool_out(await queries.view(reads, PoolId(pool_id), by))


@get(
    "/pools/{pool_id:uuid}/members", summary="The pool's towns and their quantities (members only)", tags=TAGS
)
async def list_members(reads: Reads, pool_id: FromPath[UUID]) -> list[MemberOut]:
    await queries.one(reads, PoolId(pool_id))
    return [member_out(m) for m in await queries.members(reads, PoolId(pool_id))]


@post(
    "/pools/{pool_id:uuid}/interest-call",
    summary="Open a draft to the towns' interest",
    tags=TAGS,
    status_code=200,
)
async def call(session: Writes, by: By, pool_id: FromPath[UUID]) -> Moved:
    return _moved(await census.call(session, PoolId(pool_id), by=by, now=await clock.now(session)))


@post("/pools/{pool_id:uuid}/invitations", summary="Invite towns by INSEE, SIREN or SIRET", tags=TAGS)
@creating
async def invite(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    pool_id: FromPath[UUID],
    data: JSONBody[Invitations],
) -> Moved:
    del request
    await joining.invite(session, PoolId(pool_id), data.towns, by=by, now=await clock.now(session))
    pool = await locked_pool(session, PoolId(pool_id))
    return _moved(pool)


@post(
    "/pools/{pool_id:uuid}/membership", summary="My town shows its interest (commits to nothing)", tags=TAGS
)
@creating
async def join(request: Request[Any, Any, Any], session: Writes, by: By, pool_id: FromPath[UUID]) -> Moved:
    del request
    return _moved(await joining.join(session, PoolId(pool_id), by=by, now=await clock.now(session)))


@put("/pools/{pool_id:uuid}/membership/needs", summary="What my town needs, all lines at once", tags=TAGS)
async def declare(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    pool_id: FromPath[UUID],
    data: JSONBody[Declaration],
) -> Moved:
    version = asked_version(request, required=False)
    return _moved(
        await joining.declare(
            session, PoolId(pool_id), data.needs, version=version, by=by, now=await clock.now(session)
        )
    )


@post(
    "/pools/{pool_id:uuid}/membership/confirmation",
    summary="My town confirms its figures",
    tags=TAGS,
    status_code=200,
)
async def confirm(session: Writes, by: By, pool_id: FromPath[UUID]) -> Moved:
    return _moved(await joining.confirm(session, PoolId(pool_id), by=by, now=await clock.now(session)))


@post(
    "/pools/{pool_id:uuid}/membership/refusal",
    summary="My town declines an invitation",
    tags=TAGS,
    status_code=200,
)
async def decline(session: Writes, by: By, pool_id: FromPath[UUID], data: JSONBody[Reason]) -> Moved:
    return _moved(
        await joining.decline(session, PoolId(pool_id), data.reason, by=by, now=await clock.now(session))
    )


@post(
    "/pools/{pool_id:uuid}/membership/withdrawal",
    summary="My town leaves, before it has signed",
    tags=TAGS,
    status_code=200,
)
async def withdraw(session: Writes, by: By, pool_id: FromPath[UUID], data: JSONBody[Reason]) -> Moved:
    return _moved(
        await joining.withdraw(session, PoolId(pool_id), data.reason, by=by, now=await clock.now(session))
    )


@post(
    "/pools/{pool_id:uuid}/members/{membership_id:uuid}/exclusion",
    summary="The coordinator leaves a town out", tags=TAGS, status_code=200,
)  # fmt: skip
async def exclude(
    session: Writes, by: By, pool_id: FromPath[UUID], membership_id: FromPath[UUID], data: JSONBody[Reason]
) -> Moved:
    return _moved(
        await joining.exclude(
            session,
            PoolId(pool_id),
            MembershipId(membership_id),
            data.reason,
            by=by,
            now=await clock.now(session),
        )
    )


@post("/pools/{pool_id:uuid}/census", summary="Start the census of needs", tags=TAGS, status_code=200)
async def launch(session: Writes, by: By, pool_id: FromPath[UUID]) -> Moved:
    return _moved(await census.launch(session, PoolId(pool_id), by=by, now=await clock.now(session)))


@post("/pools/{pool_id:uuid}/census/closure", summary="Close the census", tags=TAGS, status_code=200)
async def close(session: Writes, by: By, pool_id: FromPath[UUID]) -> Moved:
    return _moved(await census.close(session, PoolId(pool_id), by=by, now=await clock.now(session)))


@post(
    "/pools/{pool_id:uuid}/census/extension",
    summary="After a missed threshold: extend the census",
    tags=TAGS,
    status_code=200,
)
async def extend(session: Writes, by: By, pool_id: FromPath[UUID], data: JSONBody[Extension]) -> Moved:
    return _moved(
        await census.extend(
            session, PoolId(pool_id), data.census_ends_on, by=by, now=await clock.now(session)
        )
    )


@post(
    "/pools/{pool_id:uuid}/census/reopening",
    summary="Undo the closing of the census",
    tags=TAGS,
    status_code=200,
)
async def reopen(session: Writes, by: By, pool_id: FromPath[UUID], data: JSONBody[Extension]) -> Moved:
    return _moved(
        await census.reopen(
            session, PoolId(pool_id), data.census_ends_on, by=by, now=await clock.now(session)
        )
    )


@post(
    "/pools/{pool_id:uuid}/continuation",
    summary="After a missed threshold: go on without the tier",
    tags=TAGS,
    status_code=200,
)
async def continue_anyway(session: Writes, by: By, pool_id: FromPath[UUID]) -> Moved:
    return _moved(await census.continue_anyway(session, PoolId(pool_id), by=by, now=await clock.now(session)))


@post(
    "/pools/{pool_id:uuid}/individual",
    summary="After a missed threshold: buy individually",
    tags=TAGS,
    status_code=200,
)
async def go_individual(session: Writes, by: By, pool_id: FromPath[UUID]) -> Moved:
    return _moved(await census.go_individual(session, PoolId(pool_id), by=by, now=await clock.now(session)))


@post(
    "/pools/{pool_id:uuid}/commitment",
    summary="Validate the needs: agreement and deliberations",
    tags=TAGS,
    status_code=200,
)
async def validate(session: Writes, by: By, pool_id: FromPath[UUID]) -> Moved:
    return _moved(await census.validate(session, PoolId(pool_id), by=by, now=await clock.now(session)))


@post("/pools/{pool_id:uuid}/freeze", summary="Freeze the perimeter", tags=TAGS, status_code=200)
async def freeze(
    session: Writes, by: By, pool_id: FromPath[UUID], without_late: FromQuery[bool] = False
) -> Moved:
    return _moved(
        await freezing.freeze(
            session, PoolId(pool_id), without_late=without_late, by=by, now=await clock.now(session)
        )
    )


@post("/pools/{pool_id:uuid}/abandonment", summary="Give the pool up", tags=TAGS, status_code=200)
async def abandon(session: Writes, by: By, pool_id: FromPath[UUID], data: JSONBody[Reason]) -> Moved:
    return _moved(
        await census.abandon(session, PoolId(pool_id), data.reason, by=by, now=await clock.now(session))
    )


@post("/pools/{pool_id:uuid}/suspension", summary="Suspend the pool", tags=TAGS, status_code=200)
async def suspend(session: Writes, by: By, pool_id: FromPath[UUID], data: JSONBody[Reason]) -> Moved:
    return _moved(
        await census.suspend(session, PoolId(pool_id), data.reason, by=by, now=await clock.now(session))
    )


@post("/pools/{pool_id:uuid}/resumption", summary="Resume a suspended pool", tags=TAGS, status_code=200)
async def resume(session: Writes, by: By, pool_id: FromPath[UUID]) -> Moved:
    return _moved(await census.resume(session, PoolId(pool_id), by=by, now=await clock.now(session)))


@post(
    "/pools/{pool_id:uuid}/closure",
    summary="Close a pool whose orders are all paid",
    tags=TAGS,
    status_code=200,
)
async def close_pool(session: Writes, by: By, pool_id: FromPath[UUID]) -> Moved:
    return _moved(await census.close_pool(session, PoolId(pool_id), by=by, now=await clock.now(session)))


def pool_out(view: queries.PoolView) -> PoolOut:
    """The API's form of a pool."""
    pool, mine = view.pool, view.mine
    sums = queries.totals_by_line(pool, view.memberships)
    return PoolOut(
        **_card(pool).model_dump(),
        coordinator_id=pool.coordinator_id, statement=pool.statement, nature=pool.nature, years=pool.years,
        innovative=pool.innovative, alone=pool.alone, mission=pool.mission, rule=pool.rule, missed_policy=pool.missed_policy,
        commitment_ends_at=pool.commitment_ends_at, declared=pool.totals.declared,
        estimate_low_cents=pool.totals.estimate_low_cents, estimate_high_cents=pool.totals.estimate_high_cents,
        channel=pool.channel, compass=view.decision.document() if view.decision else None, frozen_at=pool.frozen_at,
        frozen_sha256=pool.frozen_sha256, version=pool.version,
        lines=[
            LineOut(
                id=line.id, label=line.label, unit=line.unit, decimals=line.decimals, vat_rate=line.vat_rate,
                minimum=line.minimum, firm=sums[line.id][0], maximum=sums[line.id][1],
            )
            for line in pool.lines
        ],
        outlook=[_outlook(o) for o in view.outlook], my_membership=member_out(mine) if mine else None, allowed=view.allowed,
    )  # fmt: skip


def member_out(membership: Membership) -> MemberOut:
    """The API's form of a membership."""
    return MemberOut(
        id=membership.id, town_id=membership.town_id, town=membership.town.name, insee=membership.town.insee,
        siren=membership.town.siren, state=membership.state,
        needs=[
            MemberNeedOut(line_id=need.pool_line_id, firm=need.firm, tolerance=need.tolerance, maximum=need.maximum)
            for need in membership.needs
        ],
    )  # fmt: skip


def _card(pool: Pool) -> PoolCard:
    return PoolCard(
        id=pool.id, title=pool.title, domain=pool.domain, coordinator=pool.coordinator.name, state=pool.state,
        census_ends_at=pool.census_ends_at, members=pool.totals.members,
    )  # fmt: skip


def _outlook(outlook: Any) -> OutlookOut:
    def shown(found: Any) -> RangeOut | None:
        return RangeOut(low_cents=found.low, high_cents=found.high) if found else None

    return OutlookOut(
        line_id=outlook.line_id, grids=outlook.grids, alone=shown(outlook.alone), today=shown(outlook.today),
        next_from=outlook.next_from, missing=outlook.missing, next=shown(outlook.next),
    )  # fmt: skip


def _moved(row: Pool | Membership) -> Moved:
    return Moved(id=row.id, state=row.state, version=row.version)


HANDLERS = [
    open_pool, list_pools, show_pool, list_members, call, invite, join, declare, confirm, decline, withdraw, exclude, launch,
    close, extend, reopen, continue_anyway, go_individual, validate, freeze, abandon, suspend, resume, close_pool,
]  # fmt: skip
