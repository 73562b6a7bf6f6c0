"""Every lifecycle of the product, walked whole: each state × move × who, on a real table, through the one function."""

import asyncio
import importlib
import itertools
import pkgutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType
from typing import Any, ClassVar
from uuid import UUID

import pytest
from sqlalchemy import DateTime, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

import catalog
import marketplace
import procurement
import search
import workers
from marketplace import outbox
from marketplace.actor import SYSTEM
from marketplace.db import Database, Session
from marketplace.errors import DomainError
from marketplace.ids import new_id
from marketplace.lifecycle import Lifecycle, MoveRefused, NotTheirMove, apply
from marketplace.settings import Settings, needed

STARTS = {
    "pool": {"draft"},
    "membership": {"invited"},
    "consultation": {"preparing", "exported"},
    "quote": {"sealed"},
    "order": {"prepared"},
    "invoice": {"issued"},
    "solution": {"draft"},
    "revision": {"draft"},
    "certificate": {"offered"},
    "claim": {"unproven"},
    "team_invitation": {"pending"},
    "evidence": {"offered", "accepted"},
    "evidence_request": {"sent"},
    "proposal": {"proposed"},
}
"""Where the life of each noun begins."""

ENDS = {
    "pool": {"closed", "abandoned"},
    "membership": {"settled", "not_committed", "excluded"},
    "consultation": {"decided", "cancelled"},
    "quote": {"replaced", "withdrawn", "unreadable", "retained", "rejected"},
    "order": {"paid"},
    "invoice": {"paid"},
    "solution": {"archived"},
    "revision": {"accepted", "withdrawn"},
    "certificate": {"refused"},
    "claim": {"confirmed", "refused", "withdrawn"},
    "team_invitation": {"accepted", "withdrawn"},
    "evidence": {"refused", "withdrawn"},
    "evidence_request": {"answered", "cancelled"},
    "proposal": {"declined"},
}
"""Whence nothing leads."""

NOBODY_ELSES = {
    ("pool", "notify_award"): {"coordinator_signatory"},
    ("pool", "open_offers"): {"timer"},
    ("membership", "sign"): {"town_signatory"},
    ("consultation", "unseal"): {"timer"},
    ("quote", "unseal"): {"timer"},
    ("quote", "replace"): {"startup"},
    ("order", "issue"): {"town"},
    ("order", "accept"): {"town"},
    ("order", "deliver"): {"supplier"},
    ("invoice", "mandate"): {"town_accountant"},
    ("invoice", "confirm"): {"supplier"},
    ("solution", "publish"): {"curator"},
    ("revision", "accept"): {"curator"},
    ("revision", "submit"): {"startup"},
    ("certificate", "accept"): {"curator"},
    ("certificate", "refuse"): {"curator"},
    ("claim", "prove"): {"claimant"},
    ("claim", "confirm"): {"staff", "admin"},
    ("evidence", "accept"): {"curator"},
    ("evidence_request", "answer"): {"contact"},
    ("team_invitation", "accept"): {"invited"},
    ("team_invitation", "withdraw"): {"admin"},
}
"""Decisions that bind: whose they are, and nobody else's."""


def modules() -> Iterator[ModuleType]:
    for package in (marketplace, catalog, search, procurement, workers):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.startswith("marketplace.migrations") and not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def lifecycles() -> dict[str, Lifecycle[Any, Any]]:
    found = {id(v): v for module in modules() for v in vars(module).values() if isinstance(v, Lifecycle)}
    return {lifecycle.noun: lifecycle for lifecycle in found.values()}


TABLES = lifecycles()
nouns = pytest.mark.parametrize("noun", sorted(TABLES))


class Own(DeclarativeBase):
    pass


class Walked(Own):
    """A row with a state and nothing else: what the moves of any noun can be tried on."""

    __tablename__ = "walked"
    __mapper_args__: ClassVar[dict[str, Any]] = {"eager_defaults": False}

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    state: Mapped[str]
    state_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk(outbox.Event):
    topic = "test.walked"
    row_id: UUID


def leading_to(lifecycle: Lifecycle[Any, Any], starts: set[str]) -> set[str]:
    seen, ahead = set(starts), set(starts)
    while ahead:
        ahead = {m.target for m in lifecycle.moves.values() if m.sources & ahead} - seen
        seen |= ahead
    return seen


def test_every_lifecycle_of_the_product_is_known_here() -> None:
    assert set(TABLES) == set(STARTS) == set(ENDS)


@nouns
def test_every_state_is_reached_and_named_and_only_ends_are_dead_ends(noun: str) -> None:
    lifecycle = TABLES[noun]
    states = {state for move in lifecycle.moves.values() for state in (move.target, *move.sources)}
    assert set(lifecycle.names) == set(type(next(iter(states)))), (
        "a state without a name, or a name without a state"
    )
    assert states == set(lifecycle.names)
    assert leading_to(lifecycle, STARTS[noun]) == states
    leaving = {state for move in lifecycle.moves.values() for state in move.sources}
    assert states - leaving == ENDS[noun]
    used = {who for move in lifecycle.moves.values() for who in move.whose}
    assert used <= set(lifecycle.people)
    assert all(move.whose and move.sources for move in lifecycle.moves.values())


@pytest.mark.parametrize(("noun", "move"), NOBODY_ELSES)
def test_a_decision_that_binds_is_one_partys_alone(noun: str, move: str) -> None:
    assert TABLES[noun].moves[move].whose == NOBODY_ELSES[noun, move]


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """The owner's connections, on a database that has the table of `Walked`."""
    made = Database(needed(settings.database.owner_url, "owner"), pool_size=1)
    async with made.engine.begin() as connection:
        await connection.run_sync(Own.metadata.create_all)
    yield made
    await made.close()


NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def attempted(
    session: Session, lifecycle: Lifecycle[Any, Any], state: str, move: str, who: set[Any]
) -> type[DomainError] | None:
    """Try one move on a fresh row; look at all it left behind; return what it raised."""
    row = Walked(state=str(state))
    session.add(row)
    await session.flush()
    savepoint = await session.begin_nested()
    refused: type[DomainError] | None = None
    try:
        await apply(
            session,
            lifecycle,
            row,
            move,
            who=who,
            by=SYSTEM,
            now=NOW,
            event=Walk(row_id=row.id),
            facts={"why": "x"},
        )
        await savepoint.commit()
    except DomainError as error:
        refused = type(error)
        await savepoint.rollback()
    left = (await session.execute(LEFT, {"id": row.id, "key": str(row.id)})).one()
    if refused:
        assert tuple(left) == (state, None, None, None, None, 0)
    else:
        target = str(lifecycle.moves[move].target)
        after = {"state": target, "why": "x"}
        assert tuple(left) == (target, NOW, f"{lifecycle.noun}.{move}", {"state": state}, after, 1)
    return refused


LEFT = text(
    "select w.state, w.state_since, a.action, a.before, a.after, (select count(*) from outbox where payload->>'row_id' = :key)"
    " from walked w left join audit_line a on a.subject_id = w.id where w.id = :id"
)


@nouns
async def test_only_the_moves_of_the_table_are_made_and_only_by_those_it_names(
    noun: str, database: Database
) -> None:
    lifecycle = TABLES[noun]
    tried = 0
    async with database.transaction(SYSTEM) as session:
        for state, move in itertools.product(lifecycle.names, lifecycle.moves.values()):
            for who in lifecycle.people:
                starts, theirs = state in move.sources, who in move.whose
                assert (move.name in lifecycle.allowed(state, {who})) == (starts and theirs)
                expected = None if starts and theirs else NotTheirMove if starts else MoveRefused
                if starts or theirs:
                    assert await attempted(session, lifecycle, state, move.name, {who}) is expected
                    tried += 1
                else:
                    with pytest.raises(MoveRefused):
                        lifecycle.check(state, move.name, {who})
            with pytest.raises((MoveRefused, NotTheirMove)):
                lifecycle.check(state, move.name, set())
    assert tried > len(lifecycle.moves)


def test_a_refused_move_says_the_state_it_is_in_and_whose_move_it_would_be() -> None:
    pool = TABLES["pool"]
    with pytest.raises(MoveRefused, match=r"brouillon.*recensement"):
        pool.check("draft", "close_census", set())
    with pytest.raises(NotTheirMove, match="le serveur"):
        pool.check("consultation", "open_offers", set())


async def test_two_people_who_make_one_move_at_once_make_it_once(
    settings: Settings, database: Database
) -> None:
    owner = Database(needed(settings.database.owner_url, "owner"), pool_size=4)
    async with owner.transaction(SYSTEM) as session:
        row = Walked(state="frozen")
        session.add(row)

    async def publish() -> bool:
        async with owner.transaction(SYSTEM) as session:
            mine = (await session.scalars(select(Walked))).one()
            try:
                await apply(session, TABLES["pool"], mine, "publish", who={"coordinator"}, by=SYSTEM, now=NOW)
            except MoveRefused:
                return False
            return True

    made = await asyncio.gather(*(publish() for _ in range(4)))
    async with owner.reading(SYSTEM) as reads:
        lines = await reads.scalar(text("select count(*) from audit_line where action = 'pool.publish'"))
    await owner.close()
    assert (sorted(made), lines) == ([False, False, False, True], 1)
