"""An engine with an index of its own, for the contract: PostgreSQL always, and the Meilisearch server that the environment names."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from marketplace.actor import SYSTEM
from marketplace.ids import new_id
from search.engines import Meanwhile, SearchEngine, Searcher, SearchPage, SearchQuery
from search.engines.documents import SearchDocument
from search.engines.meilisearch import MeilisearchEngine
from search.engines.postgres import PostgresEngine
from search.engines.remembering import Remembering
from tests.support.world import World

PATIENCE = 10.0
"""Seconds that a search may take here: the contract is about answers, not about speed."""


def engines(given: Mapping[str, str]) -> list[str]:
    """The engines on which the contract runs; PostgreSQL also behind the pages that a site keeps."""
    always = ["postgres", "postgres, remembered"]
    return [*always, "meilisearch"] if given.get("MEILISEARCH_URL") else always


def sheet(name: str, summary: str = "", **changes: Any) -> SearchDocument:
    given: dict[str, Any] = {
        "id": new_id(), "slug": name.lower().replace(" ", "-"), "name": name, "summary": summary or name, "description": "",
        "supplier": "Quinquet Systèmes", "domains": ("eclairage-public",), "tags": (), "maturity": "established",
        "fictional": True, "priced": False, "version": 1,
    }  # fmt: skip
    return SearchDocument(**given | changes)


class Bench:
    """See the module."""

    def __init__(self, world: World, engine: SearchEngine, searcher: Searcher | None = None) -> None:
        """`searcher`: what answers from the engine's index, when it is not the engine itself."""
        self.world, self.engine, self.searcher = world, engine, searcher or engine

    async def puts(self, *documents: SearchDocument) -> None:
        async with self.world.as_worker.transaction(SYSTEM) as session:
            await self.engine.upsert(session, documents)

    async def removes(self, *ids: UUID) -> None:
        async with self.world.as_worker.transaction(SYSTEM) as session:
            await self.engine.delete(session, ids)

    async def rebuilds(self, *documents: SearchDocument, meanwhile: Meanwhile | None = None) -> int:
        async with self.world.as_worker.transaction(SYSTEM) as session:
            return await self.engine.rebuild(session, documents, meanwhile=meanwhile)

    async def holds(self) -> dict[UUID, SearchDocument]:
        async with self.world.as_worker.reading(SYSTEM) as reads:
            return {document.id: document async for document in self.engine.held(reads)}

    async def finds(self, text: str = "", **asked: Any) -> SearchPage:
        async with self.world.app.state.database.reading(SYSTEM) as reads:
            return await self.searcher.search(reads, SearchQuery(text, **asked))

    async def names(self, text: str = "", **asked: Any) -> list[str]:
        return [hit.name for hit in (await self.finds(text, **asked)).hits]


@asynccontextmanager
async def bench_of(name: str, world: World, given: Mapping[str, str]) -> AsyncIterator[Bench]:
    """A bench whose index is built and empty; what it made on a server is deleted at the end."""
    if name != "meilisearch":
        engine = PostgresEngine()
        yield Bench(world, engine, Remembering(engine) if name == "postgres, remembered" else engine)
        return
    prefix = f"contrat-{secrets.token_hex(4)}"
    server = MeilisearchEngine(
        given["MEILISEARCH_URL"], given.get("MEILISEARCH_KEY"), prefix=prefix, search_seconds=PATIENCE
    )
    made = Bench(world, server)
    try:
        await made.rebuilds()
        yield made
    finally:
        await server.drop()
        await server.close()
