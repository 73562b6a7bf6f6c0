from decimal import Decimal

import pytest

from procurement.allocation.french import counted, number, plural
from tests.procurement.allocation.plans import first_line, line, plan, town, worked


def said(value):
    texts = {part["town"]: part["sentence"] for part in first_line(value)["towns"]}
    return {name: text.replace("\u00a0", " ").replace("\u202f", " ") for name, text in texts.items()}


def lamps(needs, **more):
    towns = [town(name, day=i, population=100 - i) for i, name in enumerate(needs, 1)]
    rule = more.pop("rule", "pro_rata_firm")
    return plan(towns, line(needs, **more), rule=rule)


TIER = "Le groupement commande {} lampes, au prix du palier qui commence à 0 : 10,00 € HT l’unité."


def test_a_firm_need_met_in_full_says_so_and_names_the_tier():
    assert said(worked())["A"] == (
        "Vous recevez 120 points, tout votre besoin ferme. "
        "Le groupement commande 245 points, au prix du palier qui commence à 150 : 190,00 € HT l’unité."
    )


def test_a_town_that_completes_the_pack_knows_how_much_of_its_tolerance_is_used_and_how_it_was_rounded():
    texts = said(lamps({"A": (5, 6), "B": (5, 3), "C": (3, 0)}, pack="10"))
    assert texts["A"] == (
        "Vous recevez 10 lampes : votre besoin ferme de 5, plus 5 sur votre tolérance de 6, "
        "car la commande se fait par multiples de 10 ; partage au prorata des tolérances, arrondi supérieur au plus fort reste. "
    ) + TIER.format(20)
    assert "plus 2 sur votre tolérance de 3" in texts["B"]
    assert "arrondi inférieur" in texts["B"]
    assert "puisque vous n’avez pas de tolérance" in texts["C"]


def test_the_surplus_that_nobody_pays_is_told():
    text = said(lamps({"A": (8, 1)}, pack="10"))["A"]
    assert "l’arrondi laisse en surplus 1 lampe que le groupement ne facture à personne" in text


def test_short_supply_names_what_is_delivered_the_rule_and_the_rounding():
    texts = said(lamps({"A": 5, "B": 3, "C": 2}, supply_limit="7"))
    assert texts["A"] == (
        "Vous recevez 4 lampes sur 5 : le fournisseur livre 7 lampes sur 10 ; "
        "règle : prorata des besoins fermes, arrondi supérieur au plus fort reste. "
    ) + TIER.format(7)
    assert "arrondi inférieur" in texts["B"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("commitment_order", "règle : ordre d’engagement, vous passez en 1re position sur 3."),
        ("smaller_first", "règle : les moins peuplées d’abord, vous passez en 3e position sur 3."),
        ("equal", "règle : parts égales, chacune dans la limite de son besoin ferme ; 1 de plus pour vous"),
    ],
)
def test_each_rule_has_its_words(rule, expected):
    assert expected in said(lamps({"A": 5, "B": 5, "C": 5}, supply_limit="7", rule=rule))["A"]


def test_a_town_that_gets_nothing_is_told_why():
    assert said(lamps({"A": 5, "B": 3}, supply_limit="5", rule="commitment_order"))["B"].startswith(
        "Vous ne recevez rien sur 3 lampes : le fournisseur livre 5 lampes sur 8 ; règle : ordre d’engagement"
    )
    assert said(lamps({"A": 5, "B": 0}))["B"].startswith(
        "Vous ne recevez rien : votre besoin ferme est nul. Le groupement"
    )
    assert said(lamps({"A": 0}))["A"].endswith("Le groupement ne commande rien sur cette ligne.")


def test_partial_deliveries_in_packs_say_so():
    assert "le fournisseur livre 240 lampes sur 245, par multiples de 10" in said(
        lamps({"A": 245}, pack="10", supply_limit="247")
    )["A"]  # fmt: skip


def test_graduated_prices_are_told_by_tranche():
    text = said(lamps({"A": 12}, mode="graduated", steps=((0, 100), (10, 90))))["A"]
    assert text.endswith("à prix par tranches ; la dernière atteinte commence à 10, à 0,90 € HT l’unité.")


def test_breaks_inside_figures_and_before_signs_are_forbidden():
    text = first_line(lamps({"A": 1250}, steps=((0, 123456),)))["towns"][0]["sentence"]
    assert "1\u202f250\u00a0lampes" in text
    assert "\u00a0: 1\u202f234,56\u00a0€" in text
    assert not {" :", " ;", " €"} & {text[i : i + 2] for i in range(len(text))}


@pytest.mark.parametrize(
    ("unit", "many"),
    [
        ("point", "points"), ("point lumineux", "points lumineux"), ("panneau solaire", "panneaux solaires"),
        ("signal", "signaux"), ("point d’eau", "points d’eau"), ("poste de travail", "postes de travail"),
        ("mois", "mois"), ("kWh", "kWh"), ("m²", "m²"), ("km", "km"), ("jeu", "jeux"), ("caméra", "caméras"), (" ", " "),
    ],
)  # fmt: skip
def test_units_take_the_plural(unit, many):
    assert plural(unit) == many


def test_the_plural_starts_at_two():
    assert counted(Decimal("1.99"), "point") == "1,99\u00a0point"
    assert counted(Decimal("2.00"), "point") == "2,00\u00a0points"


@pytest.mark.parametrize(
    ("value", "text"),
    [("0", "0"), ("999", "999"), ("1000", "1 000"), ("123456.5", "123 456,5"), ("1234567", "1 234 567")],
)
def test_thousands_are_apart(value, text):
    assert number(Decimal(value)) == text.replace(" ", "\u202f")
