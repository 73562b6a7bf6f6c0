"""What the sign-in API reads and answers."""

from uuid import UUID

from pydantic import Field, SecretStr

from marketplace.actor import OrganisationKind, Role
from marketplace.web.schemas import Input, Output


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
