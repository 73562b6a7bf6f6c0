"""From a need to an explained short list with the keyboard alone: a visitor asks, reads why, sets conditions, reads what they left out."""

import os
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.tour import wrong_with
from tests.support.browser import Somebody

pytestmark = [pytest.mark.browser]


async def look(somebody: Somebody, name: str) -> list[str]:
    """What is wrong with the page; a picture of it in the folder `SHOTS`, for eyes."""
    folder = os.environ.get("SHOTS")
    if folder:
        for scheme in ("light", "dark"):
            await somebody.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            for width in (320, 1280):
                await somebody.page.set_viewport_size({"width": width, "height": 900})
                await somebody.page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)  # fmt: skip
    return await wrong_with(somebody)


async def tab_to(page: Page, wanted: str, most: int = 120) -> None:
    """Press Tab until what has the focus matches the selector."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        if await page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    pytest.fail(f"{wanted} is not reached by Tab")


async def test_a_need_is_matched_and_explained_by_keyboard_alone(site: str, browser: Browser) -> None:
    visitor = await Somebody.arrive(browser, site)
    page, found = visitor.page, list[str]()
    await visitor.goes("/")
    await tab_to(page, "#besoin")
    await page.keyboard.type("réduire la facture de l’éclairage public")
    await tab_to(page, "#ville")
    await page.keyboard.type("Vierzon")
    await tab_to(page, "#quantite")
    await page.keyboard.type("1200")
    await page.keyboard.press("Enter")
    await visitor.sees("Par où passer ?")
    await visitor.sees("villes comme Vierzon l’ont déjà fait")
    await visitor.sees("Pourquoi elle est proposée")
    found += await look(visitor, "match")

    first = page.locator("article.solution").first
    await tab_to(page, "article.solution details summary")
    await page.keyboard.press("Enter")
    rows = first.locator("details tbody tr")
    await expect(rows).to_have_count(9)
    shown = [float((await rows.nth(i).locator("td").first.inner_text()).replace(",", ".")) for i in range(9)]
    score = await first.get_by_role("meter").get_attribute("aria-valuenow")
    assert round(sum(shown), 1) == float(score or 0) > 0  # what is read adds up to what is read

    await page.locator("#besoin").focus()
    await tab_to(page, ".need-form summary")
    await page.keyboard.press("Enter")
    await tab_to(page, "#c-secnumcloud")
    await page.keyboard.press("Space")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("condition=secnumcloud"))
    await visitor.sees("Écartées, et pourquoi")
    await visitor.sees("Une réponse qui manque ne vaut pas oui.")
    found += await look(visitor, "excluded")

    await tab_to(page, "a[href='/comment-nous-classons']")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/comment-nous-classons")
    assert await visitor.title() == "Comment nous classons"
    await visitor.sees("Ils font toujours 100.")
    found += await look(visitor, "ranking")
    await visitor.goes("/?besoin=zzzz+qqqq")
    await visitor.sees("Aucune solution ne correspond.")
    found += await look(visitor, "nothing")
    await visitor.context.close()
    assert found == []
