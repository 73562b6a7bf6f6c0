"""Answering the checklist. Each answer has its version: two curators never overwrite each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from catalog.curation.checklist import ITEMS, Item, items_for
from catalog.curation.models import Answer, Tick
from catalog.curation.reviewing import name_of, reviewed
from catalog.solutions.lifecycle import REVISION, WAITING, WHO_NAMES, Who
from catalog.solutions.models import Revision
from marketplace import audit
from marketplace.actor import Actor
from marketplace.db import ReadSession, Session
from marketplace.errors import FieldError, Invalid, StaleVersion, wrong
from marketplace.ids import SolutionId
from marketplace.lifecycle import MoveRefused, NotTheirMove
from marketplace.words import N_


class TickChanged(StaleVersion):
    """Somebody else answered an item since it was read."""

    code = "tick_changed"
    sentence = N_(
        "{who} a répondu entre-temps à « {what} » : relisez cette réponse, puis recommencez. Rien n’a été changé."
    )


@dataclass(frozen=True, slots=True)
class Given:
    """One answer that a curator gives. `version`: of the answer that they read, 0 when there was none."""

    item: str
    answer: Answer
    note: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """One item of a revision's checklist, with its answer. `outdated`: what it looks at changed since it was answered."""

    item: Item
    tick: Tick | None
    outdated: bool

    @property
    def answered(self) -> bool:
        return self.tick is not None and not self.outdated


async def asked(reads: ReadSession | Session, revision: Revision) -> list[Asked]:
    """A revision's checklist. For curators."""
    found = {
        tick.item: tick
        for tick in await reads.scalars(
            select(Tick).where(Tick.revision_id == revision.id).execution_options(populate_existing=True)
        )
    }
    return [
        Asked(
            item,
            tick := found.get(item.key),
            tick is not None and tick.seen != item.digest(revision.content),
        )
        for item in items_for(revision.content)
    ]


async def answer(
    session: Session,
    solution_id: SolutionId,
    given: Sequence[Given],
    *,
    by: Actor,
    now: datetime,
    version: int | None = None,
    place: str = "answers",
) -> Revision:
    """Write all of `given`, or nothing; an answer that changes nothing is left as it is.

    `version` is that of the revision that was read; `place` is where the answers stand in what was sent.

    Raises `Invalid` (unknown item, « no » without a note), `TickChanged`, `MoveRefused`, `Forbidden` for somebody recused.
    """
    _, revision, roles = await reviewed(session, solution_id, by, version)
    if Who.CURATOR not in roles:
        raise NotTheirMove(whose=(WHO_NAMES[Who.CURATOR],), move="tick")
    if revision.state not in WAITING:
        needed = tuple(name for state, name in REVISION.names.items() if state in WAITING)
        raise MoveRefused(state=REVISION.names[revision.state], needed=needed, move="tick")
    _refuse_faults(given, revision.content, place)
    kept = {one.item.key: one for one in await asked(session, revision)}
    new = [one for one in given if not _same(kept[one.item], one)]
    await _refuse_changed(session, kept, new)
    for one in new:
        tick = kept[one.item].tick
        seen = ITEMS[one.item].digest(revision.content)
        values: dict[str, Any] = {
            "answer": one.answer, "note": one.note, "seen": seen, "person_id": by.person_id, "at": now
        }  # fmt: skip
        if tick is None:
            session.add(Tick(revision_id=revision.id, item=one.item, **values))
        else:
            for name, value in values.items():
                setattr(tick, name, value)
        audit.note(
            session, by, "review.tick", "solution", solution_id, after={"item": one.item, "answer": one.answer}
        )  # fmt: skip
    await session.flush()
    return revision


def _refuse_faults(given: Sequence[Given], content: dict[str, Any], place: str) -> None:
    known = {item.key for item in items_for(content)}
    faults: list[FieldError] = []
    for i, one in enumerate(given):
        if one.item not in known or any(one.item == other.item for other in given[:i]):
            faults.append(
                wrong(f"{place}[{i}].item", N_("Ce point n’est pas à vérifier ici, ou l’est deux fois."), code="choice")
            )  # fmt: skip
        if one.answer is Answer.NO and not one.note:
            faults.append(
                wrong(f"{place}[{i}].note", N_("Un « non » dit pourquoi : l’entreprise lira cette note."), code="required")
            )  # fmt: skip
    if faults:
        raise Invalid(faults)


async def _refuse_changed(session: Session, kept: dict[str, Asked], new: Sequence[Given]) -> None:
    stale = [tick for one in new if (tick := kept[one.item].tick) is not None and tick.version != one.version]
    ahead = [one for one in new if kept[one.item].tick is None and one.version != 0]
    if ahead:
        raise StaleVersion(read=ahead[0].version, current=0)
    if stale:
        who = {await name_of(session, tick.person_id) for tick in stale}
        raise TickChanged(
            who=tuple(sorted(who)), what=tuple(ITEMS[tick.item].sentence for tick in stale), read=next(o.version for o in new if o.item == stale[0].item),
            current=stale[0].version, item=stale[0].item,
        )  # fmt: skip


def _same(kept: Asked, given: Given) -> bool:
    return kept.answered and kept.tick is not None and (kept.tick.answer, kept.tick.note) == (given.answer, given.note)  # fmt: skip
