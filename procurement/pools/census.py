"""The coordinator's road to the freeze: call, census, its closing, the threshold's policy, validation; or giving up."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from marketplace import clock, lifecycle, outbox
from marketplace.actor import Actor
from marketplace.db import Session
from marketplace.errors import Conflict, Invalid, wrong
from marketplace.ids import PoolId
from marketplace.lifecycle import MoveRefused
from marketplace.words import N_
from procurement.pools import plans, totals
from procurement.pools.access import locked_memberships, locked_pool, who
from procurement.pools.events import CensusClosed, CommitmentOpened, WentIndividual
from procurement.pools.lifecycle import MEMBERSHIP, POOL, POOL_STATE_NAMES, MembershipState, PoolState
from procurement.pools.models import Membership, MissedPolicy, Pool, PoolLine


class TooFewTowns(Conflict):
    code = "too_few_towns"
    sentence = N_(
        "Un achat groupé demande au moins deux villes ; {members} y participe pour l’instant. Invitez-en, ou achetez seul."
    )


class NobodyDeclared(Conflict):
    code = "nobody_declared"
    sentence = N_("Aucune ville n’a déclaré de besoin : il n’y a rien à consolider.")


class NotAllConfirmed(Conflict):
    code = "not_all_confirmed"
    sentence = N_(
        "Des villes n’ont pas confirmé leurs quantités ({count}) : {towns}. Relancez-les, ou excluez-les."
    )


class PolicyForbids(Conflict):
    """What happens at a missed threshold was chosen when the pool opened."""

    code = "policy_forbids"
    sentence = N_("La règle choisie à l’ouverture pour un seuil manqué est : {policy}.")


async def call(session: Session, pool_id: PoolId, *, by: Actor, now: datetime) -> Pool:
    """Open a draft to the towns' interest."""
    pool = await locked_pool(session, pool_id)
    return await _move(session, pool, "open", by=by, now=now)


async def launch(session: Session, pool_id: PoolId, *, by: Actor, now: datetime) -> Pool:
    """Start the census. Raises `TooFewTowns` unless the pool is of one by choice."""
    pool = await locked_pool(session, pool_id)
    POOL.check(pool.state, "launch_census", who(pool, by))
    memberships = await locked_memberships(session, pool)
    await totals.recompute(session, pool, memberships)
    if pool.totals.members < 2 and not pool.alone:
        raise TooFewTowns(members=pool.totals.members)
    return await _move(session, pool, "launch_census", by=by, now=now)


async def close(session: Session, pool_id: PoolId, *, by: Actor, now: datetime) -> Pool:
    """End the census: by the coordinator, or by the timer when its deadline has passed.

    Towns that declared nothing fall silent. A missed minimum leads to `threshold_missed`, whose outcome was fixed at the
    opening; otherwise the needs go to consolidation.
    """
    pool = await locked_pool(session, pool_id)
    memberships = await locked_memberships(session, pool)
    if by.channel == "system" and pool.state is not PoolState.CENSUS:
        return pool
    POOL.check(pool.state, "close_census", who(pool, by))
    await _silence(session, pool, memberships, by=by, now=now)
    await totals.recompute(session, pool, memberships)
    if pool.totals.declared == 0 and by.channel != "system":
        raise NobodyDeclared
    if pool.totals.declared == 0 or _missed(pool, memberships):
        return await _move(session, pool, "miss_threshold", by=by, now=now)
    return await _move(session, pool, "close_census", by=by, now=now, event=CensusClosed(pool_id=pool.id))


async def extend(session: Session, pool_id: PoolId, until: date, *, by: Actor, now: datetime) -> Pool:
    """After a missed threshold: take the census up again until a later day, keeping what was declared."""
    pool = await locked_pool(session, pool_id)
    POOL.check(pool.state, "extend", who(pool, by))
    _policy(pool, MissedPolicy.EXTEND)
    _later(pool, until, now)
    return await _move(session, pool, "extend", by=by, now=now)


async def continue_anyway(session: Session, pool_id: PoolId, *, by: Actor, now: datetime) -> Pool:
    """After a missed threshold: go on without the tier; every town confirms again in the next phase."""
    pool = await locked_pool(session, pool_id)
    _policy(pool, MissedPolicy.CONTINUE)
    return await _move(session, pool, "continue", by=by, now=now, event=CensusClosed(pool_id=pool.id))


async def reopen(session: Session, pool_id: PoolId, until: date, *, by: Actor, now: datetime) -> Pool:
    """Undo a closing, until a later day. Every confirmation falls back to a declaration."""
    pool = await locked_pool(session, pool_id)
    roles = who(pool, by)
    POOL.check(pool.state, "reopen_census", roles)
    _later(pool, until, now)
    for membership in await locked_memberships(session, pool):
        if membership.state in MEMBERSHIP.moves["ask_again"].sources:
            await lifecycle.apply(session, MEMBERSHIP, membership, "ask_again", who=roles, by=by, now=now)
    return await _move(session, pool, "reopen_census", by=by, now=now)


async def go_individual(session: Session, pool_id: PoolId, *, by: Actor, now: datetime) -> Pool:
    """After a missed threshold: end the pool. Each town gets a need of its own (`dissolving`), from which it can buy alone."""
    pool = await locked_pool(session, pool_id)
    _policy(pool, MissedPolicy.INDIVIDUAL)
    event = WentIndividual(pool_id=pool.id)
    return await _move(session, pool, "go_individual", by=by, now=now, event=event)


async def validate(session: Session, pool_id: PoolId, *, by: Actor, now: datetime) -> Pool:
    """Accept the consolidated needs: the founding agreement is written, and the councils deliberate.

    Raises `NotAllConfirmed` naming the towns that have not confirmed their figures.
    """
    pool = await locked_pool(session, pool_id)
    POOL.check(pool.state, "validate", who(pool, by))
    memberships = await locked_memberships(session, pool)
    waiting = [m.town.name for m in memberships if m.state is MembershipState.DECLARED]
    if waiting:
        raise NotAllConfirmed(count=len(waiting), towns=", ".join(waiting))
    return await _move(session, pool, "validate", by=by, now=now, event=CommitmentOpened(pool_id=pool.id))


async def abandon(session: Session, pool_id: PoolId, reason: str, *, by: Actor, now: datetime) -> Pool:
    """Give the pool up before it is published, saying why."""
    pool = await locked_pool(session, pool_id)
    POOL.check(pool.state, "abandon", who(pool, by))
    pool.reason = reason
    return await _move(session, pool, "abandon", by=by, now=now, facts={"reason": reason})


async def suspend(session: Session, pool_id: PoolId, reason: str, *, by: Actor, now: datetime) -> Pool:
    """Stop the pool where it is."""
    pool = await locked_pool(session, pool_id)
    POOL.check(pool.state, "suspend", who(pool, by))
    pool.suspended_from, pool.reason = pool.state, reason
    return await _move(session, pool, "suspend", by=by, now=now, facts={"reason": reason})


async def resume(session: Session, pool_id: PoolId, *, by: Actor, now: datetime) -> Pool:
    """Go on from where the pool was suspended."""
    pool = await locked_pool(session, pool_id)
    if pool.suspended_from is None:
        raise MoveRefused(
            state=POOL_STATE_NAMES[pool.state], needed=POOL_STATE_NAMES[PoolState.SUSPENDED], move="resume"
        )
    move = f"resume_{pool.suspended_from}"
    POOL.check(pool.state, move, who(pool, by))
    pool.suspended_from = None
    return await _move(session, pool, move, by=by, now=now)


async def close_pool(session: Session, pool_id: PoolId, *, by: Actor, now: datetime) -> Pool:
    """End a pool whose orders are all paid."""
    pool = await locked_pool(session, pool_id)
    return await _move(session, pool, "close", by=by, now=now)


def missed_lines(pool: Pool, memberships: Sequence[Membership]) -> list[PoolLine]:
    """The lines whose firm total is below their minimum."""
    return [
        line
        for line in pool.lines
        if line.minimum is not None and plans.firm_total(line, memberships) < line.minimum
    ]


async def _move(
    session: Session,
    pool: Pool,
    name: str,
    *,
    by: Actor,
    now: datetime,
    event: outbox.Event | None = None,
    facts: dict[str, Any] | None = None,
) -> Pool:
    await lifecycle.apply(
        session, POOL, pool, name, who=who(pool, by), by=by, now=now, event=event, facts=facts
    )
    return pool


async def _silence(
    session: Session, pool: Pool, memberships: Sequence[Membership], *, by: Actor, now: datetime
) -> None:
    for membership in memberships:
        if membership.state in MEMBERSHIP.moves["fall_silent"].sources:
            await lifecycle.apply(
                session, MEMBERSHIP, membership, "fall_silent", who=who(pool, by), by=by, now=now
            )


def _missed(pool: Pool, memberships: Sequence[Membership]) -> bool:
    return bool(missed_lines(pool, memberships))


def _policy(pool: Pool, wanted: MissedPolicy) -> None:
    from procurement.pools.models import MISSED_POLICY_NAMES

    if pool.state is PoolState.THRESHOLD_MISSED and pool.missed_policy is not wanted:
        raise PolicyForbids(policy=MISSED_POLICY_NAMES[pool.missed_policy])


def _later(pool: Pool, until: date, now: datetime) -> None:
    if clock.end_of(until) <= now:
        raise Invalid([wrong("census_ends_on", N_("Donnez une date à venir."), code="past")])
    pool.census_ends_at = clock.end_of(until)
    pool.commitment_ends_at = max(pool.commitment_ends_at, pool.census_ends_at)
