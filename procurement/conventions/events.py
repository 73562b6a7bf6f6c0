"""What happens to agreements."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from marketplace.ids import PoolId
from marketplace.outbox import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementReady(Event):
    """The document can be read, deliberated and signed."""

    topic: ClassVar[str] = "agreement.ready"
    pool_id: PoolId
    agreement_id: UUID
