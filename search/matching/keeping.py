"""A match kept as it was asked and answered: it can be cited, and asked again."""

from typing import Any

from marketplace.actor import Actor
from marketplace.db import Session
from search.log.recording import Kind, Ordered, SearchLog, record
from search.matching.answering import Answer
from search.matching.schemas import MatchesOut, MatchIn, exact


def keep(session: Session, asked: MatchIn, found: Answer, told: MatchesOut, *, by: Actor) -> SearchLog:
    """Keep it for the organisation that `by` acts for. `asked`, sent again, is the same question."""
    return record(
        session, kind=Kind.MATCH, asked=document(asked),
        ordered=[Ordered(one.candidate.facts.slug, exact(one.score)) for one in found.ranking.order],
        excluded=[one.model_dump(mode="json") for one in told.excluded], weights=found.asked.weights.document(),
        total=found.page.total, engine=found.page.engine, index=found.page.index, answer=told.model_dump(mode="json"), by=by,
        now=found.now,
    )  # fmt: skip


def document(asked: MatchIn) -> dict[str, Any]:
    """A question as JSON values, what was left out left out."""
    return asked.model_dump(mode="json", by_alias=True, exclude_defaults=True)
