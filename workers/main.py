"""The worker process: four independent loops under one supervisor.

drain    PostgreSQL alone: sweeps deadlines, drains the outbox; needs nothing else to keep money and law moving
post     PostgreSQL and the Internet: sends webhooks, a few at a time; a slow receiver holds nothing else up
seal     PostgreSQL alone: chains the audit lines, and writes the chain's head to a file once a day
arq      Redis: what may be late; restarted with growing pauses, because it ends when Redis drops
"""

import asyncio
import contextlib
import signal
from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError

from marketplace import logs
from marketplace.db import Database
from marketplace.settings import Settings, needed
from search.index.remaking import remake_outdated
from workers.postman import Postman
from workers.queue import ArqQueue, Consumer
from workers.relay import Relay
from workers.routes import Routes
from workers.routing import DEADLINES, ROUTES
from workers.sealing import seal_and_publish
from workers.sweeps import Due, sweep
from workers.tools import Tools

IDLE_SECONDS = 0.5
SWEEP_EVERY_SECONDS = 1.0
SEAL_EVERY_SECONDS = 5.0

log = logs.logger(__name__)


async def work(settings: Settings, *, routes: Routes = ROUTES, deadlines: Sequence[Due] = DEADLINES) -> None:
    """Run until SIGTERM or SIGINT. Work in hand is finished first; what is killed is done again by the next worker."""
    logs.configure(level=settings.instance.log_level, json=settings.instance.log_json)
    database = Database(
        needed(settings.database.worker_url, "DATABASE_WORKER_URL"), pool_size=settings.database.pool_size
    )
    needed(settings.seal.key, "SEAL_KEY")
    needed(settings.web.secret, "WEB_SECRET")
    tools = Tools(settings, database)
    queue = ArqQueue(settings.queue.url) if settings.queue.url else None
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    loops = [
        asyncio.create_task(drain_loop(Relay(tools, routes, queue), deadlines, stop)),
        asyncio.create_task(Postman(tools).run(stop)),
        asyncio.create_task(seal_loop(tools, stop)),
        asyncio.create_task(index_outdated(tools, stop)),
    ]
    if settings.queue.url:
        loops.append(asyncio.create_task(arq_loop(Consumer(settings.queue.url, Relay(tools, routes)))))
    log.info("worker_started")
    try:
        await stop.wait()
        await asyncio.wait_for(asyncio.gather(*loops[:4]), 30)
    finally:
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        if queue:
            await queue.close()
        await tools.engines.close()
        await database.close()
        log.info("worker_stopped")


async def drain_loop(relay: Relay, deadlines: Sequence[Due], stop: asyncio.Event) -> None:
    """Sweep and drain until told to stop. A database that is down is waited for."""
    clock = asyncio.get_running_loop()
    swept = float("-inf")
    pause = IDLE_SECONDS
    while not stop.is_set():
        try:
            if clock.time() - swept >= SWEEP_EVERY_SECONDS:
                await sweep(relay.tools, deadlines)
                swept = clock.time()
            busy = await relay.drain()
            pause = 0.0 if busy else IDLE_SECONDS
        except (DBAPIError, OSError) as error:
            log.warning("database_unreachable", error=str(error))
            pause = min(10.0, max(1.0, pause * 2))
        if pause:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)


async def seal_loop(tools: Tools, stop: asyncio.Event) -> None:
    """Seal the journal until told to stop, whatever fails: `doctor` reports a journal that stays unsealed."""
    while not stop.is_set():
        try:
            await seal_and_publish(tools)
        except (DBAPIError, OSError) as error:
            log.warning("audit_not_sealed", error=str(error))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), SEAL_EVERY_SECONDS)


async def index_outdated(tools: Tools, stop: asyncio.Event) -> None:
    """Once: make again an index that another version made. A database that is down is waited for."""
    while not stop.is_set():
        try:
            made = await remake_outdated(tools.database, tools.engines.embedded)
        except (DBAPIError, OSError) as error:
            log.warning("index_not_remade", error=str(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), SEAL_EVERY_SECONDS)
        else:
            if made is not None:
                log.info("index_remade", sheets=made)
            return


async def arq_loop(consumer: Consumer) -> None:
    """Keep ARQ running, with pauses of 1 to 30 s between its deaths."""
    pause = 1.0
    while True:
        started = asyncio.get_running_loop().time()
        try:
            await consumer.run()
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001  whatever ended it, it is started again
            log.warning("arq_stopped", error=str(error))
        alive = asyncio.get_running_loop().time() - started
        pause = 1.0 if alive > 30 else min(30.0, pause * 2)
        await asyncio.sleep(pause)
