"""The demonstration's Meilisearch: started when its program is there, filled, and done without whenever anything of that fails."""

import asyncio
from contextlib import ExitStack
from dataclasses import replace

from pydantic import SecretStr

from marketplace.actor import SYSTEM
from marketplace.embedded import meilisearch
from marketplace.embedded.processes import EngineError
from marketplace.launch.instance import Say, worker_database
from marketplace.settings import Settings
from search.engines.failures import EngineDown
from search.index.engines import Engines
from search.index.refreshing import reindex

WITHOUT = "La recherche passe par PostgreSQL."


def with_search_server(
    settings: Settings, stack: ExitStack, *, say: Say
) -> tuple[Settings, meilisearch.Server | None]:
    """`settings` with a server that answers and is filled, stopped by `stack`; or unchanged, having said why. Never raises for it."""
    folder = settings.instance.data_dir.absolute()
    try:
        executable = meilisearch.program(settings.meilisearch.bin)
        if executable is None:
            return settings, None
        say("Meilisearch démarre")
        server = meilisearch.start(executable, folder / "meilisearch", folder / "logs" / "meilisearch.log")
    except EngineError as error:
        say(f"{error}\n{WITHOUT}")
        return settings, None
    stack.callback(server.stop)
    given = settings.meilisearch.model_copy(update={"url": server.url, "key": SecretStr(server.key)})
    found = replace(settings, meilisearch=given)
    try:
        count = asyncio.run(_filled(found))
    except EngineDown as error:
        server.stop()
        say(f"{error}\n{WITHOUT}")
        return settings, None
    say(f"Meilisearch répond aux recherches ({count} fiches)")
    return found, server


async def _filled(settings: Settings) -> int:
    engines = Engines.of(settings)
    try:
        async with worker_database(settings) as database, database.transaction(SYSTEM) as session:
            return await reindex(session, engines.named("meilisearch"))
    finally:
        await engines.close()
