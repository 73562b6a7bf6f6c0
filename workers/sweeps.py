"""Deadlines: everything that is due becomes an event, however long ago it was due.

A sweep asks a room what is due on the database's clock; the events' business keys make asking twice harmless, and the
drain gives them retries and a dead letter like any other.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from marketplace import clock, outbox
from marketplace.actor import SYSTEM
from marketplace.db import Session
from marketplace.ids import new_id
from marketplace.outbox import Event, OutboxRow, OutboxStatus
from workers.tools import Tools

Due = Callable[[Session, datetime], Awaitable[Sequence[Event]]]


async def sweep(tools: Tools, deadlines: Sequence[Due]) -> int:
    """Turn every deadline that has passed into its event. Returns how many were new."""
    async with tools.database.transaction(SYSTEM) as session:
        now = await clock.now(session)
        due = [event for ask in deadlines for event in await ask(session, now)]
        if not due:
            return 0
        rows = [
            {
                "id": new_id(),
                "topic": event.topic,
                "handler": "",
                "key": event.key,
                "payload": outbox.dump(event),
                "status": OutboxStatus.PENDING,
                "claims": 0,
                "starts": 0,
                "failures": 0,
            }
            for event in due
        ]
        added = await session.execute(
            insert(OutboxRow)
            .values(rows)
            .on_conflict_do_nothing(index_elements=["key"])
            .returning(OutboxRow.id)
        )
        return len(added.all())
