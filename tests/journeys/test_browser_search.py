"""Searching by keyboard alone: answers while one types, filters ticked and taken out, suggestions, a sheet and back."""

import asyncio
import re

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.journeys.test_browser_directory import look
from tests.support.browser import Somebody

pytestmark = [pytest.mark.browser]


async def tab_to(page: Page, selector: str, *, key: str = "Tab") -> None:
    """Go on with the keyboard until the focus is there, as somebody does who uses no mouse."""
    for _ in range(60):
        if await page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
        await page.keyboard.press(key)
    raise AssertionError(f"the keyboard does not lead to {selector}")


async def test_a_visitor_searches_by_keyboard(site: str, browser: Browser) -> None:
    """One site for three stories: starting one takes longer than any of them."""
    await _from_a_word_to_a_sheet_and_back(site, browser)
    await _suggestions_open_walk_close_and_lead(site, browser)
    await _a_slow_answer_never_overtakes_a_newer_one(site, browser)


async def _from_a_word_to_a_sheet_and_back(site: str, browser: Browser) -> None:
    visitor = await Somebody.arrive(browser, site)
    page = visitor.page
    await visitor.goes("/solutions")
    everything = await page.locator("#combien").inner_text()
    await tab_to(page, "#q")
    await page.keyboard.type("eclairage", delay=15)
    heading, said = page.locator("#combien"), page.locator("[data-said]")
    await expect(heading).to_contain_text("eclairage")
    await expect(page).to_have_url(re.compile(r"/solutions\?q=eclairage$"))
    await expect(said).to_have_text(re.compile(r"\d+\ssolutions?\spour\s«\seclairage\s»"))
    await page.keyboard.press("Escape")

    # a filter: its count told the truth, the focus stays on it
    await tab_to(page, "details:has(#d-eclairage-public) summary")
    await page.keyboard.press("Enter")
    await tab_to(page, "#d-eclairage-public")
    told = re.search(r"\((\d+)\)", await page.locator("#o-d-eclairage-public").inner_text())
    await page.keyboard.press("Space")
    await expect(page).to_have_url(re.compile("q=eclairage&domaine=eclairage-public"))
    assert told
    await expect(heading).to_contain_text(f"{told[1]} solution")
    await expect(page.locator(":focus")).to_have_id("d-eclairage-public")
    await expect(page.locator("#c-domaine")).to_have_text("(1 choisi)")
    await expect(page.locator(".chip")).to_have_count(2)

    # what is asked is above the results, and each part of it is taken out by its link
    await tab_to(page, ".chip")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/solutions\?q=eclairage#combien$"))
    await expect(page.locator("#d-eclairage-public")).not_to_be_checked()
    await tab_to(page, "#resultats h3 a")
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(r"/solutions/[^?]+$"))
    await page.go_back()
    await expect(page).to_have_url(re.compile("q=eclairage"))
    await expect(page.locator("#q")).to_have_value("eclairage")
    await expect(page.locator("#combien")).to_contain_text("eclairage")
    assert everything != await page.locator("#combien").inner_text()
    found = await look(visitor, "search")
    await visitor.goes("/solutions?q=eclairage&maturite=exploration&prix=1&critere=open_source")
    found += await look(visitor, "nothing")
    assert found == []
    await visitor.context.close()


async def _suggestions_open_walk_close_and_lead(site: str, browser: Browser) -> None:
    visitor = await Somebody.arrive(browser, site)
    page = visitor.page
    await visitor.goes("/solutions")
    field, options = (
        page.get_by_role("combobox", name="Rechercher"),
        page.get_by_role("listbox").get_by_role("option"),
    )
    await field.focus()
    await page.keyboard.type("ecl", delay=15)
    await expect(options.first).to_be_visible()
    await expect(field).to_have_attribute("aria-expanded", "true")
    assert await visitor.barriers() == []
    await page.keyboard.press("ArrowDown")
    first = await options.first.get_attribute("id")
    await expect(field).to_have_attribute("aria-activedescendant", first or "")
    await expect(options.first).to_have_attribute("aria-selected", "true")
    await expect(field).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("listbox")).to_be_hidden()
    await expect(field).to_have_attribute("aria-expanded", "false")
    assert await field.get_attribute("aria-activedescendant") is None
    await expect(field).to_have_value("ecl")
    await page.keyboard.press("ArrowDown")
    await expect(options.first).to_be_visible()
    await page.keyboard.press("ArrowUp")  # from nowhere, the last
    await expect(options.last).to_have_attribute("aria-selected", "true")
    for _ in range(await options.count()):
        await page.keyboard.press("ArrowUp")
    assert await field.get_attribute("aria-activedescendant") is None
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/solutions\?domaine=eclairage-public$"))
    await page.locator("#q").focus()
    await page.keyboard.type("ecl", delay=15)
    await expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    await page.keyboard.press("Enter")  # on no suggestion: the form is sent
    await expect(page).to_have_url(re.compile(r"q=ecl&"))
    await page.wait_for_load_state()
    await expect(page.get_by_role("listbox")).to_be_hidden()
    assert visitor.complaints == []
    await visitor.context.close()


async def _a_slow_answer_never_overtakes_a_newer_one(site: str, browser: Browser) -> None:
    visitor = await Somebody.arrive(browser, site)
    page = visitor.page
    await visitor.goes("/solutions")

    async def slow(route: Route) -> None:
        await asyncio.sleep(1.5)
        await route.continue_()

    await page.route(re.compile(r"/solutions\?q=lampadaire$"), slow)
    await page.evaluate(
        "new MutationObserver(() => (window.said ??= []).push(document.querySelector('[data-said]').textContent))"
        ".observe(document.querySelector('[data-said]'), { childList: true })"
    )
    await page.locator("#q").fill("lampadaire")
    await page.wait_for_timeout(400)  # asked, and not yet answered
    await page.locator("#q").fill("stationnement")
    await expect(page.locator("#combien")).to_contain_text("stationnement")
    await page.wait_for_timeout(1800)
    await expect(page.locator("#combien")).to_contain_text("stationnement")
    await expect(page).to_have_url(re.compile("q=stationnement"))
    announced = await page.evaluate("window.said")
    assert len(announced) == 1 and "stationnement" in announced[0]
    await visitor.context.close()


@pytest.mark.proof
async def test_without_scripts_a_search_is_kept_run_and_deleted(site: str, browser: Browser) -> None:
    agent = await Somebody.arrive(browser, site, "agent@vierzon.demo", java_script_enabled=False)
    await agent.goes("/solutions")
    await agent.writes("Rechercher", "eclairage")
    await agent.presses("Rechercher")
    await agent.follows("Enregistrer cette recherche")
    await agent.writes("Nom", "Nos lampes")
    await agent.page.get_by_label("Chaque semaine").check()
    await agent.presses("Enregistrer")
    await agent.sees("La recherche « Nos lampes » est enregistrée.")
    await agent.follows("Nos lampes")
    await agent.sees("pour « eclairage »")
    await agent.goes("/compte/recherches")
    await agent.presses("Supprimer")
    await agent.sees("Supprimées récemment")
    await agent.presses("Rétablir")
    await agent.sees("La recherche est rétablie")
    await agent.context.close()

    agent = await Somebody.arrive(browser, site, "agent@vierzon.demo")
    found = []
    for name, path in (("kept", "/compte/recherches"), ("keeping", "/compte/recherches/nouvelle?q=lampes&prix=1")):  # fmt: skip
        await agent.goes(path)
        found += await look(agent, name)
    await agent.goes("/compte/recherches")
    await agent.follows("Renommer ou changer l’alerte")
    found += await look(agent, "renaming")
    assert found == []
    await agent.context.close()
