"""A mail is to be sent."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from marketplace.outbox import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class MailQueued(Event):
    topic: ClassVar[str] = "mail.queued"
    mail_id: UUID

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.mail_id}"
