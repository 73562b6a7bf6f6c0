"""Four people (an agent, another town, a startup, a supervisor) do the whole purchase in a real browser, nothing mocked."""

import pytest
from playwright.async_api import Browser

from tests.journeys.purchase import STEPS, Cast
from tests.journeys.tour import look_around

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


async def test_the_whole_purchase_is_made_without_javascript(site: str, browser: Browser) -> None:
    cast = await Cast.gather(browser, site, java_script_enabled=False)
    for step in STEPS:
        await step(cast)
    await cast.everyone_leaves()


@pytest.mark.proof
async def test_every_page_of_the_purchase_is_open_to_all_in_light_in_dark_and_on_a_small_screen(
    site: str, browser: Browser
) -> None:
    cast = await Cast.gather(browser, site)
    found: list[str] = []
    for step in STEPS:
        await step(cast)
        found += await look_around(cast, step)
    assert not found, "\n".join(found)
    await cast.everyone_leaves()
