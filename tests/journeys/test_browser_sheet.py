"""A startup writes its sheet in a real browser: without JavaScript, by keyboard, in light and dark, on a small screen."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser

from tests.journeys.tour import wrong_with
from tests.support.browser import Somebody

pytestmark = [pytest.mark.browser, pytest.mark.proof, pytest.mark.timeout(300)]
SELLER = "vente@quinquet.demo"
NEW = "/espace-entreprise/fiches/nouvelle"
STEPS = (
    "identity", "need", "prices", "hosting", "data", "interoperability", "exit", "accessibility", "security", "energy",
    "references", "references/nouvelle", "attachments", "verification",
)  # fmt: skip


async def begun(somebody: Somebody, name: str) -> str:
    """The address of a new sheet."""
    await somebody.goes(NEW)
    await somebody.writes("Nom de la solution", name)
    await somebody.ticks("Éclairage public")
    await somebody.presses("Commencer la fiche")
    await somebody.sees("Chaque étape s’enregistre à part")
    return somebody.path


def picture(folder: Path) -> Path:
    out = io.BytesIO()
    Image.new("RGB", (900, 500), (20, 90, 110)).save(out, "PNG")
    file = folder / "carte.png"
    file.write_bytes(out.getvalue())
    return file


async def test_a_sheet_is_written_without_javascript_and_by_keyboard(
    site: str, browser: Browser, tmp_path: Path
) -> None:
    startup = await Somebody.arrive(browser, site, SELLER, java_script_enabled=False)
    home = await begun(startup, "Lanterne sans script")
    await startup.follows("Continuer : La solution")
    await startup.writes("En une phrase", "Éclaire quand il faut.")
    await startup.chooses("Où en est la solution ?", "Établie")
    await startup.page.get_by_label("En une phrase").press("Tab")
    await startup.page.get_by_label("Site web").press("Enter")
    await startup.sees("Quel problème est résolu ?")
    await startup.writes("Description", "Un module par point lumineux.")
    await startup.presses("Enregistrer et continuer")
    await startup.writes("Ce qui est vendu", "Module posé")
    await startup.writes("prix unitaire HT", "210,50")
    await startup.presses("Enregistrer et ajouter un prix")
    await startup.writes("Ce qui est vendu", "Abonnement", nth=1)
    await startup.page.locator("#champ-prices-1-steps-0-price").fill("12")
    await startup.page.locator("#champ-prices-1-label").press("Enter")  # saves, and takes no price out
    await startup.sees("Où sont hébergées les données ?")
    await startup.goes(f"{home}/prices")
    assert await startup.page.get_by_label("Ce qui est vendu").count() == 2
    await startup.presses("Retirer le prix 2")
    assert await startup.page.get_by_label("Ce qui est vendu").count() == 1
    await startup.goes(f"{home}/references/nouvelle")
    await startup.writes("Ville ou intercommunalité", "Bourges")
    await startup.writes("En service depuis", "2024-03-01")
    await startup.writes("Ce qui est déployé", "Le centre")
    await startup.presses("Enregistrer la référence")
    await startup.sees("Bourges, depuis le 1 mars 2024")
    await startup.goes(f"{home}/attachments")
    await startup.writes("Titre", "La carte")
    await startup.page.get_by_label("Le fichier").set_input_files(picture(tmp_path))
    await startup.presses("Ajouter le fichier")
    await startup.sees("Décrivez l’image en une phrase")
    await startup.writes("Si c’est une image", "Une carte des rues")
    await startup.page.get_by_label("Le fichier").set_input_files(picture(tmp_path))
    await startup.presses("Ajouter le fichier")
    await startup.sees("Le fichier est ajouté")
    await startup.follows("Continuer : vérifier les réponses")
    await startup.sees("Éclaire quand il faut.")
    await startup.presses("Envoyer en relecture")
    await startup.page.wait_for_url(re.compile(re.escape(home) + "$"))
    await startup.sees("Envoyée en relecture")
    await startup.context.close()


async def test_every_step_of_a_sheet_is_open_to_all_in_light_in_dark_and_on_a_small_screen(
    site: str, browser: Browser, tmp_path: Path
) -> None:
    startup = await Somebody.arrive(browser, site, SELLER)
    await startup.goes(NEW)
    found = await wrong_with(startup)
    home = await begun(startup, "Lanterne pour tous")
    found += await wrong_with(startup)
    for step in STEPS:
        await startup.goes(f"{home}/{step}")
        found += await wrong_with(startup)
    await startup.goes(f"{home}/attachments")
    await startup.writes("Titre", "La carte")
    await startup.writes("Si c’est une image", "Une carte des rues")
    await startup.page.get_by_label("Le fichier").set_input_files(picture(tmp_path))
    await startup.presses("Ajouter le fichier")
    await startup.sees("Le fichier est ajouté")
    found += await wrong_with(startup)
    await startup.follows("Modifier La carte")
    await startup.sees("Que montre l’image ?")
    found += await wrong_with(startup)
    await startup.goes(f"{home}/prices")
    await startup.writes("prix unitaire HT", "cher")
    await startup.presses("Enregistrer et continuer")
    await startup.sees("Écrivez un montant en euros")
    found += await wrong_with(startup)
    assert not found, "\n".join(found)
    await startup.context.close()
