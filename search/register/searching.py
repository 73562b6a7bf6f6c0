"""A search asked again and logged, so that it can be frozen: the search page only reads, and keeps nothing of a visit."""

from datetime import datetime

from marketplace.actor import Actor
from marketplace.db import ReadSession, Session
from search.engines import Searcher, SearchPage
from search.finding.asking import Criteria
from search.log.models import AnswerKind, SearchLog
from search.log.recording import Ordered, record

DEEPEST = 300
"""How many sheets of an answer a record holds: as many as an engine gives at once."""


async def found_by(session: Session | ReadSession, engine: Searcher, asked: Criteria) -> SearchPage:
    """What the engine answers at this instant, as deep as a record goes."""
    return await engine.search(session, asked.query(per_page=DEEPEST))


async def search(
    session: Session, engine: Searcher, asked: Criteria, *, by: Actor, now: datetime
) -> SearchLog:
    """The same, logged for whoever `by` acts for."""
    found = await found_by(session, engine, asked)
    return record(
        session, kind=AnswerKind.SEARCH, asked=asked.document(), ordered=ordered(found), total=found.total, engine=found.engine,
        index=found.index, answer={"corrected": [list(pair) for pair in found.corrected], "degraded": found.degraded}, by=by, now=now,
    )  # fmt: skip


def ordered(found: SearchPage) -> list[Ordered]:
    """The sheets of an answer, with the score that its engine gives them."""
    return [Ordered(hit.slug, hit.score) for hit in found.hits]
