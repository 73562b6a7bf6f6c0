"""A mail is to be sent; a day's digest is to be composed."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from marketplace.ids import PersonId
from marketplace.outbox import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class MailQueued(Event):
    topic: ClassVar[str] = "mail.queued"
    mail_id: UUID

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.mail_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestDue(Event):
    """`first_id`: the oldest pending notice. Were it withdrawn, what is told later the same day is due anew."""

    topic: ClassVar[str] = "digest.due"
    person_id: PersonId
    first_id: UUID
    day: date

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.person_id}:{self.day.isoformat()}:{self.first_id}"
