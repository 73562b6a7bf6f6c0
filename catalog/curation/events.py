"""What reviews announce."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from marketplace.ids import SolutionId
from marketplace.outbox import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTaken(Event):
    """A curator reads a revision."""

    topic: ClassVar[str] = "review.taken"
    solution_id: SolutionId
    revision_id: UUID
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewReleased(Event):
    """A revision is back in the queue."""

    topic: ClassVar[str] = "review.released"
    solution_id: SolutionId


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCommented(Event):
    """Somebody commented on a field."""

    topic: ClassVar[str] = "review.commented"
    remark_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentWithdrawn(Event):
    """Somebody took back a comment."""

    topic: ClassVar[str] = "review.comment_withdrawn"
    solution_id: SolutionId
    remark_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDue(Event):
    """A submission has waited long: `mark` is a number of working days, or `late`. `sent`: when it was submitted."""

    topic: ClassVar[str] = "review.due"
    revision_id: UUID
    sent: str
    mark: str

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.revision_id}:{self.sent}:{self.mark}"
