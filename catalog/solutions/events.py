"""What the directory announces."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

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
    """A startup asks for its sheet, or a revision of it, to be reviewed."""

    topic: ClassVar[str] = "solution.submitted"
    solution_id: SolutionId


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetTakenBack(Event):
    """A startup takes its submission back."""

    topic: ClassVar[str] = "solution.taken_back"
    solution_id: SolutionId


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetReviewed(Event):
    """A curator (or the startup, for an archive) decided: `decision` is the move, `revision` and `version` what it was about,
    `decision_id` where the decision is kept.
    """

    topic: ClassVar[str] = "solution.reviewed"
    solution_id: SolutionId
    reason: str
    decision: str = ""
    revision: int = 0
    version: int = 0
    decision_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesDropped(Event):
    """Files that no sheet names any more: their rows are gone with this transaction, their bytes may go."""

    topic: ClassVar[str] = "solution.files_dropped"
    file_ids: tuple[UUID, ...]
