"""An agent signs in with ProConnect in a real browser, at a real provider, and leaves both."""

import dataclasses
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, expect

from marketplace.launch import processes
from marketplace.settings import Settings
from tests.support.browser import Somebody
from tests.support.identity_provider import (
    PASSWORD,
    Account,
    IdentityProvider,
    free_port,
    identity_provider,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

NEW, KNOWN, UNKNOWN_TOWN = "nouvelle@vierzon.exemple", "agent@vierzon.demo", "agent@ailleurs.exemple"


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def provider(port: int) -> Iterator[IdentityProvider]:
    accounts = [Account(NEW), Account(KNOWN), Account(UNKNOWN_TOWN, siret="73282932000074")]
    with identity_provider(accounts, site=f"http://localhost:{port}") as found:
        yield found


@pytest.fixture
async def site(settings: Settings, provider: IdentityProvider, port: int) -> AsyncIterator[str]:
    web = settings.web.model_copy(update={"port": port, "base_url": f"http://localhost:{port}"})
    settings = provider.settings(dataclasses.replace(settings, web=web))
    with processes.running(settings):
        yield web.base_url


async def identify(somebody: Somebody, email: str) -> None:
    """Fill the provider's own form."""
    await expect(somebody.page).to_have_title("Fournisseur d’identité de test")
    await somebody.writes("Adresse professionnelle", email)
    await somebody.writes("Mot de passe du fournisseur", PASSWORD)
    await somebody.presses("S’identifier")


async def check(somebody: Somebody) -> list[str]:
    """What is wrong with a page for those who see badly or have a small screen."""
    found = await somebody.barriers()
    await somebody.page.emulate_media(color_scheme="dark")
    found += await somebody.barriers(only_contrast=True)
    await somebody.page.emulate_media(color_scheme="light")
    await somebody.page.set_viewport_size({"width": 320, "height": 800})
    found += await somebody.overflow()
    await somebody.page.set_viewport_size({"width": 1280, "height": 900})
    return found + somebody.complaints


@pytest.mark.proof
async def test_an_agent_signs_in_with_proconnect_for_the_right_town_and_leaves_both(
    site: str, browser: Browser
) -> None:
    await comes_and_leaves(site, browser, scripts=True)
    await comes_and_leaves(site, browser, scripts=False)
    await links_an_account(site, browser)
    await is_of_no_town(site, browser)


async def comes_and_leaves(site: str, browser: Browser, *, scripts: bool) -> None:
    """Somebody new: the button, the provider's form, the town, and the end of both sessions."""
    agent = await Somebody.arrive(browser, site, java_script_enabled=scripts)
    await agent.goes("/connexion?suite=/achats")
    faults = await check(agent) if scripts else []
    await agent.follows("Se connecter avec ProConnect")
    await identify(agent, NEW)
    await agent.page.wait_for_url(f"{site}/achats")
    await expect(agent.page.get_by_role("banner")).to_contain_text("Vierzon")
    if scripts:
        await expect(agent.page.get_by_role("status")).to_contain_text("rattaché à Vierzon")
    await agent.goes("/compte")
    await agent.sees("Camille Rousseau, Vierzon")
    await agent.sees("Rôles : lecture")

    await agent.presses("Se déconnecter")
    await expect(agent.page).to_have_title("Déconnexion")  # the provider's question
    await agent.presses("Fermer la session")
    await agent.page.wait_for_url(f"{site}/")
    await expect(agent.page.get_by_role("status")).to_contain_text("de Lot Commun et de ProConnect")
    await expect(agent.page.get_by_role("banner")).to_contain_text("Se connecter")
    await agent.goes("/connexion")
    await agent.follows("Se connecter avec ProConnect")
    await expect(agent.page).to_have_title("Fournisseur d’identité de test")
    await agent.presses("Renoncer")
    await agent.sees("n’est pas allée à son terme")
    if scripts:
        faults += await check(agent)
    assert faults == []
    await agent.context.close()


async def links_an_account(site: str, browser: Browser) -> None:
    """Somebody whose address has an account here: the usual sign-in, once, and then the provider alone."""
    agent = await Somebody.arrive(browser, site)
    await agent.goes("/connexion")
    await agent.follows("Se connecter avec ProConnect")
    await identify(agent, KNOWN)
    await agent.sees("Un compte existe déjà ici avec l’adresse agent@vierzon.demo")
    faults = await check(agent)
    await agent.follows("Me connecter comme d’habitude")
    await agent.writes("Adresse électronique", KNOWN)
    await agent.writes("Mot de passe", "demonstration")
    await agent.page.get_by_role("main").get_by_role("button", name="Se connecter", exact=True).click()
    await agent.sees("ProConnect vous reconnaît sous l’adresse agent@vierzon.demo")
    faults += await check(agent)
    await agent.presses("Relier mon compte")
    await expect(agent.page.get_by_role("status")).to_contain_text("Votre compte est relié")
    await agent.presses("Se déconnecter")
    await agent.goes("/connexion?suite=/compte")
    await agent.follows("Se connecter avec ProConnect")  # the provider remembers them: no form
    await agent.sees("Agente de Vierzon, Vierzon")
    assert faults == []
    await agent.context.close()


async def is_of_no_town(site: str, browser: Browser) -> None:
    """Somebody whose establishment has no account and is no town of the territory."""
    stranger = await Somebody.arrive(browser, site)
    await stranger.goes("/connexion")
    await stranger.follows("Se connecter avec ProConnect")
    await identify(stranger, UNKNOWN_TOWN)
    await stranger.sees("Vous êtes connecté, mais pour aucune organisation")
    await stranger.sees("73282932000074")
    assert await check(stranger) == []
    await stranger.context.close()
