"""What the sign-in API reads and answers."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field, SecretStr

from marketplace.accounts.models import Proof
from marketplace.actor import OrganisationKind, Role
from marketplace.web.schemas import Input, Output, Short

Email = Annotated[str, Field(max_length=320)]
Secret = Annotated[SecretStr, Field(max_length=1000)]
Code = Annotated[str, Field(max_length=100)]


class SignIn(Input):
    """`POST /sessions`."""

    email: Email
    password: Secret


class SignedIn(Output):
    """The session is in the cookie; unsafe requests that use it carry `csrf_token` in `X-CSRF-Token`."""

    csrf_token: str


class Begun(Output):
    """`POST /sessions`. With `second_factor_needed`, nobody is signed in yet, and there is no `csrf_token`: send the code to
    `/sessions/second-factor`, with the cookie, within ten minutes.
    """

    second_factor_needed: bool
    csrf_token: str | None


class GivenCode(Input):
    """A code of the application, or a recovery code."""

    code: Code


class Me(Output):
    """Who is asking, and on whose behalf. `passkey_needed`: the organisation asks for a passkey, so they act for nobody yet."""

    name: str
    organisation_id: UUID | None
    organisation_name: str
    kind: OrganisationKind | None
    roles: list[Role]
    channel: str
    passkey_needed: bool = False


class MyOrganisation(Output):
    """An organisation that the person may act for."""

    id: UUID
    name: str
    kind: OrganisationKind
    roles: list[Role]


class ActFor(Input):
    """`PUT /me/organisation`."""

    organisation_id: UUID


class SessionOut(Output):
    """An open session of mine."""

    id: UUID
    device: str
    proof: Proof
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    current: bool


class AskReset(Input):
    """`POST /password-resets`."""

    email: Email


class Asked(Output):
    """The same answer whatever the address: if it can be done, a mail is on its way."""

    asked: Literal[True] = True


class ResetPassword(Input):
    """`POST /password-resets/{token}`."""

    password: Secret


class ChangePassword(Input):
    """`PUT /me/password`."""

    current: Secret
    password: Secret


class ChangeEmail(Input):
    """`POST /me/email`."""

    email: Email
    password: Secret


class ProvePassword(Input):
    """`POST /me/proof`."""

    password: Secret


class SecondFactor(Output):
    """Whether codes by application are on, and how many recovery codes are left."""

    enabled: bool
    recovery_codes_left: int


class TotpSecret(Output):
    """What the application must hold."""

    secret: str
    uri: str


class RecoveryCodes(Output):
    """Shown this once."""

    shown_once: ClassVar[frozenset[str]] = frozenset({"codes"})

    codes: list[str]


class PasskeyOptions(Output):
    """`options` is what the browser's `navigator.credentials` takes, as JSON; `challenge_id` comes back with its answer."""

    challenge_id: UUID
    options: dict[str, Any]


class PasskeyAnswer(Input):
    """What a device answered: `credential` is the browser's credential, as JSON."""

    challenge_id: UUID
    credential: dict[str, Any]


class NewPasskey(PasskeyAnswer):
    """`POST /me/passkeys`."""

    name: Short


class PasskeyOut(Output):
    """A passkey of mine."""

    id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None
