"""Freezing: the members, their quantities and their maxima become one document with a content hash."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from marketplace import lifecycle
from marketplace.actor import Actor
from marketplace.db import Session
from marketplace.errors import Conflict
from marketplace.ids import PoolId
from marketplace.territories import COG_YEAR
from marketplace.web.schemas import plain
from marketplace.words import N_
from procurement.pools import plans, totals
from procurement.pools.access import locked_memberships, locked_pool, who
from procurement.pools.census import TooFewTowns, missed_lines
from procurement.pools.events import PoolFrozen
from procurement.pools.lifecycle import MEMBERSHIP, POOL, MembershipState
from procurement.pools.models import Membership, MissedPolicy, Pool


class AgreementNotSigned(Conflict):
    """No consultation before every retained member has signed; a pool of one needs no agreement."""

    code = "agreement_not_signed"
    sentence = N_("Ces villes n’ont pas signé la convention : {towns}. Attendez-les, ou figez sans elles.")


class NobodyCommitted(Conflict):
    code = "nobody_committed"
    sentence = N_("Aucune ville n’est engagée : il n’y a rien à figer.")


class BelowMinimum(Conflict):
    """Towns left, and the pool is no longer what its members voted for."""

    code = "below_minimum"
    sentence = N_(
        "Le minimum n’est plus atteint pour : {lines}. Attendez d’autres signatures, ou abandonnez l’achat."
    )


class EstimateMissing(Conflict):
    code = "estimate_missing"
    sentence = N_(
        "La valeur de cet achat n’est pas estimée : il faut trois grilles de prix publiées, "
        "ou votre propre estimation sur chaque ligne."
    )


async def freeze(session: Session, pool_id: PoolId, *, without_late: bool, by: Actor, now: datetime) -> Pool:
    """Freeze the perimeter. With `without_late`, towns that have not signed are left out; otherwise they are waited for.

    Raises `AgreementNotSigned`, `NobodyCommitted`, `TooFewTowns`, `BelowMinimum`, `EstimateMissing`. Afterwards nobody joins, leaves or changes.
    """
    pool = await locked_pool(session, pool_id)
    roles = who(pool, by)
    POOL.check(pool.state, "freeze", roles)
    memberships = await locked_memberships(session, pool)
    ready = {MembershipState.SIGNED}
    if pool.alone:
        ready |= {MembershipState.CONFIRMED, MembershipState.DELIBERATED}
    late = [
        m for m in memberships if m.state in MEMBERSHIP.moves["leave_out"].sources and m.state not in ready
    ]
    if late and not without_late:
        raise AgreementNotSigned(towns=", ".join(m.town.name for m in late))
    for membership in late:
        await lifecycle.apply(session, MEMBERSHIP, membership, "leave_out", who=roles, by=by, now=now)
    retained = [m for m in memberships if m.state in ready]
    if not retained:
        raise NobodyCommitted
    if len(retained) < 2 and not pool.alone:
        raise TooFewTowns(members=len(retained))
    missed = [] if pool.missed_policy is MissedPolicy.CONTINUE else missed_lines(pool, retained)
    if missed:
        raise BelowMinimum(lines=", ".join(line.label for line in missed))
    for membership in retained:
        move = "commit_alone" if pool.alone else "commit"
        await lifecycle.apply(session, MEMBERSHIP, membership, move, who=roles, by=by, now=now)
    await totals.recompute(session, pool, memberships)
    if pool.totals.estimate_high_cents is None:
        raise EstimateMissing
    perimeter = frozen_perimeter(pool, retained)
    pool.frozen_at = now
    pool.frozen_perimeter = perimeter
    pool.frozen_sha256 = content_hash(perimeter)
    await lifecycle.apply(
        session, POOL, pool, "freeze", who=roles, by=by, now=now, event=PoolFrozen(pool_id=pool.id),
        facts={"sha256": pool.frozen_sha256, "members": len(retained)},
    )  # fmt: skip
    return pool


def frozen_perimeter(pool: Pool, members: Sequence[Membership]) -> dict[str, Any]:
    """The members, lines and quantities, in canonical order: the same rows always give the same document."""
    return {
        "pool": str(pool.id),
        "cog_year": COG_YEAR,
        "rule": pool.rule,
        "lines": [
            {
                "id": str(line.id), "label": line.label, "unit": line.unit, "decimals": line.decimals,
                "vat_rate": plain(line.vat_rate), "firm": plain(plans.firm_total(line, members)),
                "maximum": plain(plans.maximum_total(line, members)),
            }
            for line in pool.lines
        ],
        "members": [
            {
                "membership": str(m.id), "name": m.town.name, "siren": m.town.siren, "insee": m.town.insee,
                "committed_at": (m.signed_at or m.declared_at or m.state_since).astimezone(UTC).isoformat(),
                "needs": [
                    {
                        "line": str(need.pool_line_id), "firm": plain(need.firm), "tolerance": plain(need.tolerance),
                        "maximum": plain(need.maximum),
                    }
                    for need in sorted(m.needs, key=lambda need: str(need.pool_line_id))
                ],
            }
            for m in sorted(members, key=lambda m: str(m.id))
        ],
    }  # fmt: skip


def content_hash(document: dict[str, Any]) -> str:
    """The SHA-256 of a JSON document in canonical form."""
    canonical = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
