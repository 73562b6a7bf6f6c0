"""The main job in a browser, step by step, by four people and those who help them: with JavaScript or without."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from playwright.async_api import Browser, expect

from tests.support.browser import Somebody

TITLE = "Lampes communicantes pour nos rues"


@dataclass
class Cast:
    """Vierzon coordinates, Bourges joins, Quinquet Systèmes sells, Banque des Territoires watches."""

    agent: Somebody
    mayor: Somebody
    accountant: Somebody
    other_town: Somebody
    startup: Somebody
    supervisor: Somebody
    scripts: bool
    pool: str = ""

    @classmethod
    async def gather(cls, browser: Browser, site: str, **options: object) -> "Cast":
        people = [
            await Somebody.arrive(browser, site, email, **options)
            for email in (
                "agent@vierzon.demo", "elu@vierzon.demo", "compta@vierzon.demo", "agent@bourges.demo", "vente@quinquet.demo",
                "suivi@bdt.demo",
            )
        ]  # fmt: skip
        return cls(*people, scripts=bool(options.get("java_script_enabled", True)))

    async def everyone_leaves(self) -> None:
        for person in (
            self.agent,
            self.mayor,
            self.accountant,
            self.other_town,
            self.startup,
            self.supervisor,
        ):
            await person.context.close()


async def state_a_need_and_open_a_pool(cast: Cast) -> None:
    agent = cast.agent
    await agent.goes("/")
    await agent.page.locator("#besoin").fill("moderniser l’éclairage public")
    await agent.page.locator("#ville").fill("Vierzon")
    await agent.page.locator("#quantite").fill("40")
    await agent.presses("Voir les réponses")
    await agent.sees("Par où passer ?")
    await agent.follows("Kit R2")
    assert await agent.title() == "Kit R2"
    await agent.page.go_back()
    await agent.follows("Ouvrir un achat sur ce besoin")
    await agent.presses("Enregistrer et préparer l’achat")
    await agent.writes("Titre de l’achat", TITLE)
    await agent.writes("Ce que chaque ville commande", "Point lumineux équipé")
    await agent.chooses("Nature de l’achat", "fournitures")
    today = await today_of(agent)
    await agent.writes("Dernier jour du recensement", str(today + timedelta(days=20)))
    await agent.writes("Dernier jour pour délibérer", str(today + timedelta(days=80)))
    await agent.presses("Créer le brouillon")
    cast.pool = agent.path
    assert cast.pool.startswith("/achats/")


async def invite_join_and_declare(cast: Cast) -> None:
    agent, other = cast.agent, cast.other_town
    await agent.goes(cast.pool)
    await agent.presses("Ouvrir aux villes")
    await agent.writes("Villes à inviter", "Bourges\n99999")
    await agent.presses("Inviter ces villes")
    await agent.sees("1 réponse à corriger")
    await agent.sees("99999")
    await agent.writes("Villes à inviter", "Bourges")
    await agent.presses("Inviter ces villes")
    await agent.sees("Villes invitées : 1.")

    await other.goes("/achats")
    await other.follows(TITLE)
    await other.presses("Participer")
    await other.writes("Combien vous en faut-il, sûrement ?", "-3")
    await other.presses("Enregistrer nos quantités")
    await other.sees("1 réponse à corriger")
    assert await other.page.get_by_label("Combien vous en faut-il, sûrement ?").input_value() == "-3"
    await other.writes("Combien vous en faut-il, sûrement ?", "110")
    await other.writes("Combien accepteriez-vous en plus", "10")
    await other.presses("Enregistrer nos quantités")

    await agent.goes(cast.pool)
    await agent.presses("Démarrer le recensement")
    await agent.goes(cast.pool + "/rejoindre")
    await agent.writes("Combien vous en faut-il, sûrement ?", "60")
    await agent.presses("Enregistrer nos quantités")
    await agent.sees("170")


async def close_the_census_and_commit(cast: Cast) -> None:
    agent, other, mayor = cast.agent, cast.other_town, cast.mayor
    await move_the_clock(agent, 21)
    await until(agent, cast.pool, "Confirmez vos quantités")
    await agent.presses("Confirmer nos quantités")
    await other.goes(cast.pool)
    await other.presses("Confirmer nos quantités")
    await agent.goes(cast.pool)
    await agent.presses("Valider les besoins")
    if cast.scripts:
        await agent.sees("Convention constitutive, version 1", patience=20)
    else:
        await until(agent, cast.pool, "Convention constitutive, version 1")
    for clerk, signatory in ((agent, mayor), (other, other)):
        today = await today_of(clerk)
        await clerk.goes(cast.pool)
        await clerk.follows("Enregistrer la délibération")
        await clerk.writes("Numéro de la délibération", "2026-045")
        await clerk.writes("Votée le", str(today - timedelta(days=3)))
        await clerk.writes("Transmise au préfet le", str(today - timedelta(days=2)))
        await clerk.presses("Enregistrer la délibération")
        await signatory.goes(cast.pool)
        await signatory.follows("Enregistrer la signature")
        await signatory.writes("Sa qualité", "Maire")
        await signatory.presses("Enregistrer la signature de")
    await agent.goes(cast.pool)
    await agent.presses("Figer le périmètre")
    await agent.sees("empreinte")


async def ask_for_offers_and_receive_one(cast: Cast) -> None:
    agent, startup = cast.agent, cast.startup
    await agent.goes(cast.pool)
    await agent.follows("Préparer la consultation")
    await agent.writes("Dernier jour pour répondre", str(await today_of(agent) + timedelta(days=21)))
    await agent.presses("Publier la demande de devis")
    await until(startup, "/espace-entreprise", TITLE)
    await startup.follows(TITLE)
    for k, (start, end, price) in enumerate((("0", "150", "210"), ("150", "250", "190"), ("250", "", "172"))):
        await startup.writes(f"Palier {k + 1} : à partir de", start)
        await startup.writes("jusqu’à (exclu)", end, nth=k)
        await startup.writes("prix unitaire HT", price, nth=k)
    await startup.writes("Délai de livraison", "8")
    await startup.writes("Qualité technique", "Garantie dix ans, pièces disponibles quinze ans.")
    await startup.writes("Environnement", "Matériel réparable, emballage repris.")
    await startup.presses("Sceller et déposer l’offre")
    await startup.sees("Votre récépissé")
    await agent.goes(cast.pool + "/offres")
    assert await agent.title() == "Page introuvable", "nobody reads an offer before the timer opens it"


async def compare_award_and_notify(cast: Cast) -> None:
    agent, mayor = cast.agent, cast.mayor
    await move_the_clock(agent, 22)
    await until(agent, cast.pool + "/offres", "Total TTC")
    await agent.writes("Qualité technique et service, Quinquet", "20")
    await agent.writes("Environnement, Quinquet", "12")
    await agent.presses("Enregistrer les notes")
    await agent.sees("Proposer l’attribution à Quinquet Systèmes")
    await agent.writes("Motifs", "Seule offre, au prix attendu.")
    await agent.presses("Proposer l’attribution à")
    await mayor.goes(cast.pool + "/offres")
    await mayor.presses("Notifier l’attribution")


async def order_deliver_and_accept(cast: Cast) -> None:
    for town, total in ((cast.agent, "13 680,00 €"), (cast.other_town, "25 080,00 €")):
        await until(town, "/commandes", total)
        await town.page.get_by_role("main").get_by_role("row").nth(1).get_by_role("link").click()
        await town.sees(f"{total} TTC à Quinquet Systèmes")
        await town.presses("Émettre la commande")
        await town.sees("1 réponse à corriger")
        await town.writes("Numéro d’engagement", "E-2027-118")
        await town.presses("Émettre la commande")
        order = town.path
        await cast.startup.goes(order)
        await cast.startup.presses("Déclarer la livraison")
        await town.goes(order)
        await town.presses("Constater le service fait")


async def invoice_and_pay(cast: Cast) -> None:
    """Vierzon is invoiced by the startup itself; then it gives its mandate, and Bourges' next page shows none was issued."""
    startup, accountant, other = cast.startup, cast.accountant, cast.other_town
    for payer, town, amounts in (
        (accountant, "Vierzon", ("11 400", "2 280", "13 680")),
        (other, "Bourges", ("20 900", "4 180", "25 080")),
    ):
        await startup.goes("/commandes")
        await startup.row(town).get_by_role("link").first.click()
        await startup.follows("Déposer la facture")
        today = str(await today_of(startup))
        await startup.goes(startup.path) if not startup.path.endswith("/facture") else None
        await startup.writes("Numéro de votre facture", f"QS-{town}")
        await startup.writes("Date de la facture", today)
        await startup.writes("Montant HT", "1")
        await startup.writes("TVA", amounts[1])
        await startup.writes("Montant TTC", amounts[2])
        pdf = {"name": "facture.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF\n"}
        await startup.page.get_by_label("La facture, en PDF").set_input_files(pdf)
        await startup.presses("Déposer la facture")
        await startup.sees("1 réponse à corriger")
        await startup.writes("Montant HT", amounts[0])
        await startup.page.get_by_label("La facture, en PDF").set_input_files(pdf)
        await startup.presses("Déposer la facture")
        invoice = startup.path
        await payer.goes(invoice)
        await payer.writes("Numéro du mandat", "2027-0042")
        await payer.writes("Date du mandat", today)
        await payer.presses("Enregistrer le mandat")
        await startup.goes(invoice)
        await startup.presses("Confirmer le paiement")
        await startup.sees("payés")


async def supervise(cast: Cast) -> None:
    supervisor = cast.supervisor
    await until(supervisor, "/suivi", "32 300,00 €")
    said = await supervisor.reads()
    assert TITLE in said
    assert "190,00 €" not in said, "a supervisor never reads a unit price"
    await supervisor.goes(cast.pool)
    assert "190,00 €" not in await supervisor.reads()
    assert await supervisor.page.get_by_role("main").get_by_role("button").count() == 0, "nor does anything"


async def close_the_pool(cast: Cast) -> None:
    await until(cast.agent, cast.pool, "Clore l’achat")
    await cast.agent.presses("Clore l’achat")
    await expect(cast.agent.page.get_by_role("main")).to_contain_text("L’achat est clos.")


STEPS = (
    state_a_need_and_open_a_pool, invite_join_and_declare, close_the_census_and_commit, ask_for_offers_and_receive_one,
    compare_award_and_notify, order_deliver_and_accept, invoice_and_pay, supervise, close_the_pool,
)  # fmt: skip


async def today_of(somebody: Somebody) -> date:
    """The market's day, as anybody can ask it."""
    answer = await somebody.context.request.get(somebody.site + "/api/v1/demo/clock")
    return date.fromisoformat((await answer.json())["now"][:10])


async def move_the_clock(somebody: Somebody, days: int) -> None:
    await somebody.goes("/demo/horloge")
    await somebody.writes("Avancer de", str(days))
    await somebody.presses("Avancer l’horloge")
    assert re.search(r"L’horloge avance \(\d+ j\)", await somebody.page.content())


async def until(somebody: Somebody, path: str, text: str, *, tries: int = 60) -> None:
    """Open the page again until it says `text`: what the worker does arrives in its time."""
    for _ in range(tries):
        await somebody.goes(path)
        if text in await somebody.reads():
            return
        await somebody.page.wait_for_timeout(250)
    raise AssertionError(f"{path} does not say « {text} »: {(await somebody.reads())[:600]}")
