"""What the worker must tell somebody about their own account. Ids and addresses only: never a token, a code or a password."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from marketplace.ids import PersonId
from marketplace.outbox import Event


class Change(StrEnum):
    """What changed in how somebody signs in."""

    PASSWORD = "password"  # noqa: S105  a change, not a password
    TOTP_ON = "totp_on"
    TOTP_OFF = "totp_off"
    RECOVERY_USED = "recovery_used"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    EMAIL = "email"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityChanged(Event):
    """`address`: where to tell it, when it is not the person's present address."""

    topic: ClassVar[str] = "sign_in.security_changed"
    change_id: UUID
    person_id: PersonId
    what: Change
    address: str | None = None

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.change_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetAsked(Event):
    """Somebody wrote `email` at « mot de passe oublié ». Whether it has an account is for the worker to look up."""

    topic: ClassVar[str] = "sign_in.reset_asked"
    request_id: UUID
    email: str

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.request_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChangeAsked(Event):
    topic: ClassVar[str] = "sign_in.email_change_asked"
    request_id: UUID
    person_id: PersonId
    email: str

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.request_id}"
