"""What the directory announces."""

from dataclasses import dataclass
from typing import ClassVar

from marketplace.ids import SolutionId
from marketplace.outbox import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetChanged(Event):
    """A sheet was published, changed while published, or is no longer to be found: whoever shows it looks again."""

    topic: ClassVar[str] = "solution.changed"
    solution_id: SolutionId


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetsLoaded(Event):
    """Sheets came in from a file, in one transaction: as `SheetChanged`, for all of them."""

    topic: ClassVar[str] = "solution.loaded"
    solution_ids: tuple[SolutionId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetSubmitted(Event):
    """A startup asks for its sheet to be reviewed."""

    topic: ClassVar[str] = "solution.submitted"
    solution_id: SolutionId


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetReviewed(Event):
    """A curator decided; `reason` is empty for a publication."""

    topic: ClassVar[str] = "solution.reviewed"
    solution_id: SolutionId
    reason: str
