"""What the journal's API answers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.journal import wording
from marketplace.journal.queries import Line
from marketplace.web.schemas import Output


class LineOut(Output):
    """One act. `sentence` is in the request's language; `person` is the end of an id where the name is not ours to know."""

    at: datetime
    person_id: UUID | None
    person: str | None
    organisation: str | None
    channel: str
    action: str
    sentence: str
    subject: str
    subject_id: UUID | None
    before: dict[str, Any]
    after: dict[str, Any]

    @classmethod
    def of(cls, line: Line) -> "LineOut":
        return cls(
            at=line.at, person_id=line.person_id, person=line.person, organisation=line.organisation, channel=line.channel,
            action=line.action, sentence=wording.said(line), subject=line.subject, subject_id=line.subject_id,
            before=line.before, after=line.after,
        )  # fmt: skip
