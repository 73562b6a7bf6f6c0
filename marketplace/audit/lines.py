"""Writing a line."""

import re
from typing import Any
from uuid import UUID

from marketplace.actor import Actor
from marketplace.audit.models import AuditLine
from marketplace.db import Session

ADDRESS = re.compile(r"[^\s@,;:<>\"'()]+@[^\s@,;:<>\"'()]+\.[^\s@,;:<>\"'()]+")
MASK = "[adresse]"


def note(
    session: Session,
    by: Actor,
    action: str,
    subject: str,
    subject_id: UUID | None,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write one line with the session's transaction. `action` is « noun.verb », values are JSON.

    A line is kept for years and can never be changed: people are in it by their id alone. What looks like an e-mail
    address in a value is masked, so that a person who is erased is not left behind in a reason that somebody typed.
    """
    session.add(
        AuditLine(
            person_id=by.person_id,
            organisation_id=by.organisation_id,
            channel=by.channel,
            action=action,
            subject=subject,
            subject_id=subject_id,
            before=_masked(before),
            after=_masked(after),
        )
    )


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return ADDRESS.sub(MASK, value)
    if isinstance(value, dict):
        return {name: _masked(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(inner) for inner in value]
    return value
