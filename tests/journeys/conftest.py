"""A whole product on this test's own database: the site and its worker as real processes, demo people, a real browser."""

import dataclasses
import socket
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from marketplace.demo import clock
from marketplace.launch import processes, seeding
from marketplace.settings import Settings, needed
from tests.support.browser import browsing


@pytest.fixture
async def site(settings: Settings) -> AsyncIterator[str]:
    """The address of a running demo with its people and its fictional catalogue."""
    port = _free_port()
    web = settings.web.model_copy(update={"port": port, "base_url": f"http://localhost:{port}"})
    settings = dataclasses.replace(settings, web=web)
    await seeding.seed(settings)
    await clock.allow(needed(settings.database.owner_url, "DATABASE_OWNER_URL"), "lotcommun_app")
    with processes.running(settings):
        yield web.base_url


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with browsing() as found:
        yield found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found
