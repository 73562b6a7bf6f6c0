"""The SDK's client with time-outs of ours, and its failures under our names."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx2
from meilisearch_python_sdk import AsyncClient
from meilisearch_python_sdk._http_requests import AsyncHttpRequests
from meilisearch_python_sdk.errors import MeilisearchApiError, MeilisearchError
from meilisearch_python_sdk.models.task import TaskInfo

from search.engines.failures import EngineDown, EngineRefused, IndexNotBuilt

NAME = "meilisearch"
CONNECT_SECONDS = 1.0
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
REFUSALS = frozenset({400, 413, 422})
"""Statuses that blame one request; any other failure blames the server, or the key it was given."""
SLOWEST_POLL = 0.5


class Client(AsyncClient):
    """As the SDK's, whose time-outs are whole seconds and whose connections cannot be chosen."""

    def __init__(
        self, url: str, key: str | None, *, seconds: float, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        super().__init__(url, key)
        self.http_client = httpx2.AsyncClient(
            base_url=url,
            headers=self._headers,
            timeout=httpx2.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)),
            transport=transport,
            trust_env=urlsplit(url).hostname
            not in HERE,  # a proxy of the environment does not reach this machine
        )
        self._http_requests = AsyncHttpRequests(self.http_client, json_handler=self.json_handler)

    async def seen_through(self, task: TaskInfo, *, seconds: float) -> None:
        """Wait until the server has done `task`. Raises `EngineRefused` when it failed, `EngineDown` when it takes too long.

        The SDK's own waiting never ends for a task that was cancelled.
        """
        pause, ends = 0.01, asyncio.get_running_loop().time() + seconds
        while True:
            found = await self.get_task(task.task_uid)
            if found.status == "succeeded":
                return
            if found.status in {"failed", "canceled"}:
                raise EngineRefused(engine=NAME, why=f"{found.status}: {(found.error or {}).get('message')}")
            if asyncio.get_running_loop().time() > ends:
                raise EngineDown(engine=NAME, why=f"task {task.task_uid} not done in {seconds:.0f} s")
            await asyncio.sleep(pause)
            pause = min(SLOWEST_POLL, pause * 1.5)


@contextmanager
def named_failures() -> Iterator[None]:
    """Whatever the SDK, the connection or a senseless answer raises becomes `EngineDown`, or one of its kinds."""
    try:
        yield
    except MeilisearchApiError as error:
        if error.code == "index_not_found":
            raise IndexNotBuilt(engine=NAME, why=error.code) from error
        kind = EngineRefused if error.status_code in REFUSALS else EngineDown
        raise kind(engine=NAME, why=f"{error.status_code} {error.code}: {error.message}"[:300]) from error
    except (MeilisearchError, httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise EngineDown(engine=NAME, why=f"{type(error).__name__} {error}"[:300]) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:  # JSON, pydantic, or another shape
        raise EngineDown(engine=NAME, why=f"senseless answer, {type(error).__name__}") from error
