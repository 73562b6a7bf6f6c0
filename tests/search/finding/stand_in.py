"""An engine that answers what a test says: for what pages do with an answer, whatever engine gave it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from marketplace.db import ReadSession, Session
from marketplace.ids import new_id
from search.engines import Hit, SearchPage, SearchQuery


def hit(name: str, **changes: Any) -> Hit:
    """A hit of an ordinary sheet."""
    made = Hit(
        id=new_id(), slug=name.lower().replace(" ", "-"), name=name, summary=f"{name}, en une phrase.", supplier="Quinquet Systèmes",
        domains=("eclairage-public",), tags=(), maturity="established", fictional=True, priced=False,
    )  # fmt: skip
    return replace(made, **changes)


class StandIn:
    """Answers `page`, or what `answers` makes of the query; `asked` are the queries so far."""

    name = "stand_in"

    def __init__(
        self, *hits: Hit, answers: Callable[[SearchQuery], SearchPage] | None = None, **more: Any
    ) -> None:
        self.page = SearchPage(hits=hits, total=len(hits), engine=self.name, **more)
        self.answers = answers
        self.asked: list[SearchQuery] = []

    async def search(self, session: Session | ReadSession, query: SearchQuery) -> SearchPage:
        self.asked.append(query)
        return self.answers(query) if self.answers else self.page
