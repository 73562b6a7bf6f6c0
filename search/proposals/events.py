"""What proposals announce. A decline is told to nobody."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from marketplace.ids import OrganisationId
from marketplace.outbox import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsAlike(Event):
    """At least three towns wait for others with a need of this domain and unit. Looked at once a day."""

    topic: ClassVar[str] = "proposal.needs_alike"
    domain: str
    unit: str
    day: date

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.domain}:{self.unit}:{self.day.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalMade(Event):
    topic: ClassVar[str] = "proposal.made"
    proposal_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalAccepted(Event):
    """One more town accepted: those that did before may know."""

    topic: ClassVar[str] = "proposal.accepted"
    proposal_id: UUID
    town_id: OrganisationId


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDeclined(Event):
    """Tells nobody: what still waited to be told to the town itself is withdrawn."""

    topic: ClassVar[str] = "proposal.declined"
    proposal_id: UUID
    town_id: OrganisationId
