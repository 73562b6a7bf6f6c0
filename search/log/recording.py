"""Keeping an answer, in the transaction that gives it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from marketplace.actor import Actor
from marketplace.db import Session
from marketplace.ids import new_id
from search.log.models import AnswerKind, SearchLog

__all__ = ["AnswerKind", "Ordered", "SearchLog", "record"]


@dataclass(frozen=True, slots=True)
class Ordered:
    """One sheet of an answer, at its place."""

    slug: str
    score: float | None


def record(
    session: Session,
    *,
    kind: AnswerKind,
    asked: dict[str, Any],
    ordered: Sequence[Ordered],
    excluded: Sequence[dict[str, Any]] = (),
    weights: dict[str, Any] | None = None,
    total: int,
    engine: str,
    index: str,
    answer: dict[str, Any] | None = None,
    by: Actor,
    now: datetime,
) -> SearchLog:
    """Keep what was asked and answered with the session's transaction. The row's `id` is known at once.

    It belongs to the organisation that `by` acts for; to nobody, and without a person, when `by` acts for none. `asked`,
    `excluded`, `weights` and `answer` are JSON values.
    """
    row = SearchLog(
        id=new_id(), at=now, kind=kind, organisation_id=by.organisation_id,
        person_id=by.person_id if by.organisation_id else None,
        asked=asked, ordered=[asdict(each) for each in ordered], excluded=list(excluded), weights=weights, answer=answer,
        total=total, engine=engine, index=index,
    )  # fmt: skip
    session.add(row)
    return row
