"""Four people (an agent, another town, a startup, a supervisor) do the whole purchase in a real browser, nothing mocked."""

import pytest
from playwright.async_api import Browser

from tests.journeys.purchase import STEPS, Cast

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


async def test_the_whole_purchase_is_made_without_javascript(site: str, browser: Browser) -> None:
    cast = await Cast.gather(browser, site, java_script_enabled=False)
    for step in STEPS:
        await step(cast)
    await cast.everyone_leaves()
