"""State is a table. A `Lifecycle` lists the allowed moves of one noun; `apply` is the one function that makes a move.

    lock → check (state, then who) → set → stamp → audit line → outbox event, in one transaction

Rooms declare theirs in `lifecycle.py` with the drawing as a comment, and decide who the actor is to the row
(`Who`, the room's own enum). One test walks every state × move × who of every lifecycle.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from marketplace import audit, outbox
from marketplace.actor import Actor
from marketplace.db import Session
from marketplace.errors import Conflict, Forbidden
from marketplace.words import N_

S = TypeVar("S", bound=StrEnum)
W = TypeVar("W", bound=StrEnum)


class MoveRefused(Conflict):
    """The row is not in a state from which this move starts."""

    code = "move_refused"
    sentence = N_("Ce n’est pas possible maintenant : l’état est « {state} », il faudrait : {needed}.")


class NotTheirMove(Forbidden):
    """The move exists, but is another's to make."""

    code = "not_their_move"
    sentence = N_("Cette décision revient à : {whose}.")


@dataclass(frozen=True, slots=True)
class Move(Generic[S, W]):
    """One allowed move, from any of `sources` to `target`, for any of `whose`."""

    name: str
    sources: frozenset[S]
    target: S
    whose: frozenset[W]


class Stateful(Protocol):
    """A row with a state (of the lifecycle's own enum) and the instant it was entered."""

    id: Any
    state: Any
    state_since: Any


class Lifecycle(Generic[S, W]):
    """The moves of one noun. `names` gives each state its French name, `people` each party. `announces` makes the event that
    every move of a row sets off, whichever it is: (the row, as moved) → event.
    """

    by_noun: ClassVar[dict[str, "Lifecycle[Any, Any]"]] = {}
    """Every lifecycle that was declared, for who tells what happened (the journal)."""

    def __init__(
        self,
        noun: str,
        moves: Iterable[Move[S, W]],
        *,
        names: dict[S, str],
        people: dict[W, str],
        announces: Callable[[Any], outbox.Event] | None = None,
    ) -> None:
        self.noun = noun
        self.names = names
        self.people = people
        self.announces = announces
        self.moves = {move.name: move for move in moves}
        Lifecycle.by_noun[noun] = self

    def check(self, state: S, name: str, who: Collection[W]) -> Move[S, W]:
        """The move called `name`. Raises `MoveRefused` when the state is wrong, then `NotTheirMove`."""
        move = self.moves[name]
        if state not in move.sources:
            needed = tuple(name for s, name in self.names.items() if s in move.sources)
            raise MoveRefused(state=self.names[state], needed=needed, move=name)
        if not move.whose & set(who):
            raise NotTheirMove(
                whose=tuple(said for w, said in self.people.items() if w in move.whose), move=name
            )
        return move

    def allowed(self, state: S, who: Collection[W]) -> list[str]:
        """The moves that `who` can make from `state`, in the table's order."""
        return [m.name for m in self.moves.values() if state in m.sources and m.whose & set(who)]


async def apply(
    session: Session,
    lifecycle: Lifecycle[S, W],
    row: Stateful,
    name: str,
    *,
    who: Collection[W],
    by: Actor,
    now: datetime,
    event: outbox.Event | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """Make the move `name` on `row`, locking it first. `facts` go into the audit line; `event` into the outbox."""
    told = ["state", "version"] if hasattr(row, "version") else ["state"]
    await session.refresh(row, attribute_names=told, with_for_update=True)
    before: S = row.state
    move = lifecycle.check(before, name, who)
    row.state = move.target
    row.state_since = now
    audit.note(
        session,
        by,
        f"{lifecycle.noun}.{name}",
        lifecycle.noun,
        row.id,
        before={"state": before},
        after={"state": move.target} | (facts or {}),
    )
    if event is not None:
        outbox.record(session, event)
    if lifecycle.announces is not None:
        outbox.record(session, lifecycle.announces(row))
    await session.flush()
