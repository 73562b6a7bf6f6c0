"""People come into organisations in a real browser, by the links that were mailed to them: invited, or claiming a SIRET."""

import re

import pytest
from playwright.async_api import Browser

from tests.journeys.tour import wrong_with
from tests.support.browser import Somebody
from tests.support.joining import PASSWORD, siret_of

pytestmark = [pytest.mark.browser, pytest.mark.proof, pytest.mark.timeout(180)]

CCAS = siret_of("000000919")


async def mailed(reader: Somebody, subject: str) -> str:
    """The link in the last mail of that subject, once it has been sent."""
    for _ in range(100):
        await reader.goes("/demo/courriels")
        link = reader.page.get_by_role("link", name=subject)
        if await link.count():
            await link.first.click()
            found = re.search(r"http://localhost:\d+/\S+", await reader.reads())
            assert found is not None
            return found[0]
        await reader.page.wait_for_timeout(100)
    raise AssertionError(f"no mail « {subject} »")


async def test_one_is_invited_and_another_registers_a_ccas_and_every_page_is_open_to_all(
    site: str, browser: Browser
) -> None:
    visitor = await Somebody.arrive(browser, site)
    admin = await Somebody.arrive(browser, site, "dgs@vierzon.demo")
    found = await an_invitation(admin, visitor)
    staff = await Somebody.arrive(browser, site, "comptes@bdt.demo")
    found += await a_registration(staff, visitor)
    assert not found, "\n".join(found)
    for person in (admin, visitor, staff):
        await person.context.close()


async def an_invitation(admin: Somebody, visitor: Somebody) -> list[str]:
    """A newcomer is invited, accepts, signs in, and has one more role at the next page. What is wrong with the pages."""
    await admin.goes("/organisation/equipe")
    await admin.writes("Adresse de la personne à inviter", "ada@vierzon.test")
    await admin.ticks("agent : décrit les besoins, conduit les achats, commande")
    await admin.page.get_by_role("button", name="Inviter", exact=True).click()
    await admin.sees("ada@vierzon.test")
    found = await wrong_with(admin)
    await visitor.goes(await mailed(visitor, "Invitation à agir pour Vierzon"))
    assert await visitor.title() == "Invitation de Vierzon"
    found += await wrong_with(visitor)
    await visitor.writes("Votre nom", "Ada Martin")
    await visitor.writes("Choisissez un mot de passe", PASSWORD)
    await visitor.presses("Créer mon compte et accepter")
    await visitor.sees("connectez-vous pour agir pour Vierzon")
    await visitor.writes("Adresse électronique", "ada@vierzon.test")
    await visitor.writes("Mot de passe", PASSWORD)
    await visitor.page.get_by_role("main").get_by_role("button", name="Se connecter").click()
    await visitor.sees("Vous agissez en son nom")
    found += await wrong_with(visitor)
    await admin.goes("/organisation/equipe")
    await admin.row("Ada Martin").get_by_role("link").click()
    await admin.sees("Retirer de l’équipe")
    found += await wrong_with(admin)
    await admin.ticks("lecture : voit les achats et leurs documents")
    await admin.presses("Changer les rôles")
    await admin.sees("lecture, agent")
    await visitor.goes("/compte")
    await visitor.sees("lecture, agent")
    await visitor.page.get_by_role("banner").get_by_role("button", name="Se déconnecter").click()
    return found


async def a_registration(staff: Somebody, visitor: Somebody) -> list[str]:
    """Somebody registers a CCAS, proves their address, and the staff confirms. What is wrong with the pages."""
    await visitor.goes("/inscription")
    found = await wrong_with(visitor)
    await visitor.writes("Votre nom", "Camille Dupont")
    await visitor.writes("Votre adresse électronique professionnelle", "camille@gmail.com")
    await visitor.writes("SIRET de l’organisation", CCAS)
    await visitor.writes("Nom de l’organisation", "CCAS de Vierzon")
    await visitor.chooses("Type d’acheteur public", "centre communal ou intercommunal d’action sociale")
    await visitor.presses("Envoyer la demande")
    await visitor.sees("Un courriel vient de partir")
    await visitor.goes(await mailed(visitor, "Confirmez votre adresse"))
    found += await wrong_with(visitor)
    await visitor.writes("Choisissez un mot de passe", PASSWORD)
    await visitor.presses("Confirmer et transmettre la demande")
    await visitor.sees("Votre adresse est confirmée")
    await staff.follows("Inscriptions")
    await staff.sees("Messagerie publique")
    found += await wrong_with(staff)
    await staff.follows("CCAS de Vierzon")
    await staff.sees("Ce qui aide à décider")
    found += await wrong_with(staff)
    await staff.presses("Accepter la demande")
    await staff.sees("La demande est acceptée")
    assert (await mailed(visitor, "Demande acceptée")).endswith("/compte")
    return found
