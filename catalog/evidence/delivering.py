"""Delivered here: an order that a town accepted is evidence for the startup's published sheets of that domain.

It says the town, what and how much, and the day: never an amount. Orders belong to another room, whose worker passes plain values.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from catalog.evidence.durations import ends_on
from catalog.evidence.levels import EvidenceState, Kind
from catalog.evidence.models import Evidence
from catalog.evidence.provable import DELIVERED
from catalog.solutions.events import SheetChanged
from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import Solution
from marketplace import audit, outbox
from marketplace.actor import SYSTEM
from marketplace.db import Session
from marketplace.ids import OrganisationId, new_id
from marketplace.web.schemas import plain

Delivered = tuple[Decimal, str]
"""How much, in which unit."""


async def record(
    session: Session,
    *,
    order_id: UUID,
    startup_id: OrganisationId,
    domain: str,
    town_name: str,
    insee: str | None,
    siren: str | None,
    delivered: Sequence[Delivered],
    on: date,
    now: datetime,
) -> int:
    """With the worker's rights: keep an accepted delivery as evidence. Twice changes nothing. Returns how many sheets it is new for."""
    totals: dict[str, Decimal] = {}
    for quantity, unit in delivered:
        totals[unit] = totals.get(unit, Decimal(0)) + quantity
    facts = {
        "town_name": town_name, "insee": insee, "siren": siren, "domain": domain,
        "delivered": [{"quantity": plain(quantity), "unit": unit} for unit, quantity in sorted(totals.items())],
    }  # fmt: skip
    sheets = await session.scalars(
        select(Solution.id).where(
            Solution.startup_id == startup_id, Solution.state == SolutionState.PUBLISHED, Solution.domains.contains([domain])
        )
    )  # fmt: skip
    new = 0
    for solution_id in sheets:
        evidence_id = new_id()
        added = await session.scalar(
            insert(Evidence)
            .values(
                id=evidence_id, solution_id=solution_id, path=DELIVERED, kind=Kind.DELIVERY, digest="", source=town_name, dated_on=on,
                expires_on=ends_on(Kind.DELIVERY, DELIVERED, on), order_id=order_id, facts=facts, state=EvidenceState.ACCEPTED,
                state_since=now,
            )
            .on_conflict_do_nothing(index_elements=["solution_id", "order_id"])
            .returning(Evidence.id)
        )  # fmt: skip
        if added is not None:
            new += 1
            audit.note(
                session, SYSTEM, "evidence.deliver", "evidence", evidence_id, after={"order": str(order_id)}
            )
            outbox.record(session, SheetChanged(solution_id=solution_id))
    return new
