"""Recomputing the whole chain, and saying the first line that is not as it was sealed, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from marketplace.audit import chain, sealing
from marketplace.audit.heads import Head
from marketplace.audit.models import AuditLine, AuditSeal

CHUNK = 2000
REASONS = {
    "changed": "la ligne, ou son sceau, a été modifiée après coup",
    "missing": "la ligne a été supprimée",
    "missing_seal": "un sceau a été supprimé",
    "reordered": "l’ordre a été changé : c’est une autre ligne qui a été scellée à cette place",
    "inserted": "la ligne a été ajoutée après coup, avec une date passée",
    "truncated": "la fin du journal a été supprimée : une tête publiée va plus loin",
    "rewritten": "le journal a été refait : une tête publiée n’est plus celle de ce sceau",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that is wrong: at which seal, about which line."""

    reason: str
    seal: int | None
    line_id: UUID | None

    @property
    def sentence(self) -> str:
        where = f"sceau {self.seal}" if self.seal else "hors de la chaîne"
        return f"{where}, ligne {self.line_id or 'inconnue'} : {REASONS[self.reason]}"


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found. `unsealed_age`: seconds, see `sealing.unsealed_age`."""

    sealed: int
    unsealed: int
    unsealed_age: float | None
    head: str | None
    heads_checked: int
    fault: Fault | None

    def document(self) -> dict[str, Any]:
        fault = self.fault and {
            "reason": self.fault.reason, "seal": self.fault.seal, "message": self.fault.sentence,
            "line_id": str(self.fault.line_id) if self.fault.line_id else None,
        }  # fmt: skip
        return {
            "ok": self.fault is None, "sealed": self.sealed, "unsealed": self.unsealed,
            "unsealed_age": self.unsealed_age, "head": self.head, "heads_checked": self.heads_checked, "fault": fault,
        }  # fmt: skip


async def verify(session: AsyncSession, published: Sequence[Head] = ()) -> Report:
    """Recompute everything that the session's transaction sees, holding it against the `published` heads.

    Rows are streamed: memory does not grow with the journal.
    """
    expected = {head.seal: head.hash for head in published}
    rewritten = {head.seal for head in published if expected[head.seal] != head.hash}  # two heads disagree
    number, previous, last_at = 0, chain.START, None
    fault: Fault | None = None
    async for row in await session.stream(_joined(), execution_options={"yield_per": CHUNK}):
        seal, line_id, sealed_at, kept, *line = row
        number += 1
        if seal != number:
            fault = Fault("missing_seal", number, None)
        elif line[0] is None:
            fault = Fault("missing", number, line_id)
        elif (found := chain.link(previous, number, sealed_at, chain.content(line))) != kept:
            fault = Fault("changed", number, line_id)
        elif number in rewritten or expected.get(number, kept.hex()) != kept.hex():
            fault = Fault("rewritten", number, line_id)
        if fault:
            break
        previous, last_at = found, sealed_at
    if fault and fault.reason == "changed" and await _belongs_elsewhere(session, previous, fault):
        fault = Fault("reordered", fault.seal, fault.line_id)
    if fault is None and max(expected, default=0) > number:
        fault = Fault("truncated", number + 1, None)
    left, slipped_in = await _unsealed(session, last_at)
    if fault is None and slipped_in is not None:
        fault = Fault("inserted", None, slipped_in)
    return Report(
        sealed=number, unsealed=left, unsealed_age=await sealing.unsealed_age(session), heads_checked=len(published),
        head=previous.hex() if number and fault is None else None, fault=fault,
    )  # fmt: skip


def _joined() -> Select[Any]:
    """Every seal in its order, with its line or nothing."""
    seal = AuditSeal.__table__.c
    return (
        select(seal.number, seal.line_id, seal.sealed_at, seal.hash, *chain.columns())
        .select_from(AuditSeal.__table__.outerjoin(AuditLine.__table__, AuditLine.id == seal.line_id))
        .order_by(seal.number)
    )


async def _belongs_elsewhere(session: AsyncSession, previous: bytes, fault: Fault) -> bool:
    """Whether another line, or another seal, is what was sealed at the place of `fault`."""
    place = fault.seal or 0
    here = (await session.execute(_joined().where(AuditSeal.number == place))).one()
    async for row in await session.stream(_joined(), execution_options={"yield_per": CHUNK}):
        seal, _, sealed_at, kept, *line = row
        if seal == place or line[0] is None:
            continue
        content = chain.content(line)
        if chain.link(previous, place, sealed_at, content) == kept:
            return True  # the two seals changed places
        # the two lines changed places: their ids, or all but their ids
        for other in (content, chain.content([here.line_id, *line[1:]])):
            if chain.link(previous, place, here.sealed_at, other) == here.hash:
                return True
    return False


async def _unsealed(session: AsyncSession, last_at: datetime | None) -> tuple[int, UUID | None]:
    """How many lines have no seal, and the first that is too old to be waiting for one."""
    bare = ~select(AuditSeal.number).where(AuditSeal.line_id == AuditLine.id).exists()
    left = await session.scalar(select(func.count()).select_from(AuditLine).where(bare))
    if last_at is None or not left:
        return left or 0, None
    before = last_at - sealing.LATE_AT_MOST
    slipped_in: UUID | None = await session.scalar(
        select(AuditLine.id)
        .where(bare, AuditLine.created_at < before)
        .order_by(AuditLine.created_at, AuditLine.id)
        .limit(1)
    )
    return left, slipped_in
