"""What a town keeps of its searches: an answer frozen and asked again, its assets, its twins, proposals; each page open to all."""

import pytest
from playwright.async_api import Browser

from tests.journeys.tour import wrong_with
from tests.support.browser import Somebody

pytestmark = [pytest.mark.browser, pytest.mark.proof]


async def test_an_answer_is_frozen_and_asked_again_and_what_a_town_declares_is_open_to_all(
    site: str, browser: Browser
) -> None:
    agent = await Somebody.arrive(browser, site, "agent@vierzon.demo")
    found: list[str] = []

    async def looks(path: str = "", title: str = "") -> None:
        if path:
            assert await agent.goes(path) == 200
        if title:
            assert await agent.title() == title
        nonlocal found
        found += await wrong_with(agent)

    await looks("/registre", "Registre de sourcing")
    await agent.goes("/?besoin=éclairage public&ville=Vierzon&quantite=2000")
    await agent.page.locator("article.solution").first.get_by_role("checkbox").check()
    await agent.presses("Figer les fiches cochées")
    await agent.page.wait_for_url("**/registre/nouveau**")
    await agent.page.locator("textarea[name$='-reason']").fill("Déjà en service près de chez nous.")
    await looks()
    await agent.writes("Intitulé", "Éclairage, premier tri")
    await agent.presses("Figer au registre")
    await agent.sees("Déjà en service près de chez nous.")
    await looks("", "Éclairage, premier tri")
    await agent.page.locator("a[href$='/rejouer']").first.click()
    await agent.sees("La même question reçoit la même réponse")
    await looks()
    await looks("/registre", "Registre de sourcing")
    await agent.sees("Éclairage, premier tri")

    await looks("/organisation/patrimoine", "Patrimoine de Vierzon")
    await looks("/villes/18279/jumelles", "Que font les villes comme la vôtre ?")
    await looks("/villes")
    await looks("/propositions", "Propositions d’achat groupé")
    assert found == []


async def test_a_startup_tries_a_need_on_its_own_sheets_on_a_page_open_to_all(
    site: str, browser: Browser
) -> None:
    seller = await Somebody.arrive(browser, site, "vente@quinquet.demo")
    await seller.goes("/espace-entreprise")
    await seller.follows("Pourquoi ma fiche n’est-elle pas proposée ?")
    await seller.sees("trop peu pour être dit")
    found = await wrong_with(seller)
    await seller.page.get_by_role("textbox", name="Le besoin d’une ville").fill(
        "télégestion de l’éclairage public"
    )
    await seller.page.get_by_role("textbox", name="La ville").fill("Vierzon")
    await seller.presses("Essayer ce besoin")
    await seller.sees("Place ")
    await seller.sees("Ce qui l’écarte")
    assert found + await wrong_with(seller) == []
