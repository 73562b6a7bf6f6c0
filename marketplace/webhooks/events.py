"""What webhooks announce."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from marketplace.outbox import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointDisabled(Event):
    """We stopped sending to an endpoint by ourselves: its organisation's administrators are told."""

    topic: ClassVar[str] = "webhook.endpoint_disabled"
    endpoint_id: UUID
    disabled_at: datetime

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.endpoint_id}:{self.disabled_at.isoformat()}"
