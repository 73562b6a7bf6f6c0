"""A match kept as it was asked and answered: it can be cited, and asked again."""

from typing import Any

from marketplace.actor import Actor
from marketplace.db import Session
from marketplace.web.schemas import plain
from search.log.recording import AnswerKind, Ordered, SearchLog, record
from search.matching.answering import Answer
from search.matching.questions import Question
from search.matching.schemas import MatchesOut, exact


def keep(session: Session, found: Answer, told: MatchesOut, *, by: Actor) -> SearchLog:
    """Keep it for the organisation that `by` acts for."""
    return record(
        session, kind=AnswerKind.MATCH, asked=document(found.question),
        ordered=[Ordered(one.candidate.facts.slug, exact(one.score)) for one in found.ranking.order],
        excluded=[one.model_dump(mode="json") for one in told.excluded], weights=found.asked.weights.document(),
        total=found.page.total, engine=found.page.engine, index=found.page.index,
        answer=told.model_dump(mode="json", exclude={"log_id"}), by=by, now=found.now,
    )  # fmt: skip


def document(question: Question) -> dict[str, Any]:
    """The question as the body of `POST /api/v1/matches`: sent again, it asks the same. What was not asked has no key."""
    window, budget = question.window, question.budget
    said: dict[str, Any] = {
        "need": question.text, "town": question.town.code if question.town else None, "domain": question.domain, "every_domain": question.every_domain,
        "musts": {must.value: True for must in question.musts},
        "budget": {"min": int(budget.low), "max": int(budget.high)} if budget else None,
        "assets": {unit: plain(quantity) for unit, quantity in question.assets.items()},
        "quantity": None if question.quantity is None else plain(question.quantity), "unit": question.unit,
        "years": question.years,
        "window": {"from": window.start.isoformat(), "until": window.until.isoformat()} if window else None,
    }  # fmt: skip
    return {key: value for key, value in said.items() if value not in (None, {}, False)}
