"""A sheet's life in a real browser: written in steps, sent back, answered, published, compared, and confirmed by a town.

Each person has a window of their own. Every page that comes up is looked at as `tour.wrong_with` does: barriers, dark, 320 px.
"""

import re

import pytest
from playwright.async_api import Browser

from tests.journeys.test_browser_joining import mailed
from tests.journeys.tour import wrong_with
from tests.support.browser import Somebody

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NAME = "Lisière 2"
COLLEAGUE = "eclairage@vierzon.demo"
"""An address of the domain of Vierzon's people, which makes its word count; nobody has an account with it."""


@pytest.mark.proof
async def test_a_sheet_is_written_sent_back_published_compared_and_confirmed(
    site: str, browser: Browser
) -> None:
    startup = await Somebody.arrive(browser, site, "vente@quinquet.demo")
    curator = await Somebody.arrive(browser, site, "relecture@villes.demo")
    visitor = await Somebody.arrive(browser, site)
    found: list[str] = []
    home = await write_in_steps(startup, found)
    await send(startup, home, found)
    await ask_for_a_change(curator, found)
    await answer(startup, home, found)
    await publish(curator, found)
    slug = await compare(visitor, found)
    await ask_to_confirm(startup, home, found)
    await confirm(visitor, found)
    await says_confirmed(visitor, slug)
    found += await wrong_with(visitor)
    assert not found, "\n".join(found)
    for person in (startup, curator, visitor):
        await person.context.close()


async def says_confirmed(visitor: Somebody, slug: str) -> None:
    for _ in range(50):  # the worker weighs the answer
        await visitor.goes(f"/solutions/{slug}")
        if "confirmé par la ville" in (await visitor.reads()).lower():
            return
        await visitor.page.wait_for_timeout(100)
    raise AssertionError("the sheet does not say that the town confirmed")


async def write_in_steps(startup: Somebody, found: list[str]) -> str:
    """The startup writes the sheet, each step saved by itself. Returns the sheet's own address."""
    await startup.goes("/espace-entreprise")
    await startup.follows("Décrire une solution")
    await startup.writes("Nom de la solution", NAME)
    await startup.ticks("Éclairage public")
    found += await wrong_with(startup)
    await startup.presses("Commencer la fiche")
    home = re.sub(r"(/fiches/[0-9a-f-]{36}).*", r"\1", startup.path)
    await startup.goes(f"{home}/identity")
    await startup.writes("En une phrase", "Bornes basses qui éclairent les chemins au passage.")
    await startup.chooses("Où en est la solution ?", "Déploiement")
    await startup.presses("Enregistrer et continuer")
    assert await startup.title() == "Le besoin et le déploiement"
    await startup.writes("Quel problème est résolu ?", "Les chemins entre quartiers restent noirs.")
    await startup.writes("Description", "Une borne basse à détection, qui s’éteint derrière le piéton.")
    await startup.presses("Enregistrer et continuer")
    assert await startup.title() == "Prix et contrats"
    await startup.writes("Ce qui est vendu", "Borne posée")
    await startup.chooses("Unité", "point lumineux")
    await startup.chooses("Ce que paie ce prix", "Une fois")
    await startup.writes("Palier 1 : à partir de", "0")
    await startup.writes("prix unitaire HT", "380")
    await startup.presses("Enregistrer et continuer")
    found += await wrong_with(startup)
    await startup.goes(f"{home}/references/nouvelle")
    await startup.writes("Ville ou intercommunalité", "18279")
    await startup.writes("En service depuis", "2024-09-01")
    await startup.writes("Ce qui est déployé", "Le chemin du canal.")
    found += await wrong_with(startup)
    await startup.presses("Enregistrer la référence")
    await startup.sees("Vierzon")
    return home


async def send(startup: Somebody, home: str, found: list[str]) -> None:
    await startup.goes(home)
    found += await wrong_with(startup)
    await startup.follows("Vérifier et envoyer")
    found += await wrong_with(startup)
    await startup.presses("Envoyer en relecture")
    await startup.sees("envoyée")


async def ask_for_a_change(curator: Somebody, found: list[str]) -> None:
    await curator.goes("/relecture")
    found += await wrong_with(curator)
    await curator.follows(NAME)
    await curator.presses("Relire cette fiche")
    found += await wrong_with(curator)
    await curator.writes("Ce qui doit changer, et pourquoi", "Dites combien de temps prend la pose.")
    await curator.presses("Renvoyer à l’entreprise")


async def answer(startup: Somebody, home: str, found: list[str]) -> None:
    await startup.goes(home)
    await startup.sees("Dites combien de temps prend la pose.")
    await startup.goes(f"{home}/need")
    await startup.writes("Au plus tôt", "4")
    await startup.writes("Au plus tard", "8")
    await startup.presses("Enregistrer et continuer")
    await send(startup, home, found)


async def publish(curator: Somebody, found: list[str]) -> None:
    """The curator answers the whole checklist, then publishes."""
    await curator.goes("/relecture")
    await curator.follows(NAME)
    await curator.presses("Relire cette fiche")
    for one in await curator.page.locator("#controle").get_by_role("radio", name="oui", exact=True).all():
        await one.check()
    await curator.presses("Enregistrer mes réponses")
    found += await wrong_with(curator)
    await curator.presses("Publier ce qui est coché")
    await curator.sees("La décision est enregistrée")


async def compare(visitor: Somebody, found: list[str]) -> str:
    """A visitor finds the sheet and puts it beside another. Returns its slug."""
    for _ in range(50):  # the index follows the publication
        await visitor.goes("/solutions?q=Lisière+2")
        title = visitor.page.get_by_role("heading", level=3).get_by_role("link", name=NAME)
        if await title.count():
            break
        await visitor.page.wait_for_timeout(100)
    await title.first.click()
    await visitor.page.wait_for_url("**/solutions/**")
    slug = visitor.path.removeprefix("/solutions/").split("?")[0]
    await visitor.sees("4 à 8 semaines")
    found += await wrong_with(visitor)
    await visitor.goes(f"/comparer?fiche={slug}&fiche=demo-quinquet-kit-r2&ville=18279")
    await visitor.sees("Kit R2")
    found += await wrong_with(visitor)
    return slug


async def ask_to_confirm(startup: Somebody, home: str, found: list[str]) -> None:
    """The startup asks somebody of the town to confirm the reference."""
    await startup.goes(f"{home}/preuves")
    found += await wrong_with(startup)
    await startup.follows("Vierzon")
    found += await wrong_with(startup)
    await startup.writes("Adresse électronique de quelqu’un de la ville", COLLEAGUE)
    await startup.presses("Demander une confirmation")
    await startup.sees("Pas encore de réponse")


async def confirm(colleague: Somebody, found: list[str]) -> None:
    """Whoever got the mail says that it is exact, without an account; the link serves once."""
    link = await mailed(colleague, "cite Vierzon : est-ce exact ?")
    await colleague.goes(link)
    found += await wrong_with(colleague)
    await colleague.ticks("Oui, c’est exact")
    await colleague.writes("Votre nom", "Camille Dupont")
    await colleague.writes("Votre fonction", "Responsable de l’éclairage public")
    await colleague.presses("Envoyer ma réponse")
    await colleague.sees("Merci")
    found += await wrong_with(colleague)
    assert await colleague.goes(link) >= 400
