"""What orders announce."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from marketplace.ids import OrderId, PoolId
from marketplace.outbox import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersChunkPlanned(Event):
    """One piece of a pool's orders is to be made."""

    topic: ClassVar[str] = "orders.chunk"
    award_id: UUID
    chunk_id: UUID

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.chunk_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersPrepared(Event):
    """Every town's order is there."""

    topic: ClassVar[str] = "orders.prepared"
    pool_id: PoolId

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.pool_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderIssued(Event):
    topic: ClassVar[str] = "order.issued"
    order_id: OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDelivered(Event):
    """The supplier says that all is there; after a refusal, it may say so again."""

    topic: ClassVar[str] = "order.delivered"
    order_id: OrderId
    delivered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAccepted(Event):
    """The delivery is accepted (service fait): it can be invoiced."""

    topic: ClassVar[str] = "order.accepted"
    order_id: OrderId
