"""What evidence announces."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from marketplace.outbox import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceOffered(Event):
    """A piece of evidence waits for a curator."""

    topic: ClassVar[str] = "evidence.offered"
    evidence_id: UUID

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.evidence_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceDecided(Event):
    """A curator accepted or refused a piece of evidence, or its startup took it back: it waits no more."""

    topic: ClassVar[str] = "evidence.decided"
    evidence_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceEnding(Event):
    """A piece of evidence ends in `days` days at most, or has ended (0)."""

    topic: ClassVar[str] = "evidence.ending"
    evidence_id: UUID
    days: int

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.evidence_id}:{self.days}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationAsked(Event):
    """Somebody at a town is to be asked by mail. The link is made by whoever sends it: no event carries it."""

    topic: ClassVar[str] = "evidence_request.asked"
    request_id: UUID

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.request_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationAnswered(Event):
    """The link's holder answered: the answer is to be settled."""

    topic: ClassVar[str] = "evidence_request.answered"
    request_id: UUID

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.request_id}"
