"""Whether each document that everybody may know of is up to date: computed from dates, from accepted documents alone.

What is missing, refused or not looked at yet is « not provided »: nothing unproven is ever shown as fine.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text

from catalog.suppliers.kinds import PUBLIC, CertificateKind
from marketplace.db import ReadSession, Session
from marketplace.ids import OrganisationId
from marketplace.words import N_


class State(StrEnum):
    UP_TO_DATE = "up_to_date"
    EXPIRED = "expired"
    NOT_PROVIDED = "not_provided"


STATE_NAMES = {
    State.UP_TO_DATE: N_("à jour"),
    State.EXPIRED: N_("expirée"),
    State.NOT_PROVIDED: N_("non fournie"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    kind: CertificateKind
    state: State
    issued_on: date | None = None
    expires_on: date | None = None


async def standings(
    reads: ReadSession | Session, startup_ids: Iterable[UUID], on: date
) -> dict[UUID, list[Standing]]:
    """For each startup, every kind that is a public fact, in the table's order, as of the day `on`."""
    asked = list(startup_ids)
    rows = await reads.execute(
        text("select startup_id, kind, issued_on, expires_on from certificate_facts(:ids)"), {"ids": asked}
    )
    best: dict[tuple[UUID, str], tuple[date, date | None]] = {}
    for startup_id, kind, issued_on, expires_on in rows:
        if issued_on > on:
            continue
        known = best.get((startup_id, kind))
        if known is None or (expires_on or date.max) >= (known[1] or date.max):
            best[startup_id, kind] = (issued_on, expires_on)
    return {one: [_standing(kind, best.get((one, kind)), on) for kind in PUBLIC] for one in asked}


async def vigilance_state(reads: ReadSession | Session, startup_id: OrganisationId, on: date) -> Standing:
    """Whether the URSSAF vigilance certificate of a startup is up to date on the day `on`. Anybody may ask."""
    found = (await standings(reads, [startup_id], on))[startup_id]
    return next(standing for standing in found if standing.kind is CertificateKind.VIGILANCE)


def _standing(kind: CertificateKind, dates: tuple[date, date | None] | None, on: date) -> Standing:
    if dates is None:
        return Standing(kind, State.NOT_PROVIDED)
    issued_on, expires_on = dates
    fine = expires_on is None or on <= expires_on
    return Standing(kind, State.UP_TO_DATE if fine else State.EXPIRED, issued_on, expires_on)
