"""One French sentence or two for each town on a line: what it gets, and why (the rule, the rounding, the tier).

For people, on pages and in the minutes. They depend on the plan alone, and no program reads them.
"""

from decimal import Decimal
from typing import assert_never

from procurement.allocation.demand import Demand
from procurement.allocation.figures import from_units, in_units
from procurement.allocation.french import NBSP, THIN, counted, number, ordinal
from procurement.allocation.plan import Line, Rule
from procurement.allocation.supply import Supply, served_order


def sentences(line: Line, demand: Demand, supply: Supply, rule: Rule) -> dict[str, str]:
    """The text for every town that has a need on `line`, never empty."""
    why = _why_short(line, demand, supply, rule) if supply.short else _why_served(line, demand, supply)
    price = _price(line, supply)
    return {town: f"{_head(line, demand, supply, town)}{why[town]}. {price}" for town in demand.firm}


def _head(line: Line, demand: Demand, supply: Supply, town: str) -> str:
    got, firm = supply.allocated[town], demand.firm[town]
    if got == 0 and firm == 0:
        return f"Vous ne recevez rien{NBSP}: votre besoin ferme est nul"
    if not supply.short:
        return f"Vous recevez {_counted(got, line)}"
    if got == 0:
        return f"Vous ne recevez rien sur {_counted(firm, line)}"
    return f"Vous recevez {_counted(got, line)} sur {_number(firm, line)}"


def _why_served(line: Line, demand: Demand, supply: Supply) -> dict[str, str]:
    """Firm needs are met; `excess` units complete the last pack."""
    excess = supply.quantity - demand.firm_total
    pack = f"la commande se fait par multiples de {_number(demand.pack, line)}"
    left = ""
    if supply.unallocated:
        surplus = _counted(supply.unallocated, line)
        left = f"{THIN}; l’arrondi laisse en surplus {surplus} que le groupement ne facture à personne"
    why: dict[str, str] = {}
    for town, firm in demand.firm.items():
        extra, tolerance = supply.allocated[town] - firm, demand.tolerance[town]
        if extra:
            drawn = excess - supply.unallocated
            why[town] = (
                f"{NBSP}: votre besoin ferme de {_number(firm, line)}, "
                f"plus {_number(extra, line)} sur votre tolérance de {_number(tolerance, line)}, car {pack}"
                f"{THIN}; partage au prorata des tolérances{_rounding(extra, drawn * tolerance, demand.tolerance_total)}"
            )
        else:
            why[town] = ", tout votre besoin ferme" if firm else ""
            if excess and tolerance:
                why[town] += (
                    f"{THIN}; {pack}, et l’arrondi au plus fort reste ne prend rien sur votre tolérance"
                )
                why[town] += f" de {_number(tolerance, line)}"
            elif excess:
                why[town] += f"{THIN}; {pack}, sans rien vous ajouter puisque vous n’avez pas de tolérance"
        why[town] += left
    return why


def _why_short(line: Line, demand: Demand, supply: Supply, rule: Rule) -> dict[str, str]:
    """The supplier delivers less than the firm needs: the rule shares it."""
    delivered = (
        f"le fournisseur livre {_counted(supply.quantity, line)} sur {_number(demand.firm_total, line)}"
    )
    if demand.limit != supply.quantity:
        delivered += f", par multiples de {_number(demand.pack, line)}"
    applied = _applied(line, demand, supply, rule)
    return {
        town: f"{THIN}; {delivered}"
        if demand.firm[town] == 0
        else f"{NBSP}: {delivered}{THIN}; règle{NBSP}: {applied[town]}"
        for town in demand.firm
    }


def _applied(line: Line, demand: Demand, supply: Supply, rule: Rule) -> dict[str, str]:
    """How the rule treated each town."""
    match rule:
        case "pro_rata_firm":
            whole = demand.firm_total
            return {
                town: "prorata des besoins fermes"
                + _rounding(supply.allocated[town], supply.quantity * firm, whole)
                for town, firm in demand.firm.items()
            }
        case "commitment_order" | "smaller_first":
            words = "ordre d’engagement" if rule == "commitment_order" else "les moins peuplées d’abord"
            order = served_order(demand, rule)
            return {
                town: f"{words}, vous passez en {ordinal(i)} position sur {len(order)}"
                for i, town in enumerate(order, 1)
            }
        case "equal":
            return _applied_equally(line, demand, supply)
    assert_never(rule)


def _applied_equally(line: Line, demand: Demand, supply: Supply) -> dict[str, str]:
    """The common level is what the towns still below their need have, the last units aside."""
    level = min(supply.allocated[town] for town, firm in demand.firm.items() if supply.allocated[town] < firm)
    words = "parts égales, chacune dans la limite de son besoin ferme"
    last = f"{words}{THIN}; {_number(1, line)} de plus pour vous dans le partage du reste, par ordre d’engagement"
    return {town: last if got > level else words for town, got in supply.allocated.items()}


def _rounding(got: int, numerator: int, denominator: int) -> str:
    """How `got` was rounded from numerator ÷ denominator."""
    below, rest = divmod(numerator, denominator)
    if not rest:
        return ""
    return f", arrondi {'supérieur' if got > below else 'inférieur'} au plus fort reste"


def _price(line: Line, supply: Supply) -> str:
    quantity = from_units(supply.quantity, line.decimals)
    if not supply.quantity:
        return "Le groupement ne commande rien sur cette ligne."
    step = line.tiers.steps[line.tiers.reached(quantity)]
    # Not money.euros: it goes through Babel, which fails above 28 digits, and the contract sets no bound on prices.
    price = f"{number(from_units(step.unit_price, 2))}{NBSP}€ HT l’unité"
    start = _number(in_units(step.start, line.decimals), line)
    ordered = f"Le groupement commande {counted(quantity, line.unit)}"
    if line.tiers.mode == "all_units":
        return f"{ordered}, au prix du palier qui commence à {start}{NBSP}: {price}."
    return f"{ordered}, à prix par tranches{THIN}; la dernière atteinte commence à {start}, à {price}."


def _counted(units: int, line: Line) -> str:
    return counted(from_units(units, line.decimals), line.unit)


def _number(units: int, line: Line) -> str:
    value: Decimal = from_units(units, line.decimals)
    return number(value)
