"""What the small scripts add, and what the keyboard can do without a mouse."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.support.browser import Somebody

pytestmark = [pytest.mark.browser]


async def test_a_visitor_finds_their_way_by_keyboard_and_the_search_answers_while_they_type(
    site: str, browser: Browser
) -> None:
    visitor = await Somebody.arrive(browser, site)
    page = visitor.page
    await visitor.goes("/solutions")
    await page.keyboard.press("Tab")
    skip = page.locator(":focus")
    await expect(skip).to_have_attribute("href", "#contenu")
    await expect(skip).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.locator(":focus")).to_have_id("q")
    assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"

    before = page.locator("#resultats h2")
    await expect(before).not_to_contain_text("lampadaire")
    await page.keyboard.type("lampadaire", delay=20)
    await expect(page.locator("#resultats h2")).to_contain_text("lampadaire")
    await expect(page).to_have_url(re.compile("q=lampadaire"))
    await expect(page.locator("[data-said]")).to_contain_text("lampadaire")
    await expect(page.locator(":focus")).to_have_id("q")
    assert visitor.complaints == []
    await visitor.context.close()


async def test_a_refused_form_brings_its_summary_to_the_keyboard(site: str, browser: Browser) -> None:
    agent = await Somebody.arrive(browser, site, "agent@vierzon.demo")
    await agent.goes("/besoins/nouveau")
    await agent.presses("Enregistrer")
    summary = agent.page.locator(".summary")
    await expect(summary).to_be_focused()
    await agent.page.keyboard.press("Tab")
    await agent.page.keyboard.press("Enter")
    named = await agent.page.evaluate("document.activeElement.name")
    assert named, "the summary's link leads to the field"
    await agent.context.close()
