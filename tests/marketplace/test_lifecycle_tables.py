"""Every lifecycle of the product, walked whole: each state × move × who, on a real table, through the one function."""

import importlib
import pkgutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from types import ModuleType
from typing import Any, ClassVar
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

import catalog
import marketplace
import procurement
import search
import workers
from marketplace import outbox
from marketplace.actor import SYSTEM
from marketplace.audit import AuditLine
from marketplace.db import Database
from marketplace.errors import DomainError
from marketplace.ids import new_id
from marketplace.lifecycle import Lifecycle, Move, MoveRefused, NotTheirMove, apply
from marketplace.settings import Settings, needed

STARTS = {
    "pool": {"draft"},
    "membership": {"invited"},
    "consultation": {"preparing", "exported"},
    "quote": {"sealed"},
    "order": {"prepared"},
    "invoice": {"issued"},
    "solution": {"draft"},
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
    state_since: Mapped[datetime | None]


class Walk(outbox.Event):
    topic = "test.walked"


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


@pytest.fixture(scope="module")
async def walking(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    yield


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
    database: Database, lifecycle: Lifecycle[Any, Any], state: StrEnum, move: Move[Any, Any], who: set[Any]
) -> tuple[type[DomainError] | None, str, int, int]:
    """Try one move for good: what it raised, the state it left, and how many audit lines and events."""
    refused: type[DomainError] | None = None
    async with database.transaction(SYSTEM) as session:
        row = Walked(state=state)
        session.add(row)
        await session.flush()
        savepoint = await session.begin_nested()
        await session.refresh(row)
        row.state = state
        try:
            await apply(
                session, Tolerant(lifecycle), row, move.name, who=who, by=SYSTEM, now=NOW, event=Walk()
            )
            await savepoint.commit()
        except DomainError as error:
            refused = type(error)
            await savepoint.rollback()
        left = await session.scalar(text("select state from walked where id = :id"), {"id": row.id})
        lines = await session.scalar(
            select(func.count()).where(
                AuditLine.subject_id == row.id, AuditLine.action == f"{lifecycle.noun}.{move.name}"
            )
        )
        events = await session.scalar(text("select count(*) from outbox where topic = 'test.walked'"))
        await session.execute(text("delete from outbox where topic = 'test.walked'"))
    return refused, str(left), int(lines or 0), int(events or 0)
