"""A visitor reads a sheet, computes its cost and compares: with scripts and without, at 320 px, in light and dark."""

import os
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

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
                await somebody.page.screenshot(
                    path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True
                )
    return await wrong_with(somebody)


@pytest.mark.proof
async def test_a_visitor_finds_sheets_reads_one_and_compares_them(site: str, browser: Browser) -> None:
    visitor = await Somebody.arrive(browser, site)
    page, found = visitor.page, list[str]()
    await visitor.goes("/solutions?prix=1")
    boxes = page.get_by_role("checkbox", name=re.compile("^Comparer "))
    for i in range(3):
        await boxes.nth(i).check()
    await expect(boxes.nth(2)).to_be_focused()  # ticking moves nobody away
    await expect(page).to_have_url(re.compile("(fiche=.*){3}"))
    await page.get_by_label("Rechercher").fill("eclairage")
    await expect(page.locator("#resultats h2")).to_contain_text("eclairage")
    await expect(page.locator("[name=fiche]:checked")).to_have_count(3)  # a search forgets none
    found += await look(visitor, "results")
    await visitor.presses("Comparer les fiches cochées")
    await expect(page).to_have_url(re.compile(r"/comparer\?fiche="))
    assert await visitor.title() == "3 fiches côte à côte"
    await visitor.writes("Votre ville", "Vierzon")
    await visitor.presses("Calculer les coûts")
    await visitor.sees("Pour Vierzon (18279, Cher).")
    found += await look(visitor, "comparison")

    await page.set_viewport_size({"width": 320, "height": 800})
    table, first = page.locator(".scroll"), page.locator(".compare tbody th[scope=row]").first
    before = await first.bounding_box()
    await table.evaluate("region => { region.scrollLeft = 300; }")
    after = await first.bounding_box()
    assert before and after and before["x"] == after["x"]  # the criterion stays beside what is said of it
    await page.set_viewport_size({"width": 1280, "height": 900})

    await visitor.follows("Voir seulement les différences")
    await visitor.sees("Ce qui diffère")
    assert (
        await page.locator(".compare tr.differs").count()
        == await page.locator(".compare th[scope=row]").count()
    )
    await page.get_by_role("link", name=re.compile("^Retirer ")).first.click()
    await visitor.sees("2 fiches côte à côte")
    await page.locator(".compare thead a").first.click()
    await visitor.sees("Questionnaire technique")
    found += await look(visitor, "sheet")
    assert found == []
    await visitor.context.close()


async def test_without_scripts_a_town_has_its_cost_and_compares(site: str, browser: Browser) -> None:
    agent = await Somebody.arrive(browser, site, "agent@vierzon.demo", java_script_enabled=False)
    await agent.goes("/solutions?prix=1")
    await agent.page.get_by_role("checkbox", name=re.compile("^Comparer ")).first.check()
    await agent.presses("Comparer les fiches cochées")
    await agent.sees("Une fiche est choisie")
    await agent.sees("Pour Vierzon (18279, Cher).")
    await agent.page.locator(".compare thead a").first.click()
    await agent.sees("Combien pour votre ville ?")
    await agent.presses("Calculer")
    await agent.sees("Pour Vierzon (18279, Cher).")
    await agent.context.close()
