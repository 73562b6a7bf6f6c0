"""Another instance on a test's database, and somebody who comes to it from a chosen address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx

from marketplace.settings import Settings


def changed(settings: Settings, **groups: dict[str, Any]) -> Settings:
    """`settings` with some values changed, by group: `changed(settings, web={"port": 1})`. Nothing is checked."""
    return replace(
        settings,
        **{name: getattr(settings, name).model_copy(update=values) for name, values in groups.items()},
    )


@asynccontextmanager
async def visitor(
    app: Any, address: str = "192.0.2.1", base_url: str = "http://localhost:8000"
) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody's browser, which reaches `app` from `address`."""
    transport = httpx.ASGITransport(app=app, client=(address, 40_000), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
        yield client
