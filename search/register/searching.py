"""A search asked again and logged, so that it can be frozen: the search page only reads, and keeps nothing of a visit."""

from datetime import datetime
from typing import Any

from marketplace.actor import Actor
from marketplace.db import Session
from search.engines import SearchEngine, SearchPage
from search.log.models import Kind, SearchLog
from search.log.recording import Ordered, record
from search.register.asking import query


async def search(
    session: Session, engine: SearchEngine, asked: dict[str, Any], *, by: Actor, now: datetime
) -> SearchLog:
    """What the engine answers at this instant to a kept search (`asking.document`), logged for whoever `by` acts for."""
    found = await engine.search(session, query(asked))
    return record(
        session, kind=Kind.SEARCH, asked=asked, ordered=ordered(found), total=found.total, engine=found.engine, index=found.index,
        answer={"corrected": [list(pair) for pair in found.corrected], "degraded": found.degraded}, by=by, now=now,
    )  # fmt: skip


def ordered(found: SearchPage) -> list[Ordered]:
    """The sheets of an answer, with the score that its engine gives them."""
    return [Ordered(hit.slug, hit.score) for hit in found.hits]
