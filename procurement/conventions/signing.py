"""Each town records its council's vote, then its signature of the version it read. The acts themselves stay with the town."""

from datetime import date, datetime

from sqlalchemy import select

from marketplace import audit, clock, lifecycle
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import Session
from marketplace.errors import Conflict, FieldError, Invalid, wrong
from marketplace.ids import OrganisationId, PoolId
from marketplace.words import N_
from procurement.conventions.models import Agreement, AgreementState, Deliberation, Signature
from procurement.pools.access import locked_pool, my_membership, who
from procurement.pools.lifecycle import MEMBERSHIP, POOL_STATE_NAMES, PoolState
from procurement.pools.models import Membership, Pool


class NotInCommitment(Conflict):
    code = "not_in_commitment"
    sentence = N_(
        "Les délibérations et signatures se font à la phase « délibérations et signatures » ; l’achat en est à « {state} »."
    )


class AgreementNotReady(Conflict):
    code = "agreement_not_ready"
    sentence = N_("La convention est en cours de rédaction. Revenez dans une minute.")


class AnotherVersion(Conflict):
    """The agreement was written again since it was read."""

    code = "another_version"
    sentence = N_(
        "La convention a changé depuis votre lecture. Relisez la version en vigueur avant de la signer."
    )


async def record_deliberation(
    session: Session,
    pool_id: PoolId,
    *,
    number: str,
    voted_on: date,
    transmitted_on: date,
    by: Actor,
    now: datetime,
) -> Membership:
    """Record the vote that approves the agreement, and the day it was sent to the prefect (it is enforceable from then)."""
    by.require(OrganisationKind.TOWN, Role.AGENT, Role.SIGNATORY, Role.ADMIN)
    pool, membership = await _open(session, pool_id, by)
    await ready_agreement(session, pool)
    today = clock.paris_day(now)
    faults: list[FieldError] = []
    if voted_on > today:
        faults.append(
            wrong(
                "voted_on",
                N_("Le vote a déjà eu lieu : donnez une date passée ou celle d’aujourd’hui."),
                code="future",
            )
        )
    if transmitted_on > today:
        faults.append(
            wrong(
                "transmitted_on",
                N_("La transmission a déjà eu lieu : donnez une date passée ou celle d’aujourd’hui."),
                code="future",
            )
        )
    if transmitted_on < voted_on:
        faults.append(
            wrong(
                "transmitted_on", N_("La délibération est transmise au préfet après le vote."), code="order"
            )
        )
    if faults:
        raise Invalid(faults)
    await lifecycle.apply(
        session,
        MEMBERSHIP,
        membership,
        "deliberate",
        who=who(pool, by, membership),
        by=by,
        now=now,
        facts={"number": number},
    )
    session.add(
        Deliberation(
            membership_id=membership.id, pool_id=pool.id, town_id=OrganisationId(membership.town_id), number=number,
            voted_on=voted_on, transmitted_on=transmitted_on, by_person_id=by.person_id,
        )
    )  # fmt: skip
    await session.flush()
    return membership


async def sign(
    session: Session,
    pool_id: PoolId,
    *,
    sha256: str,
    name: str,
    title: str,
    signed_on: date,
    by: Actor,
    now: datetime,
) -> Membership:
    """Record the signature of the version whose hash is `sha256`, by a signatory of the town, after the deliberation."""
    by.require(OrganisationKind.TOWN, Role.SIGNATORY)
    pool, membership = await _open(session, pool_id, by)
    agreement = await ready_agreement(session, pool)
    if agreement.sha256 != sha256:
        raise AnotherVersion
    deliberation = await session.scalar(
        select(Deliberation).where(Deliberation.membership_id == membership.id)
    )
    today = clock.paris_day(now)
    if signed_on > today:
        raise Invalid(
            [wrong("signed_on", N_("Donnez une date passée ou celle d’aujourd’hui."), code="future")]
        )
    if deliberation is not None and signed_on < deliberation.transmitted_on:
        raise Invalid([wrong("signed_on", N_("La signature suit la transmission de la délibération, le {day}."), code="order",
                             day=deliberation.transmitted_on.strftime("%d/%m/%Y"))])  # fmt: skip
    membership.signed_at = now
    await lifecycle.apply(
        session,
        MEMBERSHIP,
        membership,
        "sign",
        who=who(pool, by, membership),
        by=by,
        now=now,
        facts={"sha256": sha256},
    )
    session.add(
        Signature(
            agreement_id=agreement.id, membership_id=membership.id, pool_id=pool.id, town_id=OrganisationId(membership.town_id),
            signatory_name=name, signatory_title=title, signed_on=signed_on, agreement_sha256=sha256, by_person_id=by.person_id,
        )
    )  # fmt: skip
    await session.flush()
    audit.note(session, by, "agreement.sign", "agreement", agreement.id, after={"sha256": sha256})
    return membership


async def ready_agreement(session: Session, pool: Pool) -> Agreement:
    """The version in force. Raises `AgreementNotReady`."""
    found = await session.scalar(
        select(Agreement).where(Agreement.pool_id == pool.id, Agreement.state == AgreementState.READY)
    )
    if found is None:
        raise AgreementNotReady
    return found


async def _open(session: Session, pool_id: PoolId, by: Actor) -> tuple[Pool, Membership]:
    pool = await locked_pool(session, pool_id)
    membership = await my_membership(session, pool, by)
    if pool.state is not PoolState.COMMITMENT:
        raise NotInCommitment(state=POOL_STATE_NAMES[pool.state])
    return pool, membership
