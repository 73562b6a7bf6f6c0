"""The embedded engine: PostgreSQL itself, with an inverted index in plain tables.

`weighing.py` says what a word weighs in a sheet, `writing.py` keeps it, `recognising.py` and `asking.py` read what is typed, `ranking.py`
scores and counts. README, « How search ranks », tells why.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from marketplace.db import ReadSession, Session
from search.engines.documents import Documents, SearchDocument
from search.engines.postgres import writing
from search.engines.postgres.asking import ask, typed
from search.engines.postgres.marking import Sought, highlights
from search.engines.postgres.models import SearchEntry, SearchState
from search.engines.postgres.ranking import statement
from search.engines.postgres.recognising import recognise
from search.engines.postgres.weighing import making
from search.engines.protocol import Hit, Meanwhile, SearchPage, SearchQuery

HELD_BATCH = 500
_OURS = frozenset({"solution_id", "number", "favour", "keys", "gist", "digest", "indexed_at"})


class PostgresEngine:
    """See the module. Uses the session it is given: the index is part of the database."""

    name = "postgres"
    transactional = True

    async def search(self, session: Session | ReadSession, query: SearchQuery) -> SearchPage:
        words = typed(query.text)
        asked = ask(words, await recognise(session, words))
        sql, values = statement(query, asked)
        row = (await session.execute(sql, values)).one()
        sought = Sought.of(asked.keys)
        return SearchPage(
            hits=tuple(_hit(hit, sought) for hit in row.hits or ()),
            total=row.total,
            engine=self.name,
            facets={
                "domain": row.by_domain or {},
                "maturity": row.by_maturity or {},
                "feature": row.by_feature or {},
            },
            corrected=tuple(asked.corrected.items()),
            index=self._named(row.content),
        )

    async def state(self, session: Session | ReadSession) -> str:
        """The name of what the index holds now: `SearchPage.index`."""
        return self._named(await session.scalar(select(SearchState.content)) or 0)

    def _named(self, content: int) -> str:
        return f"{self.name}-{content:016x}"

    async def upsert(self, session: Session, documents: Sequence[SearchDocument]) -> None:
        await writing.put(session, documents)

    async def delete(self, session: Session, ids: Sequence[UUID]) -> None:
        await writing.take_out(session, ids)

    async def rebuild(
        self, session: Session, documents: Documents, *, meanwhile: Meanwhile | None = None
    ) -> int:
        await writing.clear(session)
        await writing.fill(session, documents)
        if meanwhile:
            changes = await meanwhile()
            await self.upsert(session, changes.put)
            await self.delete(session, changes.gone)
        return await session.scalar(select(SearchState.entries)) or 0

    async def held(self, session: Session | ReadSession) -> AsyncIterator[SearchDocument]:
        columns = [column for column in SearchEntry.__table__.columns if column.name not in _OURS]
        last: UUID | None = None
        while True:
            page = select(SearchEntry.solution_id.label("id"), *columns).order_by(SearchEntry.solution_id)
            if last is not None:
                page = page.where(SearchEntry.solution_id > last)
            rows = (await session.execute(page.limit(HELD_BATCH))).mappings().all()
            for row in rows:
                yield SearchDocument.from_columns(dict(row))
            if len(rows) < HELD_BATCH:
                return
            last = rows[-1]["id"]

    async def outdated(self, session: Session | ReadSession) -> bool:
        """Whether the index was made by other rules than these, or never: it must be rebuilt."""
        return await session.scalar(select(SearchState.language)) != making()


def _hit(found: dict[str, Any], sought: Sought) -> Hit:
    return Hit(
        id=UUID(found["id"]), slug=found["slug"], name=found["name"], summary=found["summary"], supplier=found["supplier"],
        domains=tuple(found["domains"]), tags=tuple(found["tags"]), maturity=found["maturity"],
        fictional=found["fictional"], priced=found["priced"], features=tuple(found["features"]), references=found["references"],
        score=found["score"], highlights=highlights(found.__getitem__, sought) if sought.keys else (),
    )  # fmt: skip
