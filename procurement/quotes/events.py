"""What consultations announce."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from marketplace.ids import ConsultationId, PoolId, QuoteId
from marketplace.outbox import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationPublished(Event):
    """Quotes are asked for here: keys are to be made, startups told."""

    topic: ClassVar[str] = "consultation.published"
    consultation_id: ConsultationId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationOpen(Event):
    """Offers can be deposited: the invited startups are told."""

    topic: ClassVar[str] = "consultation.open"
    consultation_id: ConsultationId


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotesDue(Event):
    """The deadline for quotes has passed: all are to be opened together."""

    topic: ClassVar[str] = "consultation.due"
    consultation_id: ConsultationId
    due_at: datetime

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.consultation_id}:{self.due_at.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteDeposited(Event):
    """A sealed offer arrived. Carries its hash only."""

    topic: ClassVar[str] = "quote.deposited"
    quote_id: QuoteId
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersOpened(Event):
    """Offers can be read: each is to be consolidated."""

    topic: ClassVar[str] = "consultation.opened"
    pool_id: PoolId
    consultation_id: ConsultationId


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardNotified(Event):
    """The award is effective: every town gets its order."""

    topic: ClassVar[str] = "award.notified"
    pool_id: PoolId
    award_id: UUID

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.award_id}"
