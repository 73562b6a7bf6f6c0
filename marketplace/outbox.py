"""Events leave with the transaction: a row written beside the change it announces, on the same connection.

`record` is all that rooms call. `workers/relay.py` drains the table: delivery is at least once, so every handler may
safely run twice. The row is the record of what must still be done; ARQ only ever carries its id.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, Row, Session, choice
from marketplace.ids import new_id


class OutboxStatus(StrEnum):
    PENDING = "pending"
    DONE = "done"
    DEAD = "dead"


class OutboxRow(Row, Base):
    """One thing still to do, or done. `handler` is empty for an event as announced; see `workers/relay.py`."""

    __tablename__ = "outbox"

    topic: Mapped[str]
    handler: Mapped[str] = mapped_column(default="", server_default="")
    key: Mapped[str] = mapped_column(unique=True)
    payload: Mapped[Json]
    status: Mapped[OutboxStatus] = mapped_column(choice(OutboxStatus), default=OutboxStatus.PENDING)
    claims: Mapped[int] = mapped_column(default=0)
    starts: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_error: Mapped[str | None]
    trace_id: Mapped[str | None]
    done_at: Mapped[datetime | None]

    __mapper_args__ = {"eager_defaults": False}  # the application may write rows, not read them back

    __table_args__ = (Index("ix_outbox_due", "next_at", "id", postgresql_where=text("status = 'pending'")),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. Subclasses are frozen dataclasses of ids and plain values, with a `topic`."""

    topic: ClassVar[str]
    by_topic: ClassVar[dict[str, type["Event"]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super(Event, cls).__init_subclass__(**kwargs)
        if "topic" in cls.__dict__:
            Event.by_topic[cls.topic] = cls

    @property
    def key(self) -> str:
        """The business key: one row a key, ever. Unique by default; override it where repeating must be impossible."""
        return f"{self.topic}:{new_id()}"


def dump(event: Event) -> Json:
    """The event's payload, as JSON values."""
    payload: Json = TypeAdapter(type(event)).dump_python(event, mode="json")
    return payload


def load(topic: str, payload: Json) -> Event:
    """The event that `dump` made. Raises KeyError for a topic that nobody declares any more."""
    return TypeAdapter(Event.by_topic[topic]).validate_python(payload)


def record(session: Session, event: Event, *, trace_id: str | None = None) -> UUID:
    """Announce `event` with the session's transaction. Returns the row's id."""
    row = OutboxRow(id=new_id(), topic=event.topic, key=event.key, payload=dump(event), trace_id=trace_id)
    session.add(row)
    return row.id
