"""Loading public contract data: idempotent, each wrong row told with its reasons, the others kept."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from catalog.evidence.decp import Contract, read
from catalog.evidence.linking import link_by_itself
from catalog.evidence.models import PublicContract
from marketplace import clock
from marketplace.actor import SYSTEM
from marketplace.db import Database, Session
from marketplace.errors import wrong
from marketplace.ids import new_id
from marketplace.tabular import SourceRow
from marketplace.words import N_

AT_ONCE = 500


@dataclass(slots=True)
class Report:
    """What a load did. `rejected` says where, why, and what is accepted; `linked`: how many references it proves by itself."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    linked: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        total = self.created + self.updated + self.unchanged + len(self.rejected)
        return {
            "created": self.created, "updated": self.updated, "unchanged": self.unchanged, "linked": self.linked,
            "rejected": self.rejected, "total": total,
        }  # fmt: skip


async def load(
    database: Database, rows: Iterable[SourceRow], *, advance: Callable[[int], None] = lambda _: None
) -> Report:
    """Keep the contracts of `rows`, then link those that prove a published reference. Never raises for what a row holds."""
    report, found = Report(), dict[str, Contract]()
    for row in rows:
        contract, faults = read(row.values)
        if contract is not None and contract.uid in found:
            faults = [wrong("id", N_("Ce marché est déjà dans le fichier."), code="duplicate")]
        if contract is None or faults:
            reasons = [{"path": fault.path, "code": fault.code, "message": str(fault)} for fault in faults]
            report.rejected.append(
                {"where": row.where, "id": str(row.values.get("id", ""))[:80], "reasons": reasons}
            )
        else:
            found[contract.uid] = contract
    advance(len(report.rejected))
    kept = list(found.values())
    for start in range(0, len(kept), AT_ONCE):
        some = kept[start : start + AT_ONCE]
        async with database.transaction(SYSTEM) as session:
            await _write(session, [contract.row() for contract in some], report)
        advance(len(some))
    async with database.transaction(SYSTEM) as session:
        report.linked = await link_by_itself(session, now=await clock.now(session))
    return report


async def _write(session: Session, rows: list[dict[str, Any]], report: Report) -> None:
    known = {
        row.uid: row
        for row in await session.scalars(
            select(PublicContract).where(PublicContract.uid.in_([row["uid"] for row in rows])).with_for_update()
        )
    }  # fmt: skip
    fresh = [row | {"id": new_id()} for row in rows if row["uid"] not in known]
    if fresh:
        await session.execute(
            insert(PublicContract).values(fresh).on_conflict_do_nothing(index_elements=["uid"])
        )
    report.created += len(fresh)
    for row in rows:
        kept = known.get(row["uid"])
        if kept is None:
            continue
        changed = {name: value for name, value in row.items() if getattr(kept, name) != value}
        for name, value in changed.items():
            setattr(kept, name, value)
        report.updated += bool(changed)
        report.unchanged += not changed
