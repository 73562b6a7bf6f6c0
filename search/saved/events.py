"""An alert was turned on or off, or its search deleted; a look is due."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from marketplace.outbox import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertChanged(Event):
    topic: ClassVar[str] = "saved_search.alert_changed"
    search_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDue(Event):
    """`day`: the Paris day of the look."""

    topic: ClassVar[str] = "saved_search.alert_due"
    search_id: UUID
    day: date

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.search_id}:{self.day.isoformat()}"
