"""A passkey in a real browser, with Chromium's virtual authenticator: added, used to sign in, used to prove oneself."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.support.browser import Somebody

pytestmark = [pytest.mark.browser]
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip


async def says_what_is_needed_without_javascript(site: str, browser: Browser) -> None:
    visitor = await Somebody.arrive(browser, site, java_script_enabled=False)
    await visitor.goes("/connexion")
    await visitor.sees("Les clés d’accès demandent JavaScript")
    await expect(visitor.page.get_by_role("button", name="Utiliser ma clé d’accès")).to_be_hidden()
    await visitor.context.close()


async def test_a_passkey_is_added_and_signs_in_without_an_address_or_a_password(
    site: str, browser: Browser
) -> None:
    await says_what_is_needed_without_javascript(site, browser)
    agent = await Somebody.arrive(browser, site, "agent@vierzon.demo")
    page = agent.page
    device = await agent.context.new_cdp_session(page)
    await device.send("WebAuthn.enable")
    added = await device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})

    await expect(page).to_have_url(site + "/")
    await agent.goes("/compte/securite")
    await agent.writes("Nom de la clé", "Ordinateur de la mairie")
    await agent.presses("Ajouter une clé d’accès")
    await expect(agent.row("Ordinateur de la mairie")).to_contain_text("jamais")
    assert await agent.barriers() == []
    held = await device.send("WebAuthn.getCredentials", {"authenticatorId": added["authenticatorId"]})
    assert [one["rpId"] for one in held["credentials"]] == ["localhost"]

    await agent.presses("Se déconnecter")
    await agent.goes("/connexion?suite=/compte/securite")
    assert await agent.barriers() == []
    await agent.presses("Utiliser ma clé d’accès")
    await expect(page).to_have_url(re.compile("/compte/securite$"))
    await expect(agent.row("cet appareil")).to_contain_text("clé d’accès")
    await expect(agent.row("Ordinateur de la mairie")).not_to_contain_text("jamais")

    await agent.goes("/compte/confirmer?suite=/organisation/cles")
    await agent.presses("Confirmer avec ma clé d’accès")
    await expect(page).to_have_url(re.compile("/organisation/cles$"))

    # the person says no to their device: the page says so, and nothing is lost
    await device.send(
        "WebAuthn.setUserVerified", {"authenticatorId": added["authenticatorId"], "isUserVerified": False}
    )
    await agent.presses("Se déconnecter")
    await agent.goes("/connexion")
    await agent.presses("Utiliser ma clé d’accès")
    await agent.sees("La clé d’accès n’a pas été utilisée")
    await expect(page.get_by_role("button", name="Utiliser ma clé d’accès")).to_be_enabled()
    assert agent.complaints == []
    await agent.context.close()


@pytest.mark.proof
async def test_codes_by_application_are_turned_on_with_the_keyboard_at_320_pixels(
    site: str, browser: Browser
) -> None:
    agent = await Somebody.arrive(browser, site, "agent@bourges.demo", viewport={"width": 320, "height": 640})
    await expect(agent.page).to_have_url(site + "/")
    for scheme in ("light", "dark"):
        await agent.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for path in ("/compte/securite", "/compte/securite/codes", "/compte/mot-de-passe", "/compte/adresse", "/compte/confirmer", "/mot-de-passe-oublie"):  # fmt: skip
            await agent.goes(path)
            assert await agent.overflow() == [], path
            assert await agent.barriers() == [], path
    await agent.goes("/compte/securite/codes")
    await agent.presses("Commencer")
    await expect(agent.page.get_by_role("img", name="Code QR")).to_be_visible()
    assert await agent.overflow() == []
    assert await agent.barriers() == []
    secret = re.sub(r"\s", "", await agent.page.locator("main code").inner_text())
    import pyotp

    await agent.writes("Code", pyotp.TOTP(secret).now())
    await agent.page.keyboard.press("Enter")
    await agent.sees("Vos codes de secours")
    assert await agent.page.locator("main code").count() == 10
    assert await agent.overflow() == []
    assert await agent.barriers() == []
    assert agent.complaints == []
    await agent.context.close()
