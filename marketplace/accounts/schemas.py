"""What the accounts API reads and answers."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field, SecretStr

from marketplace.accounts.models import KeyScope
from marketplace.actor import OrganisationKind, Role
from marketplace.web.schemas import Input, Output, Short


class SignIn(Input):
    """`POST /sessions`."""

    email: str = Field(max_length=320)
    password: SecretStr = Field(max_length=1000)


class SignedIn(Output):
    """The session is in the cookie; unsafe requests that use it carry `csrf_token` in `X-CSRF-Token`."""

    csrf_token: str


class Me(Output):
    """Who is asking, and on whose behalf."""

    name: str
    organisation_id: UUID | None
    organisation_name: str
    kind: OrganisationKind | None
    roles: list[Role]
    channel: str


class MyOrganisation(Output):
    """An organisation that the person may act for."""

    id: UUID
    name: str
    kind: OrganisationKind
    roles: list[Role]


class ActFor(Input):
    """`PUT /me/organisation`."""

    organisation_id: UUID


class NewKey(Input):
    """`POST /api-keys`."""

    name: Short
    scope: KeyScope = KeyScope.READ
    expires_at: AwareDatetime | None = None


class KeyOut(Output):
    """An API key, without its secret."""

    id: UUID
    name: str
    prefix: str
    scope: KeyScope
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class KeyMade(KeyOut):
    """A new API key, with its secret: shown this once (empty when the same request is repeated)."""

    shown_once: ClassVar[frozenset[str]] = frozenset({"secret"})

    secret: str | None
