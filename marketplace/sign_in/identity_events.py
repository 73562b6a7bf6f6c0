"""What is announced about identities of a provider: told by mail to whom it concerns."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from marketplace.ids import OrganisationId, PersonId
from marketplace.outbox import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityLinked(Event):
    """An account that was there can now be entered through the provider."""

    topic: ClassVar[str] = "identity.linked"
    identity_id: UUID

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.identity_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAttached(Event):
    """Somebody became a reader of a town because the provider says that they work there."""

    topic: ClassVar[str] = "person.attached"
    person_id: PersonId
    organisation_id: OrganisationId

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.person_id}:{self.organisation_id}"
