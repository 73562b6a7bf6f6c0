"""A copy or an erasure is to be made."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from marketplace.outbox import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyAsked(Event):
    topic: ClassVar[str] = "personal_data.copy_asked"
    request_id: UUID

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.request_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureConfirmed(Event):
    topic: ClassVar[str] = "personal_data.erasure_confirmed"
    request_id: UUID

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.request_id}"
