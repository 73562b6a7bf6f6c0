"""What happens to people and their rights, for those who must be told."""

from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from marketplace.ids import OrganisationId, PersonId, new_id
from marketplace.outbox import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationSent(Event):
    """A link is to be sent. The event carries the token's id, never the token."""

    topic: ClassVar[str] = "team.invitation_sent"
    invitation_id: UUID
    token_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimStarted(Event):
    """An address is to be proven."""

    topic: ClassVar[str] = "claim.started"
    claim_id: UUID
    token_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimProven(Event):
    """A claim waits for whoever verifies."""

    topic: ClassVar[str] = "claim.proven"
    claim_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimDecided(Event):
    """Confirmed or refused: the claim says which."""

    topic: ClassVar[str] = "claim.decided"
    claim_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminAdded(Event):
    """Somebody administers an organisation from now on."""

    topic: ClassVar[str] = "team.admin_added"
    organisation_id: OrganisationId
    person_id: PersonId
    change_id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class RolesChanged(Event):
    """Somebody's roles changed; none are left when they were removed, or left. `own`: they did it themselves."""

    topic: ClassVar[str] = "team.roles_changed"
    organisation_id: OrganisationId
    person_id: PersonId
    roles: tuple[str, ...]
    own: bool
    change_id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyExpiring(Event):
    """A key stops working in a week: its maker is told, once."""

    topic: ClassVar[str] = "api_key.expiring"
    key_id: UUID

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.key_id}"
