"""What the accounts API reads and answers."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from marketplace.accounts.models import KeyScope
from marketplace.web.schemas import Input, Instant, Output, Short


class NewKey(Input):
    """`POST /api-keys`."""

    name: Short
    scope: KeyScope = KeyScope.READ
    expires_at: Instant | None = None


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
