"""What the accounts API reads and answers."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal
from uuid import UUID

from marketplace import clock
from marketplace.accounts.api_keys import KeyState, KeyView
from marketplace.accounts.models import ApiKey, KeyScope
from marketplace.web.schemas import Input, Instant, Output, Short
from marketplace.web.typed import TypedDate


class NewKey(Input):
    """`POST /api-keys`. Without `expires_at` the key lasts 90 days; a year at most."""

    name: Short
    scope: KeyScope = KeyScope.READ
    expires_at: Instant | None = None


class KeyForm(Input):
    """The same, as the page asks it: so many days, or until the end of a day."""

    name: Short
    scope: KeyScope = KeyScope.READ
    lasts: Literal["30", "90", "365", "date"] = "90"
    until: TypedDate | None = None

    def expires_at(self) -> datetime | None:
        """The instant meant; None when a date is announced and missing."""
        if self.lasts != "date":
            return datetime.now(UTC) + timedelta(days=int(self.lasts))
        return clock.end_of(self.until) if self.until else None


class KeyOut(Output):
    """An API key, without its secret. `maker` is empty for somebody who left the organisation."""

    id: UUID
    name: str
    prefix: str
    scope: KeyScope
    state: KeyState
    maker: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, view: KeyView) -> "KeyOut":
        return cls(**shown(view.key, state=view.state, maker=view.maker))


class KeyMade(KeyOut):
    """A new API key, with its secret: shown this once (empty when the same request is repeated)."""

    shown_once: ClassVar[frozenset[str]] = frozenset({"secret"})

    secret: str | None


def shown(key: ApiKey, *, state: KeyState, maker: str) -> dict[str, Any]:
    """What may be shown of a key."""
    return {
        "id": key.id, "name": key.name, "prefix": key.prefix, "scope": key.scope, "state": state, "maker": maker,
        "created_at": key.created_at, "expires_at": key.expires_at, "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }  # fmt: skip
