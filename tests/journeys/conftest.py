"""A whole product on this test's own database: the site and its worker as real processes, demo people, a real browser."""

import dataclasses
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser
from sqlalchemy.engine import make_url

from marketplace.demo import clock
from marketplace.embedded import Addresses
from marketplace.launch import processes, seeding
from marketplace.settings import Settings, needed
from tests.conftest import TEMPLATE, cloned, settings_on
from tests.support.browser import browsing


@pytest.fixture(scope="session")
async def template(
    addresses: Addresses, data_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    """A database with the demo's people and its fictional catalogue, filled once: each journey has its own copy."""
    async with cloned(addresses, TEMPLATE) as urls:
        await seeding.seed(settings_on(urls, addresses, data_dir, tmp_path_factory.mktemp("seeded")))
        yield str(make_url(urls["owner"]).database)


@pytest.fixture
async def site(settings: Settings) -> AsyncIterator[str]:
    """The address of a running demo with its people and its fictional catalogue."""
    port = _free_port()
    web = settings.web.model_copy(update={"port": port, "base_url": f"http://localhost:{port}"})
    settings = dataclasses.replace(settings, web=web)
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
