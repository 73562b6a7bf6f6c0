"""What the API answers about one's own data."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from marketplace.personal_data.models import RequestState
from marketplace.web.schemas import Input, Output, Sentence


class CopyOut(Output):
    """A copy that was asked for. `ready`: it can be downloaded."""

    id: UUID
    state: RequestState
    created_at: datetime
    done_at: datetime | None
    ready: bool


class EraseMe(Input):
    """One's own erasure."""

    sure: bool = False


class EraseThem(Input):
    """First step of another's erasure."""

    email: str = Field(min_length=3, max_length=320)
    reason: Sentence


class Confirm(Input):
    """Second step: the address, typed again."""

    email: str = Field(min_length=3, max_length=320)
