"""What the API and the forms of teams, invitations and claims read and answer."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from marketplace.accounts.models import TownKind
from marketplace.actor import OrganisationKind, Role
from marketplace.joining.lifecycle import ClaimState, InvitationState
from marketplace.joining.models import Claim
from marketplace.web.schemas import Input, Output, Short, Text, clean

Address = Annotated[str, StringConstraints(max_length=320), AfterValidator(clean)]
Password = Annotated[SecretStr, Field(max_length=1000)]
Token = Annotated[str, StringConstraints(max_length=200)]


class Registration(Input):
    """`POST /registrations`. A commune or an EPCI needs no `name` and no `town_kind`: its SIRET tells."""

    person_name: Short
    email: Address
    kind: OrganisationKind
    siret: Annotated[str, StringConstraints(min_length=1, max_length=40), AfterValidator(clean)]
    name: Short | None = None
    town_kind: TownKind | None = None
    roles: list[Role] = Field(max_length=10)


class RegistrationAsked(Output):
    """The same answer, whoever and whatever is known: a mail was sent to this address."""

    email: str


class Proof(Input):
    """`POST /registrations/proof`. `password`: for somebody who has no account yet."""

    token: Token
    password: Password | None = None


class ClaimOut(Output):
    """A claim, for whoever made it or may decide it."""

    id: UUID
    state: ClaimState
    person_name: str
    email: str
    kind: OrganisationKind
    name: str
    siret: str
    town_kind: TownKind | None
    organisation_id: UUID | None
    roles: list[Role]
    reason: str | None
    state_since: datetime

    @classmethod
    def of(cls, claim: Claim) -> "ClaimOut":
        """The API's form of a claim."""
        return cls.model_validate(claim)


class Refusal(Input):
    """Why a claim is refused; the claimant reads it."""

    reason: Text


class MemberOut(Output):
    """One person of my organisation."""

    person_id: UUID
    name: str
    email: str
    roles: list[Role]
    last_sign_in: datetime | None


class NewRoles(Input):
    """`PUT /organisation/members/{id}`: exactly these roles."""

    roles: list[Role] = Field(max_length=10)


class NewInvitation(Input):
    """`POST /organisation/invitations`."""

    email: Address
    roles: list[Role] = Field(max_length=10)


class InvitationOut(Output):
    """An invitation that my organisation sent."""

    id: UUID
    email: str
    roles: list[Role]
    state: InvitationState
    created_at: datetime
    expires_at: datetime


class Acceptance(Input):
    """`POST /invitations/acceptance`. `name` and `password`: for somebody who has no account yet; others sign in first."""

    token: Token
    name: Short | None = None
    password: Password | None = None


class Joined(Output):
    """The organisation that one acts for from now on."""

    organisation_id: UUID
    organisation_name: str
    roles: list[Role]
