"""The Meilisearch engine on a stand-in, judged by Meilisearch's own document wherever `../shared` has it."""

from collections.abc import Awaitable, Callable, Iterator
from functools import cache
from typing import Any

import httpx2
import pytest

from search.engines.meilisearch import MeilisearchEngine
from tests.conftest import SHARED
from tests.search.engines.benches import Bench
from tests.support.meilisearch.oracle import Oracle
from tests.support.meilisearch.server import Fake
from tests.support.meilisearch.transport import wired
from tests.support.world import World

KEY = "une-cle-de-seize-octets-au-moins"
SPEC = SHARED / "schemas" / "meilisearch-openapi-1.15.2.json"


@cache
def read_spec() -> Oracle:
    return Oracle(SPEC)


@pytest.fixture
def judge() -> Oracle | None:
    """Who says whether a request is one of Meilisearch's; nobody where the document is not there."""
    return read_spec() if SPEC.exists() else None


@pytest.fixture
def fake() -> Fake:
    return Fake(KEY)


class Door:
    """What happens before each request, for tests to set."""

    async def __call__(self, request: httpx2.Request) -> None:
        if self.before:
            await self.before(request)

    before: Callable[[httpx2.Request], Awaitable[None]] | None = None


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def make(fake: Fake, judge: Oracle | None, door: Door) -> Callable[..., MeilisearchEngine]:
    """An engine on the stand-in."""

    def made(key: str | None = KEY, **given: Any) -> MeilisearchEngine:
        return MeilisearchEngine(
            "http://meilisearch.test",
            key,
            **{"search_seconds": 5, "write_seconds": 5, "transport": wired(fake, judge, door)} | given,
        )

    return made


@pytest.fixture
def engine(make: Callable[..., MeilisearchEngine]) -> MeilisearchEngine:
    return make()


@pytest.fixture
def bench(world: World, engine: MeilisearchEngine) -> Iterator[Bench]:
    return Bench(world, engine)  # type: ignore[return-value]
