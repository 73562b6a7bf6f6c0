"""The scenario's outcome for people: who orders what, at which price, and what was checked."""

from typing import Any

from rich.console import Console
from rich.table import Table

from marketplace.money import euros

CHANNELS = {
    "quotes": "devis demandés ici, sous le seuil de mise en concurrence",
    "buyer_profile": "profil d’acheteur : le total impose une mise en concurrence",
}


def table(found: dict[str, Any]) -> None:
    """Print it."""
    console = Console()
    estimate = found["estimate"]
    console.print(f"\nEstimation : {euros(estimate['low_cents'])} à {euros(estimate['high_cents'])} HT")
    console.print(f"Voie : {CHANNELS[found['channel']]}\n")
    offers = Table("Entreprise (fictive)", "Total HT", "Points", "Rang", title="Offres")
    for offer in found["offers"]:
        offers.add_row(offer["supplier"], euros(offer["ht_cents"]), str(offer["score"]), str(offer["rank"]))
    console.print(offers)
    orders = Table("Ville", "INSEE", "Commande", "Quantité", "HT", "TVA", "TTC", title="Commandes")
    for order in found["orders"]:
        orders.add_row(
            order["town"], order["insee"], order["number"], order["quantity"], euros(order["ht_cents"]),
            euros(order["vat_cents"]), euros(order["ttc_cents"]),
        )  # fmt: skip
    totals = found["totals"]
    orders.add_section()
    orders.add_row(
        "Total",
        "",
        "",
        found["lines"][0]["quantity"],
        euros(totals["ht_cents"]),
        euros(totals["vat_cents"]),
        euros(totals["ttc_cents"]),
    )
    console.print(orders)
    for check in found["checks"]:
        console.print(f"{'[green]oui[/]' if check['ok'] else '[red]NON[/]'}  {check['name']}")
    console.print(f"\n{found['seconds']} s")
