"""ARQ: carries the ids of what may be late, and runs the housekeeping crons. Losing all of Redis loses nothing.

The queue is JSON, never pickle. An id that is lost, or handed twice, is only a row that the drain claims again.
"""

import asyncio
import json
from typing import Any, ClassVar
from uuid import UUID

from arq import create_pool, cron, func
from arq.connections import ArqRedis, RedisSettings
from arq.worker import Worker
from redis.exceptions import RedisError

from marketplace import logs
from workers import housekeeping, search_jobs
from workers.relay import Relay

QUEUE_NAME = "lotcommun:outbox"
JOB_TIMEOUT = 120
RECONCILE_TIMEOUT = 600
FINISH_SECONDS = 15

log = logs.logger(__name__)


def dumps(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()


def loads(data: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(data)
    return found


def redis_settings(url: str) -> RedisSettings:
    """Settings for redis://, rediss:// and unix:// addresses."""
    if url.startswith("unix://"):
        return RedisSettings(unix_socket_path=url.removeprefix("unix://"), conn_retries=1, conn_timeout=2)
    found = RedisSettings.from_dsn(url)
    found.conn_retries, found.conn_timeout = 1, 2
    return found


class ArqQueue:
    """The drain's side: hands ids over, and says when it cannot."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pool: ArqRedis | None = None

    async def hand(self, row_id: UUID, claim: int) -> bool:
        try:
            if self.pool is None:
                self.pool = await create_pool(
                    redis_settings(self.url),
                    job_serializer=dumps,
                    job_deserializer=loads,
                    default_queue_name=QUEUE_NAME,
                )
            await asyncio.wait_for(
                self.pool.enqueue_job("run_outbox", str(row_id), _job_id=f"{row_id}:{claim}"), 2
            )
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("queue_unreachable", error=str(error))
            await self.close()
            return False
        return True

    async def close(self) -> None:
        pool, self.pool = self.pool, None
        if pool is not None:
            try:
                await pool.aclose()
            except (RedisError, OSError):
                log.debug("queue_close_failed")


async def run_outbox(ctx: dict[str, Any], row_id: str) -> None:
    """ARQ's one job."""
    relay: Relay = ctx["relay"]
    await relay.run(UUID(row_id))


async def prune(ctx: dict[str, Any]) -> None:
    """Nightly: forget what has served."""
    relay: Relay = ctx["relay"]
    await housekeeping.prune(relay.tools.database, relay.tools.settings.retention)


async def reconcile(ctx: dict[str, Any]) -> None:
    """Nightly: compare every index with the directory, and mend it."""
    relay: Relay = ctx["relay"]
    await search_jobs.reconcile_indexes(relay.tools)


class Consumer:
    """ARQ's side of one process."""

    crons: ClassVar[list[Any]] = [
        cron(prune, hour={3}, minute={12}),
        cron(reconcile, hour={3}, minute={42}, timeout=RECONCILE_TIMEOUT),
    ]

    def __init__(self, url: str, relay: Relay) -> None:
        self.url = url
        self.relay = relay

    async def run(self) -> None:
        """Consume until cancelled or until Redis drops (then it raises, and the supervisor starts it again)."""
        worker = Worker(
            functions=[func(run_outbox, max_tries=1, keep_result=0, timeout=JOB_TIMEOUT)],
            cron_jobs=self.crons,
            redis_settings=redis_settings(self.url),
            queue_name=QUEUE_NAME,
            ctx={"relay": self.relay},
            job_serializer=dumps,
            job_deserializer=loads,
            handle_signals=False,
            max_jobs=4,
            poll_delay=0.2,
            job_timeout=JOB_TIMEOUT,
            keep_result=0,
        )
        try:
            await worker.async_run()
        finally:
            try:
                await asyncio.shield(_end(worker))
            except (RedisError, OSError):
                log.debug("consumer_close_failed")


async def _end(worker: Worker) -> None:
    """Close, once the jobs in hand have ended: one cut short would be a start without an end, and its mail perhaps sent."""
    if worker.main_task:
        worker.main_task.cancel()
    if worker.tasks:
        await asyncio.wait(worker.tasks.values(), timeout=FINISH_SECONDS)
    pool: ArqRedis | None = worker._pool  # noqa: SLF001  absent until it has connected; `close` leaves it open when it fails
    try:
        await worker.close()
    finally:
        if pool is not None:
            await pool.aclose()
