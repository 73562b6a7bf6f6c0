"""What pools announce. Deadlines carry the instant they were due at: an extended deadline is another event."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from marketplace.ids import MembershipId, PoolId
from marketplace.outbox import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TownInvited(Event):
    topic: ClassVar[str] = "pool.town_invited"
    pool_id: PoolId
    membership_id: MembershipId


@dataclass(frozen=True, slots=True, kw_only=True)
class CensusDue(Event):
    """The census's deadline has passed."""

    topic: ClassVar[str] = "pool.census_due"
    pool_id: PoolId
    due_at: datetime

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.pool_id}:{self.due_at.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CensusClosed(Event):
    """The declared needs are to be consolidated on every published grid."""

    topic: ClassVar[str] = "pool.census_closed"
    pool_id: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentOpened(Event):
    """The founding agreement is to be written."""

    topic: ClassVar[str] = "pool.commitment_opened"
    pool_id: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class TownLeft(Event):
    """A town withdrew or was left out; the others are told what it changes."""

    topic: ClassVar[str] = "pool.town_left"
    pool_id: PoolId
    membership_id: MembershipId
    left_at: datetime

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.membership_id}:{self.left_at.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WentIndividual(Event):
    """The pool missed its threshold, and each town may now buy alone."""

    topic: ClassVar[str] = "pool.went_individual"
    pool_id: PoolId

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.pool_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolMoved(Event):
    """The pool entered `state`, whichever move led there."""

    topic: ClassVar[str] = "pool.moved"
    pool_id: PoolId
    state: str
    moved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolFrozen(Event):
    topic: ClassVar[str] = "pool.frozen"
    pool_id: PoolId
