"""Towns come in, say what they need, confirm it, or leave; the coordinator invites or excludes."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import delete, select

from marketplace import audit, lifecycle, outbox
from marketplace.accounts.models import Organisation
from marketplace.accounts.queries import TownWithoutAccount, town_organisation
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import Session
from marketplace.errors import Conflict, FieldError, Invalid, StaleVersion, wrong
from marketplace.ids import MembershipId, OrganisationId, PoolId
from marketplace.territories.queries import UnknownTown
from marketplace.units import precision_fault, too_precise
from marketplace.words import N_
from procurement.pools import totals
from procurement.pools.access import locked_pool, membership_in, memberships_of, my_membership, who
from procurement.pools.events import TownInvited, TownLeft
from procurement.pools.lifecycle import (
    BEFORE_FREEZE,
    JOINABLE,
    MEMBERSHIP,
    POOL_STATE_NAMES,
    MembershipState,
    PoolState,
    Who,
)
from procurement.pools.models import Membership, NeedLine, Pool, PriceCap
from procurement.pools.schemas import NeedLineIn


class PoolClosedToNewcomers(Conflict):
    """The pool no longer takes towns in. A one-off pool never does after its census."""

    code = "pool_closed_to_newcomers"
    sentence = N_(
        "Cet achat n’accueille plus de ville : il en est à la phase « {state} ». Rien n’a été changé."
    )


class AlreadyMember(Conflict):
    code = "already_member"
    sentence = N_("Votre ville participe déjà à cet achat (« {state} »).")


class NeedsLocked(Conflict):
    """Quantities can no longer change."""

    code = "needs_locked"
    sentence = N_("Les quantités ne peuvent plus changer : l’achat en est à la phase « {state} ».")


class WouldLowerTotal(Conflict):
    """During consolidation, only changes that do not lower the pool's total per line are taken."""

    code = "would_lower_total"
    sentence = N_(
        "Le recensement est clos : vous pouvez encore augmenter vos quantités, pas les baisser. "
        "Pour la ligne « {line} », il faut au moins {least}."
    )


async def invite(
    session: Session, pool_id: PoolId, codes: Sequence[str], *, by: Actor, now: datetime
) -> list[Membership]:
    """Invite towns by code. Raises `Invalid` naming every code that leads to no town with an account; inviting twice is no fault."""
    pool = await locked_pool(session, pool_id)
    _only_coordinator(pool, by)
    if pool.state not in JOINABLE | {PoolState.DRAFT}:
        raise PoolClosedToNewcomers(state=POOL_STATE_NAMES[pool.state])
    faults: list[FieldError] = []
    towns = []
    for i, code in enumerate(codes):
        try:
            towns.append(await town_organisation(session, code))
        except (UnknownTown, TownWithoutAccount) as refusal:
            faults.append(wrong(f"towns[{i}]", refusal.sentence, code=refusal.code, **refusal.facts))
    if faults:
        raise Invalid(faults)
    return await _invite(session, pool, towns, by=by, now=now)


async def invite_organisations(
    session: Session, pool_id: PoolId, town_ids: Sequence[OrganisationId], *, by: Actor, now: datetime
) -> list[Membership]:
    """As `invite`, towns that have no code of a commune or an EPCI included."""
    pool = await locked_pool(session, pool_id)
    _only_coordinator(pool, by)
    if pool.state not in JOINABLE | {PoolState.DRAFT}:
        raise PoolClosedToNewcomers(state=POOL_STATE_NAMES[pool.state])
    found = await session.scalars(
        select(Organisation).where(Organisation.id.in_(town_ids), Organisation.kind == OrganisationKind.TOWN)
    )
    return await _invite(session, pool, found.all(), by=by, now=now)


async def _invite(
    session: Session, pool: Pool, towns: Sequence[Organisation], *, by: Actor, now: datetime
) -> list[Membership]:
    known = set(await session.scalars(select(Membership.town_id).where(Membership.pool_id == pool.id)))
    invited = []
    for town in {town.id: town for town in towns}.values():
        if town.id in known:
            continue
        membership = Membership(
            pool_id=pool.id, town_id=town.id, state=MembershipState.INVITED, state_since=now
        )
        session.add(membership)
        await session.flush()
        audit.note(session, by, "membership.invite", "membership", membership.id, after={"town": town.name})
        outbox.record(session, TownInvited(pool_id=pool.id, membership_id=membership.id))
        invited.append(membership)
    return invited


async def join(session: Session, pool_id: PoolId, *, by: Actor, now: datetime) -> Membership:
    """The acting town shows its interest: it commits to nothing. Raises `PoolClosedToNewcomers`, `AlreadyMember`."""
    town_id = by.require(OrganisationKind.TOWN, Role.AGENT, Role.SIGNATORY, Role.ADMIN)
    pool = await locked_pool(session, pool_id)
    if pool.state not in JOINABLE:
        raise PoolClosedToNewcomers(state=POOL_STATE_NAMES[pool.state])
    membership = await session.scalar(
        select(Membership)
        .where(Membership.pool_id == pool.id, Membership.town_id == town_id)
        .with_for_update()
    )
    if membership is None:
        membership = Membership(
            pool_id=pool.id, town_id=town_id, state=MembershipState.INTERESTED, state_since=now
        )
        session.add(membership)
        await session.flush()
        audit.note(session, by, "membership.join", "membership", membership.id, after={"pool": str(pool.id)})
    else:
        if membership.state not in MEMBERSHIP.moves["show_interest"].sources:
            raise AlreadyMember(state=MEMBERSHIP.names[membership.state])
        await lifecycle.apply(
            session, MEMBERSHIP, membership, "show_interest", who=who(pool, by, membership), by=by, now=now
        )
    await totals.recompute(session, pool, await memberships_of(session, pool))
    return membership


async def declare(
    session: Session,
    pool_id: PoolId,
    needs: Sequence[NeedLineIn],
    *,
    version: int | None,
    by: Actor,
    now: datetime,
) -> Membership:
    """Replace all that the acting town needs. Raises `NeedsLocked`, `WouldLowerTotal`, `StaleVersion`, `Invalid`."""
    by.require(OrganisationKind.TOWN, Role.AGENT, Role.ADMIN)
    pool = await locked_pool(session, pool_id)
    if pool.state not in {PoolState.INTEREST, PoolState.CENSUS, PoolState.CONSOLIDATION}:
        raise NeedsLocked(state=POOL_STATE_NAMES[pool.state])
    membership = await my_membership(session, pool, by)
    if version is not None and membership.version != version:
        raise StaleVersion(read=version, current=membership.version)
    wanted = _checked(pool, needs)
    if pool.state is PoolState.CONSOLIDATION:
        _refuse_lower(pool, membership, wanted)
    membership.declared_at = membership.declared_at or now
    await lifecycle.apply(session, MEMBERSHIP, membership, "declare", who=who(pool, by, membership), by=by, now=now,
                          facts={"needs": {str(need.line_id): str(need.firm) for need in wanted}})  # fmt: skip
    await _replace_needs(session, membership, wanted)
    await totals.recompute(session, pool, await memberships_of(session, pool))
    await session.refresh(membership, ["version"])
    return membership


async def confirm(session: Session, pool_id: PoolId, *, by: Actor, now: datetime) -> Membership:
    """The acting town confirms its own figures, once the census is closed."""
    by.require(OrganisationKind.TOWN, Role.AGENT, Role.SIGNATORY, Role.ADMIN)
    pool = await locked_pool(session, pool_id)
    if pool.state is not PoolState.CONSOLIDATION:
        raise NeedsLocked(state=POOL_STATE_NAMES[pool.state])
    membership = await my_membership(session, pool, by)
    await lifecycle.apply(
        session, MEMBERSHIP, membership, "confirm", who=who(pool, by, membership), by=by, now=now
    )
    return membership


async def decline(session: Session, pool_id: PoolId, reason: str, *, by: Actor, now: datetime) -> Membership:
    """The acting town answers no to an invitation."""
    pool = await locked_pool(session, pool_id)
    membership = await my_membership(session, pool, by)
    membership.reason = reason
    await lifecycle.apply(
        session, MEMBERSHIP, membership, "decline", who=who(pool, by, membership), by=by, now=now
    )
    return membership


async def withdraw(session: Session, pool_id: PoolId, reason: str, *, by: Actor, now: datetime) -> Membership:
    """The acting town leaves, freely until it has signed. One transaction recomputes what the others face."""
    pool = await locked_pool(session, pool_id)
    membership = await my_membership(session, pool, by)
    return await _leave(session, pool, membership, "withdraw", reason, by=by, now=now)


async def exclude(
    session: Session, pool_id: PoolId, membership_id: MembershipId, reason: str, *, by: Actor, now: datetime
) -> Membership:
    """The coordinator leaves a town out, saying why; it may not change that town's figures."""
    pool = await locked_pool(session, pool_id)
    _only_coordinator(pool, by)
    membership = await membership_in(session, pool, membership_id)
    return await _leave(session, pool, membership, "exclude", reason, by=by, now=now)


async def _leave(
    session: Session, pool: Pool, membership: Membership, move: str, reason: str, *, by: Actor, now: datetime
) -> Membership:
    if pool.state not in BEFORE_FREEZE:
        raise NeedsLocked(state=POOL_STATE_NAMES[pool.state])
    if membership.town_id == pool.coordinator_id:
        raise Invalid(
            [
                wrong(
                    "",
                    N_(
                        "La ville coordonnatrice ne peut pas sortir : abandonnez l’achat, ou confiez-le à une autre."
                    ),
                    code="coordinator",
                )
            ]
        )
    membership.reason = reason
    await lifecycle.apply(
        session, MEMBERSHIP, membership, move, who=who(pool, by, membership), by=by, now=now,
        event=TownLeft(pool_id=pool.id, membership_id=membership.id, left_at=now), facts={"reason": reason},
    )  # fmt: skip
    await totals.recompute(session, pool, await memberships_of(session, pool))
    return membership


def _only_coordinator(pool: Pool, by: Actor) -> None:
    if Who.COORDINATOR not in who(pool, by):
        raise lifecycle.NotTheirMove(whose=Who.COORDINATOR, move="invite")


def _checked(pool: Pool, needs: Sequence[NeedLineIn]) -> list[NeedLineIn]:
    """The declared needs, or `Invalid` with every fault at once."""
    faults: list[FieldError] = []
    lines = {line.id: line for line in pool.lines}
    seen = set()
    for i, need in enumerate(needs):
        at = f"needs[{i}]"
        line = lines.get(need.line_id)  # type: ignore[call-overload]
        if line is None:
            faults.append(
                wrong(f"{at}.line_id", N_("Cette ligne n’est pas dans cet achat."), code="unknown_line")
            )
            continue
        if need.line_id in seen:
            faults.append(wrong(f"{at}.line_id", N_("Cette ligne est déclarée deux fois."), code="duplicate"))
        seen.add(need.line_id)
        maximum = need.maximum if need.maximum is not None else need.firm + need.tolerance
        for name, value in (("firm", need.firm), ("tolerance", need.tolerance), ("maximum", maximum)):
            if too_precise(value, line.decimals):
                faults.append(precision_fault(f"{at}.{name}", line.decimals))
        if maximum < need.firm + need.tolerance:
            faults.append(
                wrong(f"{at}.maximum", N_("Le maximum est au moins le besoin ferme plus la tolérance : {least}."), code="maximum",
                      least=str(need.firm + need.tolerance))
            )  # fmt: skip
    if not any(need.firm or need.tolerance for need in needs) and not faults:
        faults.append(
            wrong(
                "needs[0].firm",
                N_("Déclarez au moins une quantité, ou retirez-vous de l’achat."),
                code="nothing",
            )
        )
    if faults:
        raise Invalid(faults)
    return list(needs)


def _refuse_lower(pool: Pool, membership: Membership, wanted: Sequence[NeedLineIn]) -> None:
    asked = {need.line_id: need.firm for need in wanted}
    for line in pool.lines:
        before = next((need.firm for need in membership.needs if need.pool_line_id == line.id), Decimal(0))
        if asked.get(line.id, Decimal(0)) < before:
            raise WouldLowerTotal(line=line.label, least=str(before))


async def _replace_needs(session: Session, membership: Membership, wanted: Sequence[NeedLineIn]) -> None:
    membership.needs.clear()
    await session.execute(delete(PriceCap).where(PriceCap.membership_id == membership.id))
    await session.flush()
    for need in wanted:
        maximum = need.maximum if need.maximum is not None else need.firm + need.tolerance
        membership.needs.append(
            NeedLine(pool_line_id=need.line_id, firm=need.firm, tolerance=need.tolerance, maximum=maximum)
        )
        if need.price_cap_cents is not None:
            session.add(
                PriceCap(
                    membership_id=membership.id, pool_line_id=need.line_id, town_id=OrganisationId(membership.town_id),
                    unit_cents=need.price_cap_cents,
                )
            )  # fmt: skip
    await session.flush()
