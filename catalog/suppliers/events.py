"""What the room announces."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from marketplace.ids import OrganisationId
from marketplace.outbox import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class StakeAdded(Event):
    """A curator added or corrected a stake that the startup had not declared: the startup is told."""

    topic: ClassVar[str] = "stake.added"
    stake_id: UUID
    startup_id: OrganisationId


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityChanged(Event):
    """A startup said anew what it can serve, and where."""

    topic: ClassVar[str] = "supplier.capacity_changed"
    startup_id: OrganisationId


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateOffered(Event):
    """A startup put a document in its file: a curator is to look at it."""

    topic: ClassVar[str] = "certificate.offered"
    certificate_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateReviewed(Event):
    """A curator accepted a certificate, or refused it and said why."""

    topic: ClassVar[str] = "certificate.reviewed"
    certificate_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateEnding(Event):
    """A certificate in force ends within `days` (30 or 7), or has ended (0). Once each."""

    topic: ClassVar[str] = "certificate.ending"
    certificate_id: UUID
    days: int

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.certificate_id}:{self.days}"
